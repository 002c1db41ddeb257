"""Sends what leaves: in order, again when it failed, within the platform's quota and time; else says so.

What can never be sent is logged as an error with a reference, and kept for `make channels-check`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from channels import words
from channels.inbox import Inbox, Peer
from channels.outgoing import WINDOW_S, Departure, Outgoing
from channels.platform_api import NoMenu, PlatformError, QuotaUsed, TryAgain, WithPerson
from channels.readable import Limits

logger = logging.getLogger(__name__)

BUSY_S = 2.0
FIRST_PAUSE_S = 1.0
LAST_PAUSE_S = 60.0

Send = Callable[[Peer, Departure], Awaitable[bool]]


@dataclass(frozen=True)
class Sending:
    """One channel's way out. `send` says whether a message counts in the quota, and raises PlatformError."""

    inbox: Inbox
    outgoing: Outgoing
    limits: Limits
    send: Send

    async def work(self, sender: str) -> float | None:
        """Sends all that is due of one sender; after how many seconds it wants to be called again."""
        if not await asyncio.to_thread(self.inbox.begin, sender, "sending", time.time()):
            return BUSY_S
        try:
            while True:
                wait_s = await self._one(sender)
                if wait_s is None or wait_s > 0:
                    return wait_s
        finally:
            await asyncio.shield(asyncio.to_thread(self.inbox.end, sender, "sending"))

    async def _one(self, sender: str) -> float | None:
        """0 when the next may be sent at once, None when there is none."""
        found = await asyncio.to_thread(self.outgoing.next, sender)
        if found is None:
            return None
        departure, due_at = found
        now = time.time()
        if due_at > now:
            return due_at - now
        peer = await asyncio.to_thread(self.inbox.peer, sender)
        if peer is None or now - departure.at > WINDOW_S:
            return await self._failed(departure, "too late" if peer else "nobody to send it to")
        if self._spent(peer, departure, now):
            await self._held(departure, "the customer has to write first")
            return None
        try:
            counts = await self.send(peer, departure)
        except TryAgain as error:
            return await self._again(departure, error)
        except (QuotaUsed, WithPerson) as error:
            await self._held(departure, str(error))
            return None
        except NoMenu as error:
            logger.warning("a menu to %s goes as numbers: %s", departure.sender, error)
            await asyncio.to_thread(self.outgoing.number, departure, now)
            return 0
        except PlatformError as error:
            return await self._failed(departure, str(error))
        await asyncio.to_thread(self.outgoing.sent, departure, counts)
        return 0

    def _spent(self, peer: Peer, departure: Departure, now: float) -> bool:
        if by_event(departure, self.limits, now):
            return False
        return peer.used >= self.limits.quota or now - peer.heard_at > self.limits.window_s

    async def _again(self, departure: Departure, error: TryAgain) -> float:
        pause_s = max(error.wait_s, min(FIRST_PAUSE_S * 2**departure.attempts, LAST_PAUSE_S))
        logger.warning("a message to %s is sent again in %.0f s: %s", departure.sender, pause_s, error)
        await asyncio.to_thread(self.outgoing.again, departure, time.time() + pause_s, str(error))
        return pause_s

    async def _held(self, departure: Departure, why: str) -> None:
        logger.warning("a message to %s waits: %s", departure.sender, why)
        await asyncio.to_thread(self.outgoing.hold, departure, why)

    async def _failed(self, departure: Departure, why: str) -> float:
        await asyncio.to_thread(self.outgoing.end, departure.id, "failed", why)
        tell_operator(departure.sender, departure.id, why)
        return 0


def by_event(departure: Departure, limits: Limits, now: float) -> bool:
    """Whether it goes by the code of the event that it answers, outside the quota."""
    fresh = departure.attempts < limits.event_tries and now - departure.at < limits.event_s
    return fresh and bool(departure.body.get("code"))


def tell_operator(sender: str, departure_id: str, why: str) -> None:
    """A customer did not get a message and will not: somebody may want to reach them another way."""
    reference = words.new_reference()
    logger.error("[%s] message %s to %s was never delivered: %s", reference, departure_id, sender, why)

"""What the customer is told unasked: items of the service's outbox become turns of the conversation."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from channels.identity import SENDER_PREFIX
from channels.service_client import ServiceClient, ServiceError
from channels.turns import PushFailed, Turns

logger = logging.getLogger(__name__)

WAIT_S = 20
FIRST_PAUSE_S = 1.0
LAST_PAUSE_S = 30.0


@dataclass(frozen=True)
class OutboxPush:
    """Long-polls the outbox for as long as the bot runs.

    An item is acknowledged only after its message was stored, and told once for each outbox id, so a crash at
    any point repeats nothing and loses nothing.
    """

    service: ServiceClient
    turns: Turns

    async def run(self) -> None:
        """Runs until cancelled; an unreachable service is asked again after 1 s, 2 s … 30 s."""
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                failed = await self._once()
                pause_s = min(pause_s * 2, LAST_PAUSE_S) if failed else FIRST_PAUSE_S
            except ServiceError as error:
                logger.warning("outbox: %s, again in %.0f s", error, pause_s)
                failed, pause_s = True, min(pause_s * 2, LAST_PAUSE_S)
            except Exception:
                logger.exception("outbox: delivery failed, again in %.0f s", pause_s)
                failed, pause_s = True, min(pause_s * 2, LAST_PAUSE_S)
            if failed:
                await asyncio.sleep(pause_s / 2)

    async def _once(self) -> bool:
        """Takes what is there and delivers it, each sender's items in order; true when something failed."""
        items = await self.service.outbox(WAIT_S)
        ordered = sorted(items, key=lambda item: str(item["sender"]))
        by_sender = [list(group) for _, group in groupby(ordered, key=lambda item: str(item["sender"]))]
        done = await asyncio.gather(*(self._deliver(group) for group in by_sender))
        acked = [outbox_id for ids in done for outbox_id in ids]
        if acked:
            await self.service.ack(acked)
        return len(acked) < len(items)

    async def _deliver(self, items: list[dict[str, Any]]) -> list[Any]:
        told = []
        for item in items:
            if not str(item["sender"]).startswith(SENDER_PREFIX):
                logger.error("outbox %s is for a channel that this bot does not serve", item["id"])
                break
            try:
                await self.turns.push(item["sender"], item["id"], str(item["kind"]), str(item["ref"]))
            except PushFailed as error:
                logger.warning("outbox %s was not told yet: %s", item["id"], error)
                break  # the sender's later news must not overtake it
            except Exception:
                logger.exception("outbox %s was not told yet", item["id"])
                break
            told.append(item["id"])
        return told

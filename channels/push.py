"""What the customer is told unasked: items of the service's outbox become turns of the conversation."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from itertools import chain, groupby
from typing import Any

from channels import metrics
from channels.outlets import Outlet, Outlets
from channels.service_client import ServiceClient, ServiceError
from channels.turns import PushFailed, Turns

logger = logging.getLogger(__name__)

WAIT_S = 20
FIRST_PAUSE_S = 1.0
LAST_PAUSE_S = 30.0
SLACK_S = 1.0  # the answer to whoever ended a link may be on its way when its end is heard of
LINK_OVER = "link_over"  # the sender is nobody's account any more; the only item that tells nothing


@dataclass
class OutboxPush:
    """Long-polls the outbox for as long as the bot runs.

    An item is acknowledged only after its message was stored, and told once for each outbox id, so a crash at
    any point repeats nothing and loses nothing.
    """

    service: ServiceClient
    turns: Turns
    outlets: Outlets
    _telling: asyncio.Task[bool] | None = None

    async def run(self) -> None:
        """Runs until cancelled; after a failure it pauses for 1 s, 2 s … 30 s."""
        pause_s = FIRST_PAUSE_S
        while True:
            if await self._once():
                pause_s = FIRST_PAUSE_S
                continue
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LAST_PAUSE_S)

    async def _once(self) -> bool:
        """Takes what is there and tells it; false when something failed."""
        try:
            items = await self.service.outbox(WAIT_S)
        except ServiceError as error:
            logger.warning("outbox: %s", error)
            return False
        self._telling = asyncio.create_task(self._told(items))
        return await asyncio.shield(self._telling)

    async def stop(self, timeout_s: float) -> None:
        """After `run` was cancelled: what was taken is told: nobody else gets it before its lease ends."""
        if self._telling is not None:
            await asyncio.wait([self._telling], timeout=timeout_s)

    async def _told(self, items: list[dict[str, Any]]) -> bool:
        """Tells each sender's items in order; false when something failed.

        An item that failed comes again when the service's lease of it ends. Later news of the same sender
        do not wait for it: one that can never be told must not silence the others.
        """
        try:
            ordered = sorted(items, key=lambda item: str(item["sender"]))
            by_sender = [list(group) for _, group in groupby(ordered, key=lambda item: str(item["sender"]))]
            told = list(chain.from_iterable(await asyncio.gather(*map(self._tell, by_sender))))
            if told:
                await self.service.ack(told)
        except ServiceError as error:
            logger.warning("outbox: %s", error)
            return False
        except Exception:
            logger.exception("outbox: not delivered")
            return False
        return len(told) == len(items)

    async def _tell(self, items: list[dict[str, Any]]) -> list[Any]:
        """The ids of those that were told."""
        told = []
        for item in items:
            outlet = self.outlets.of(str(item["sender"]))
            if outlet is None:
                logger.error("outbox %s is for a channel that this bot does not serve", item["id"])
                continue
            try:
                await self._pass_on(outlet, item)
                told.append(item["id"])
            except PushFailed as error:
                logger.warning("outbox %s was not told yet: %s", item["id"], error)
            except Exception:
                logger.exception("outbox %s was not told yet", item["id"])
        return told

    async def _pass_on(self, outlet: Outlet, item: dict[str, Any]) -> None:
        sender, kind = item["sender"], str(item["kind"])
        if kind == LINK_OVER:
            await outlet.forget(sender, time.time() - float(item.get("over_s", 0.0)) - SLACK_S)
            return
        with metrics.noticed(kind):
            said = await self.turns.push(sender, item["id"], kind, str(item["ref"]))
            await outlet.deliver(sender, said)

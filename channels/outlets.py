"""Which channel a sender's messages leave by: the prefix of the sender's id says it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Container
from typing import Protocol

from channels.mailbox import Message
from channels.platform_api import PlatformError

logger = logging.getLogger(__name__)

INVITE_S = 5.0  # a page waits for it, which has other apps to show


class Outlet(Protocol):
    """One channel, as far as others need it: its name in Rasa, its senders, how to tell them something."""

    @property
    def channel(self) -> str: ...

    @property
    def prefix(self) -> str: ...

    async def deliver(self, sender: str, said: list[Message]) -> None:
        """Sees to it that stored messages reach their customer; called again with the same, repeats nothing.

        Raises:
            Exception: it could not be written down; nothing has left.
        """

    async def invite(self, token: str, life_s: float) -> str:
        """The address by which `token`, good for `life_s`, comes with whoever opens the app; empty where
        that address is not the platform's to give, but a setting.

        Raises:
            PlatformError: the platform gave none.
        """

    async def forget(self, sender: str, ended_at: float) -> None:
        """Nothing that waits reaches `sender` any more, whose link ended then (epoch seconds): it may be
        somebody else's by now. May be called again with the same.

        Raises:
            Exception: it could not be written down.
        """


class Outlets:
    """The channels of this bot."""

    def __init__(self) -> None:
        self._by_prefix: dict[str, Outlet] = {}

    def add(self, outlet: Outlet) -> None:
        self._by_prefix[outlet.prefix] = outlet

    def of(self, sender: str) -> Outlet | None:
        """The channel that serves `sender`, if this bot has it."""
        prefix, dash, _ = sender.partition("-")
        return self._by_prefix.get(prefix + dash)

    async def invite(self, token: str, life_s: float, but: Container[str]) -> dict[str, str]:
        """By channel the address that its platform gives for `token`; none of those in `but` is asked."""
        given = {}
        for outlet in self._by_prefix.values():
            if outlet.channel in but:
                continue
            try:
                url = await asyncio.wait_for(outlet.invite(token, life_s), INVITE_S)
            except (PlatformError, asyncio.TimeoutError) as error:
                logger.error("%s: the platform gives no address for a link: %r", outlet.channel, error)
                continue
            if url:
                given[outlet.channel] = url
        return given

    def channel_of(self, sender: str) -> str:
        """The name of the sender's channel, empty for one that this bot does not serve."""
        outlet = self.of(sender)
        return outlet.channel if outlet else ""

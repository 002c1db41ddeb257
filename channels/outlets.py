"""Which channel a sender's messages leave by: the prefix of the sender's id says it."""

from __future__ import annotations

from typing import Protocol

from channels.mailbox import Message


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

    def channel_of(self, sender: str) -> str:
        """The name of the sender's channel, empty for one that this bot does not serve."""
        outlet = self.of(sender)
        return outlet.channel if outlet else ""

"""What the channels of one bot share: made by the web channel, which every bot has, and found in its app."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rasa.core.agent import Agent
from sanic import Sanic

from channels.mailbox import Mailbox
from channels.outlets import Outlets
from channels.rate import Rate
from channels.service_client import ServiceClient
from channels.settings import Settings
from channels.turns import Turns


@dataclass(frozen=True)
class Desk:
    """One mailbox, one way into the conversation, one client of the service, one limit for each sender."""

    config: Settings
    mailbox: Mailbox
    service: ServiceClient
    turns: Turns
    outlets: Outlets
    agent: Callable[[], Agent]
    rate: Rate

    def join(self, app: Sanic) -> None:
        app.ctx.desk = self

    @staticmethod
    def of(app: Sanic) -> Desk:
        """Raises SystemExit with one sentence when the bot has no web channel."""
        desk = getattr(app.ctx, "desk", None)
        if not isinstance(desk, Desk):
            raise SystemExit("credentials.yml must list channels.web.WebInput: all channels share its desk.")
        return desk

"""The web channel, `channels.web.WebInput` in credentials.yml: Rasa's entry to all of this package."""

from __future__ import annotations

import asyncio
import gc
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic

from channels import (
    action_connections,
    action_errors,
    http,
    logs,
    quick_domain,
    quick_rules,
    quick_turns,
    rasa_version,
    settings,
    socket,
    staff,
    words,
)
from channels.buttons import ButtonSigner
from channels.chat_database import open_engine
from channels.demo_page import DemoPage
from channels.desk import Desk
from channels.fleet import Fleet
from channels.health import Health
from channels.heard import Hearing
from channels.identity import SENDER_PREFIX, Verifier
from channels.jwks import KeySet
from channels.links import LinkApi
from channels.mailbox import Mailbox, Message
from channels.metrics_route import MetricsRoute
from channels.outlets import Outlets
from channels.push import OutboxPush
from channels.rating_desk import RatingDesk
from channels.ratings import Ratings
from channels.service_client import ServiceClient
from channels.turns import Turns
from channels.visitors import Visitors
from profiles.environment import is_loopback

logger = logging.getLogger(__name__)

STOP_TURNS_S = 5
EXPIRE_EVERY_S = 60 * 60
BROKEN_OFF_EVERY_S = 20  # and not at once: a client that waited for the answer asks again by itself
GRACEFUL_SHUTDOWN_S = 3.0


class ChatBlueprint(Blueprint):
    """A blueprint that also sets up the application it is registered with."""

    def __init__(self, name: str, set_up: Callable[[Sanic], None]) -> None:
        super().__init__(name)
        self.ctx.set_up = set_up

    def register(self, app: Sanic, options: dict[str, Any]) -> None:
        self.ctx.set_up(app)
        super().register(app, options)


class WebInput(InputChannel):
    """Chat over HTTP and Socket.IO for verified customers, and what belongs to it."""

    channel = words.CHANNEL
    prefix = SENDER_PREFIX

    def __init__(self, config: settings.Settings) -> None:
        self.config = config
        self._app: Sanic | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self.mailbox = Mailbox(open_engine(config.chat_db_url))
        self.service = ServiceClient(config.service_url, config.action_secret)
        self.fleet = Fleet.joined(config.redis_url)
        server = socket.make_server(config, self.fleet.rooms(self._missed))
        rate = self.fleet.rate("messages", config.rate_messages, config.rate_window_s)
        signer = ButtonSigner(config.button_secret)
        hearing = Hearing(self.mailbox, signer, config.max_chars, self.agent)
        emit = socket.Rooms(server).emit
        outlets = Outlets()
        outlets.add(self)
        self.turns = Turns(
            self.mailbox, signer, hearing, self.agent, emit, outlets.channel_of, self.fleet.order()
        )
        self.desk = Desk(config, self.mailbox, self.service, self.turns, outlets, self.agent, rate)
        self.push = OutboxPush(self.service, self.turns, outlets)
        ratings = RatingDesk(Ratings(self.mailbox.engine), emit)
        visitors = Visitors(config.button_secret, config.visitors_a_minute)
        new_visitors = self.fleet.rate("visitors", config.visitors_a_minute, 60)
        rules = config.tokens
        self.keys = KeySet(rules.jwks_url, rules.algorithms) if rules.jwks_url else None
        verifier = Verifier(rules, self.keys, visitors)
        self.socket = socket.ChatSocket(server, verifier, self.turns, self.mailbox, rate, ratings)
        self.api = http.ChatApi(verifier, self.turns, self.mailbox, rate, ratings, visitors, new_visitors)
        self.health = Health(self.agent, self.service, self.fleet)
        self.links = LinkApi(verifier, self.service, self.turns, rate, config.link_urls, outlets)
        self.metrics = MetricsRoute(config.metrics_secret, self.mailbox, self.socket.count_open)
        self.demo = DemoPage(config.web_dir, config.tokens, self.service) if config.demo else None

    @classmethod
    def name(cls) -> str:
        return cls.channel

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> InputChannel:
        """Settings come from the environment alone, so that no file holds a secret.

        Raises:
            SystemExit: with one sentence when a setting is missing or wrong.
        """
        try:
            config = settings.load()
            logs.set_up(config.log_form)
            action_errors.install(config.action_timeout_s)
            for each in (action_connections, quick_domain, quick_rules, quick_turns):
                each.install()
        except (settings.SettingsError, rasa_version.WrongRasa) as error:
            raise SystemExit(str(error)) from None
        return cls(config)

    def url_prefix(self) -> str:
        """The routes begin at the root, not below Rasa's /webhooks/."""
        return "/"

    async def deliver(self, sender: str, said: list[Message]) -> None:
        """Open tabs have heard it, and one that comes back asks for what it missed."""

    async def invite(self, token: str, life_s: float) -> str:
        """Nobody is linked here: the host's login says who speaks."""
        return ""

    async def forget(self, sender: str, ended_at: float) -> None:
        """Nothing waits here: what is stored is shown to whoever the host's login names."""

    def agent(self) -> Agent:
        """The loaded assistant; there is one before the server listens."""
        assert self._app is not None
        return self._app.ctx.agent

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """All routes, the socket, and the background work with its start and end."""
        blueprint = ChatBlueprint("web_channel", self._set_up)
        self.api.add_routes(blueprint)
        self.links.add_routes(blueprint)
        self.health.add_routes(blueprint)
        self.metrics.add_routes(blueprint)
        if self.demo is not None:
            self.demo.add_routes(blueprint)
        blueprint.listener("before_server_start")(self._before_start)
        blueprint.listener("after_server_start")(self._after_start)
        blueprint.listener("before_server_stop")(self._before_stop)
        return blueprint

    def _set_up(self, app: Sanic) -> None:
        self._app = app
        self.desk.join(app)
        app.config.GRACEFUL_SHUTDOWN_TIMEOUT = GRACEFUL_SHUTDOWN_S
        http.refuse_alike(app, self.config.max_body_bytes)
        http.allow_origins(app, self.config.origins)
        self.socket.add_handlers()
        self.socket.server.attach(app, "/socket.io")
        if self.demo is not None:
            self.demo.serve_root(app)

    async def _before_start(self, app: Sanic, _loop: asyncio.AbstractEventLoop) -> None:
        if self.demo is not None and not is_loopback(app.state.host):
            logging.getLogger("sanic.error").disabled = True  # the sentence below says it all, no traceback
            raise SystemExit(
                f"The demo profile hands out tokens, so it listens on this machine only: use -i 127.0.0.1 "
                f"instead of {app.state.host}."
            )
        staff.refuse_direct(app.ctx.input_channels)
        logs.set_up(self.config.log_form)
        self.mailbox.create_tables()

    async def _after_start(self, _app: Sanic, _loop: asyncio.AbstractEventLoop) -> None:
        gc.freeze()  # what is there by now stays: collecting garbage need not walk it in a customer's turn
        for response in words.USED_HERE:
            if response not in self.agent().domain.responses:
                logger.error("the model has no response %s, which the channel needs", response)
        self.fleet.share_locks(self.agent())
        self.socket.start()
        work = (self.push.run(), self._expire(), self._end_broken_off())
        self._tasks = [asyncio.create_task(each) for each in work]
        if self.keys is not None:
            await self.keys.refresh()  # a wrong address is in the log at once, not with the first customer

    async def _before_stop(self, _app: Sanic, _loop: asyncio.AbstractEventLoop) -> None:
        """Whoever sends us customers is told first, and has time to send them elsewhere."""
        self.health.stopping.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(self.config.drain_s)
        await self.push.stop(STOP_TURNS_S)
        await self.turns.stop(STOP_TURNS_S)
        await self.socket.stop()
        await self.fleet.close()
        await self.service.close()
        await action_connections.close()
        self.mailbox.engine.dispose()
        gc.freeze()  # the interpreter otherwise walks all of TensorFlow once more before it ends

    async def _missed(self) -> None:
        """What other bots said while Redis was away did not reach the tabs here."""
        await self.socket.send_away()

    async def _expire(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self.mailbox.expire, time.time())
            except Exception:
                logger.exception("old messages could not be dropped")
            await asyncio.sleep(EXPIRE_EVERY_S)

    async def _end_broken_off(self) -> None:
        while True:
            await asyncio.sleep(BROKEN_OFF_EVERY_S)
            try:
                await self.turns.end_broken_off()
            except Exception:
                logger.exception("broken off turns could not be ended")

"""What the channels of messaging apps have in common, as the base of their connectors: see docs/channels.md.

A connector verifies what a platform sends, and sends. In between, here: persist, acknowledge, dedupe, answer
in order, retry, hold to the quota, survive a crash.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from channels import credentials, words
from channels.answering import Answering
from channels.arriving import Arrival
from channels.chat_database import make_tables
from channels.desk import Desk
from channels.encrypted_xml import Refused
from channels.group_commit import GroupCommit
from channels.inbox import Inbox, Peer
from channels.lanes import Lanes
from channels.mailbox import Message
from channels.outgoing import Choices, Confirmation, Departure, Outgoing
from channels.platform_api import PlatformError, TryAgain
from channels.readable import Limits
from channels.sending import Sending, tell_operator
from channels.tables import metadata

logger = logging.getLogger(__name__)

ANSWERED_AT_ONCE = 4  # more would only make each other and every acknowledgement wait for the processor
YIELD_S = 0.5
SENT_AT_ONCE = 16
LOOK_EVERY_S = 2.0
READ_EVERY_S = 10 * 60.0  # besides when the platform says so: its word may be lost
READ_AGAIN_S = 2.0
REFUSED_READ_S = 60.0
RENEW_EVERY_S = 5.0
EXPIRE_EVERY_S = 60 * 60.0


@dataclass(frozen=True)
class Probe:
    """A request that only the platform could make, and the text it is to be answered with."""

    query: dict[str, str]
    expected: str
    body: bytes | None = None  # of a POST; a GET has none
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Delivery:
    """What one request brought: messages, the word that accounts, (account, token), have some to read, or the
    word that something of ours has arrived."""

    arrivals: list[Arrival] = field(default_factory=list)
    pokes: list[tuple[str, str]] = field(default_factory=list)
    confirmations: list[Confirmation] = field(default_factory=list)
    answer: str = "success"


class MessagingInput(InputChannel):
    """A connector. A platform's file gives the class attributes and the methods of the first part."""

    channel: ClassVar[str]
    prefix: ClassVar[str]
    limits: ClassVar[Limits]
    keys: ClassVar[tuple[credentials.Key, ...]]

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        self.desk: Desk
        self.inbox: Inbox
        self.outgoing: Outgoing
        self._answering: Answering
        self._lanes: dict[str, Lanes] = {}
        self._kept: GroupCommit[Delivery] = GroupCommit(self._keep)
        self._tasks: list[asyncio.Task[None]] = []
        self._receiving = 0

    # What a platform's file says.

    def prove(self, query: Mapping[str, str], now: float) -> str:
        """The answer to the GET by which the platform checks the callback's address. Raises Refused."""
        raise Refused("no such check")

    def open(self, query: Mapping[str, str], headers: Mapping[str, str], body: bytes, now: float) -> Delivery:
        """What a verified POST brings. Raises Refused for what is not the platform's, for us, and fresh."""
        raise NotImplementedError

    async def send(self, peer: Peer, departure: Departure) -> bool:
        """Sends one message; true when it counts in the quota. Raises PlatformError."""
        raise NotImplementedError

    async def read(self, account: str) -> None:
        """Reads what a poke announced, and keeps it by `took`. Raises PlatformError."""

    async def close(self) -> None:
        """Lets go of connections."""

    async def invite(self, token: str, life_s: float) -> str:
        """The address by which `token` comes with whoever opens the app, where the platform gives it."""
        return ""

    def accounts(self) -> list[str]:
        """The accounts that are read at the start, beside those that were read before."""
        return []

    def probe(self, now: float) -> Probe:
        """The platform's own check of the callback's address, for `make channels-check`."""
        raise NotImplementedError

    async def log_in(self) -> None:
        """Fetches an access token where the platform has one. Raises PlatformError."""

    # What is the same for all.

    @classmethod
    def name(cls) -> str:
        return cls.channel

    @classmethod
    def from_credentials(cls, given: dict[str, Any] | None) -> InputChannel:
        """Raises SystemExit with one sentence when a key is missing or wrong."""
        try:
            return cls(credentials.read(cls.channel, given, cls.keys))
        except credentials.BadKey as error:
            raise SystemExit(f"credentials.yml, {error}") from None

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The callback at /webhooks/<channel>/callback, and the background work with its start and end."""
        blueprint = Blueprint(f"{self.channel}_channel")
        for method, handler in (("GET", self._prove), ("POST", self._receive)):
            name = f"{self.channel}_{method.lower()}"
            blueprint.add_route(partial(handler), "/callback", methods=[method], name=name)
        blueprint.listener("before_server_start")(self._before_start)
        blueprint.listener("after_server_start")(self._after_start)
        blueprint.listener("before_server_stop")(self._before_stop)
        return blueprint

    async def deliver(self, sender: str, said: list[Message]) -> None:
        """Sends stored messages that nobody asked for; again, it repeats nothing."""
        if said:
            await self._answering.write(sender, said, None)

    async def forget(self, sender: str, ended_at: float) -> None:
        """Drops what has not left yet, and what could be chosen before."""
        await asyncio.to_thread(self.outgoing.drop, sender, ended_at)

    async def took(self, found: list[Arrival], read: tuple[str, str] | None = None) -> None:
        """Keeps what was read, up to a cursor of an account, and has it answered."""
        senders = await asyncio.to_thread(self.inbox.take, found, time.time(), read)
        self._lanes["answering"].wake(*senders)

    def now(self) -> float:
        """The clock that signatures are compared with."""
        return time.time()

    async def _prove(self, request: Request) -> HTTPResponse:
        try:
            return response.text(self.prove(_query(request), self.now()))
        except Refused as error:
            return self._refuse(error)

    async def _receive(self, request: Request) -> HTTPResponse:
        """Verified, kept, acknowledged; answered afterwards. What is not kept, the platform sends again."""
        try:
            delivery = self.open(_query(request), request.headers, request.body, self.now())
        except Refused as error:
            return self._refuse(error)
        except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
            return self._refuse(Refused(f"a shape that is not known ({type(error).__name__})"))
        self._receiving += 1
        try:
            await self._kept.add(delivery)
        except Exception:
            logger.exception("%s: a delivery could not be kept", self.channel)
            return response.text("", status=503)
        finally:
            self._receiving -= 1
        self._lanes["answering"].wake(*[each.sender for each in delivery.arrivals])
        self._lanes["reading"].wake(*[account for account, _ in delivery.pokes])
        return response.text(delivery.answer)

    def _refuse(self, error: Refused) -> HTTPResponse:
        logger.warning("[%s] %s: refused a request: %s", words.new_reference(), self.channel, error)
        return response.text("", status=403)

    def _keep(self, deliveries: list[Delivery]) -> None:
        arrivals = [each for delivery in deliveries for each in delivery.arrivals]
        pokes = [each for delivery in deliveries for each in delivery.pokes]
        confirmations = [each for delivery in deliveries for each in delivery.confirmations]
        if arrivals:
            self.inbox.take(arrivals, time.time())
        if confirmations:
            self.outgoing.confirm(confirmations, time.time())
        if pokes:
            self.inbox.poke(pokes, time.time())

    async def _before_start(self, app: Sanic, _loop: asyncio.AbstractEventLoop) -> None:
        self.desk = Desk.of(app)
        if not self.desk.config.host_page_url:
            raise SystemExit(
                f"YUEFU_HOST_PAGE_URL is not set: {self.channel} sends customers there to log in."
            )
        engine = self.desk.mailbox.engine
        make_tables(engine, metadata)
        self.inbox, self.outgoing = Inbox(engine, self.channel), Outgoing(engine, self.channel)
        sending = Lanes(Sending(self.inbox, self.outgoing, self.limits, self.send).work, SENT_AT_ONCE)
        self._answering = Answering(
            self.desk, self.inbox, self.outgoing, Choices(engine), self.limits, sending.wake
        )
        answering = Lanes(self._answer, ANSWERED_AT_ONCE)
        self._lanes = {"reading": Lanes(self._read, 4), "answering": answering, "sending": sending}
        self.desk.outlets.add(self)

    async def _after_start(self, _app: Sanic, _loop: asyncio.AbstractEventLoop) -> None:
        for name in words.USED_IN_MESSAGING:
            if name not in self.desk.agent().domain.responses:
                logger.error("the model has no response %s, which the channel needs", name)
        find = {
            "reading": (lambda: {*self.accounts(), *self.inbox.known_accounts()}, READ_EVERY_S),
            "answering": (self.inbox.waiting, LOOK_EVERY_S),
            "sending": (lambda: self.outgoing.waiting(time.time()), LOOK_EVERY_S),
        }
        work = [self._lanes[name].look(*how) for name, how in find.items()]
        self._tasks = [asyncio.create_task(each) for each in (*work, self._renew(), self._expire())]

    async def _before_stop(self, _app: Sanic, _loop: asyncio.AbstractEventLoop) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(
            *self._tasks, *(lanes.stop() for lanes in self._lanes.values()), return_exceptions=True
        )
        await self.close()
        self._kept.close()

    async def _answer(self, sender: str) -> float | None:
        await self._acknowledged()
        return await self._answering.work(sender)

    async def _acknowledged(self) -> None:
        """Acknowledging goes first: other work waits a little while deliveries are coming in."""
        until = time.monotonic() + YIELD_S
        while self._receiving and time.monotonic() < until:
            await asyncio.sleep(0.005)

    async def _read(self, account: str) -> float | None:
        await self._acknowledged()
        try:
            await self.read(account)
        except TryAgain as error:
            logger.warning("%s: an account is read again: %s", self.channel, error)
            return error.wait_s or READ_AGAIN_S
        except PlatformError as error:
            logger.error("%s: an account cannot be read: %s", self.channel, error)
            return REFUSED_READ_S
        return None

    async def _renew(self) -> None:
        """Keeps the leases of the senders that this process works for."""
        while True:
            await asyncio.sleep(RENEW_EVERY_S)
            try:
                for work in ("answering", "sending"):
                    if senders := self._lanes[work].at_work():
                        await asyncio.to_thread(self.inbox.lease, senders, work, time.time())
            except Exception:  # one lease that ends early is better than all that follow
                logger.exception("leases could not be renewed")

    async def _expire(self) -> None:
        while True:
            try:
                for departure_id, sender in await asyncio.to_thread(self.inbox.expire, time.time()):
                    tell_operator(sender, departure_id, "too late")
            except Exception:
                logger.exception("old deliveries could not be dropped")
            await asyncio.sleep(EXPIRE_EVERY_S)


def _query(request: Request) -> dict[str, str]:
    return dict(request.get_query_args(keep_blank_values=True))

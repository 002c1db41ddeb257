"""One open tab of a customer: a socket that comes back by itself, as the widget's does, and what it heard."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import aiohttp
import socketio

ACK_TIMEOUT_S: Final = 20.0  # these three as in web/src/connection.ts
FIRST_RETRY_S: Final = 1.0
LONGEST_RETRY_S: Final = 30.0
CONNECT_TIMEOUT_S: Final = 10.0
Message = dict[str, Any]


class Lost(Exception):
    """The connection went away, or nothing was answered over it in time."""


@dataclass
class Tab:
    """`login` makes a token for a new connection. `heard`: the conversation by number, both roles.

    `contradictions`: numbers that were told with two different texts. `repeated`: how often one was told
    again over the same connection, which a page drops.
    `refused_at`: when a connection failed, on the monotonic clock.
    """

    url: str
    login: Callable[[], str]
    rng: random.Random
    heard: dict[int, Message] = field(default_factory=dict)
    contradictions: list[str] = field(default_factory=list)
    refused_at: list[float] = field(default_factory=list)
    repeated: int = 0
    connections: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    _page: Any = None
    _ready: bool = False
    _closed: asyncio.Event = field(default_factory=asyncio.Event)
    _live: set[int] = field(default_factory=set)
    _session: aiohttp.ClientSession | None = None

    @property
    def online(self) -> bool:
        return self._ready and self._page is not None and bool(self._page.connected)

    async def stay(self) -> None:
        """Stays connected until it is cancelled."""
        failed = 0
        # A browser keeps the proxy's cookie, by which a socket stays with its bot.
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        try:
            while True:
                failed = 0 if await self._connect() else failed + 1
                while self.online:
                    self.changed.clear()
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self.changed.wait(), 1.0)
                pause_s = min(LONGEST_RETRY_S, FIRST_RETRY_S * 2 ** max(0, failed - 1))
                await asyncio.sleep(pause_s * self.rng.uniform(0.5, 1.5))
        finally:
            await self._leave()
            await self._session.close()

    async def again(self) -> None:
        """Connects anew, with a new login."""
        await self._leave()

    async def call(self, event: str, data: Any) -> dict[str, Any]:
        """What the bot acknowledges with. Raises Lost."""
        page, closed = self._page, self._closed
        if page is None:
            raise Lost
        asking = asyncio.ensure_future(page.call(event, data, timeout=ACK_TIMEOUT_S))
        closing = asyncio.ensure_future(closed.wait())  # a page does not wait for what cannot come any more
        await asyncio.wait({asking, closing}, return_when=asyncio.FIRST_COMPLETED)
        closing.cancel()
        if not asking.done():
            asking.cancel()
            raise Lost
        try:
            return dict(asking.result())
        except (socketio.exceptions.SocketIOError, aiohttp.ClientError, OSError) as error:
            raise Lost(type(error).__name__) from None

    async def _connect(self) -> bool:
        await self._leave()
        page = socketio.AsyncClient(reconnection=False, http_session=self._session)
        self._closed = closed = asyncio.Event()
        for event, handler in (
            ("bot_uttered", self._uttered),
            ("user_echo", self._echoed),
            ("auth_expired", self._expired),
            ("disconnect", partial(self._gone, closed)),
        ):
            page.on(event, handler)
        try:
            await page.connect(
                self.url,
                auth={"token": self.login()},
                transports=["websocket"],
                wait_timeout=CONNECT_TIMEOUT_S,
            )
            self._live.clear()
            self._page = page
            missed = await self.call("session_request", {"since": max(self.heard, default=0)})
        except (Lost, socketio.exceptions.SocketIOError, aiohttp.ClientError, OSError):
            self.refused_at.append(time.monotonic())
            await self._leave()
            return False
        if not missed.get("ok"):
            await self._leave()
            return False
        for message in missed["messages"]:
            self._take(message)
        self.connections += 1
        self._ready = True
        self.changed.set()
        return True

    async def _leave(self) -> None:
        page, self._page, self._ready = self._page, None, False
        self._closed.set()
        if page is not None:
            with suppress(Exception):  # of a connection that is gone anyway
                await asyncio.wait_for(page.disconnect(), 5.0)
        self.changed.set()

    async def _uttered(self, message: Message) -> None:
        if message["seq"] in self._live:
            self.repeated += 1
        self._live.add(message["seq"])
        self._take(message)

    async def _echoed(self, message: Message) -> None:
        self._take({**message, "role": "user"})

    async def _expired(self, _data: Any = None) -> None:
        self.changed.set()

    async def _gone(self, closed: asyncio.Event, *_reason: Any) -> None:
        closed.set()
        self.changed.set()

    def _take(self, message: Message) -> None:
        known = self.heard.setdefault(message["seq"], message)
        if (known["role"], known["text"]) != (message["role"], message["text"]):
            self.contradictions.append(f"message {message['seq']} has two texts")
        self.changed.set()

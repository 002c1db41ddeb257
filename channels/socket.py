"""The chat by Socket.IO: identity comes from the socket's own token, every tab of a sender hears all."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from socketio import AsyncManager, AsyncServer
from socketio.exceptions import ConnectionRefusedError as Refused

from channels import identity
from channels.errors import ChatError
from channels.fan_out import SharedRooms
from channels.mailbox import Mailbox, iso_time
from channels.rate import Rate
from channels.rating_desk import RatingDesk
from channels.requests import read_asked, read_rating, read_session
from channels.settings import Settings
from channels.turns import IdConflict, Turns

logger = logging.getLogger(__name__)

Ack = dict[str, Any]

LOOK_AGAIN_S = 5.0  # at the time of day, which may have been set
_LOGGED = "yuefu.refused"


def make_server(settings: Settings, rooms: AsyncManager) -> AsyncServer:
    """WebSocket only, bounded frames, the page's own origin and the listed ones."""
    listed = settings.origins

    def allowed(origin: str | None, environ: dict[str, str]) -> bool:
        host = environ.get("HTTP_HOST", "")
        known = origin in listed or origin in (f"http://{host}", f"https://{host}")
        # It is asked twice of one request, and of a client that is no page, which has none.
        if not known and origin is not None and not environ.get(_LOGGED):
            environ[_LOGGED] = "yes"
            logger.warning("refused: a socket from a page of %.100r", origin)
        return known

    return AsyncServer(
        async_mode="sanic",
        client_manager=rooms,
        transports=["websocket"],
        cors_allowed_origins=allowed,
        max_http_buffer_size=settings.max_body_bytes,
        namespaces="*",  # to refuse all but one ourselves, and log who tried
    )


def room(sender: str) -> str:
    return f"u:{sender}"


@dataclass
class Rooms:
    """Sends to all open tabs of a sender. A tab that went away must not disturb the turn."""

    server: AsyncServer

    async def emit(self, sender: str, event: str, data: Any, skip: str = "") -> None:
        try:
            await self.server.emit(event, data, room=room(sender), skip_sid=skip or None)
        except Exception:
            logger.exception("an event could not be sent")


@dataclass
class ChatSocket:
    """The handlers of the socket's events."""

    server: AsyncServer
    verifier: identity.Verifier
    turns: Turns
    mailbox: Mailbox
    rate: Rate
    ratings: RatingDesk
    _timers: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def add_handlers(self) -> None:
        self.server.on("connect", self.connect)
        self.server.on("disconnect", self.disconnect)
        self.server.on("session_request", self._answering(self.session_request))
        self.server.on("user_uttered", self._answering(self.user_uttered))
        self.server.on("rate", self._answering(self.rated))
        self.server.on("*", self.unknown)
        self.server.on("connect", self.elsewhere, namespace="*")

    def start(self) -> None:
        """What other processes tell is heard before the first tab is here to hear it."""
        self.server.manager.initialize()
        self.server.manager_initialized = True

    async def send_away(self) -> None:
        """Closes every socket: the pages connect anew and ask for what they missed."""
        for sid in list(self._timers):
            await self.server.disconnect(sid, ignore_queue=True)

    async def stop(self) -> None:
        """Closes every socket, so that the server need not wait for them."""
        await self.send_away()
        if isinstance(self.server.manager, SharedRooms):
            await self.server.manager.stop()
        await self.server.shutdown()

    def count_open(self) -> int:
        """How many tabs are connected."""
        return len(self._timers)

    async def connect(self, sid: str, _environ: dict[str, Any], auth: object = None) -> None:
        try:
            who = await self.verifier.verify(auth.get("token") if isinstance(auth, dict) else None)
        except identity.Unauthorized as error:
            raise Refused(ChatError(error.code, f"socket: {error.why}").code) from None
        await self.server.save_session(sid, {"who": who})
        await self.server.enter_room(sid, room(who.sender))
        self._timers[sid] = asyncio.create_task(self._expire_at(sid, who.exp))

    async def disconnect(self, sid: str, _reason: str = "") -> None:
        timer = self._timers.pop(sid, None)
        if timer is not None and timer is not asyncio.current_task():
            timer.cancel()

    async def session_request(self, who: identity.Identity, _sid: str, data: Any) -> Ack:
        """The missed messages, and what time it is here: countdowns on the page run on it."""
        since = read_session(data, who.sender)
        found = await asyncio.to_thread(self.mailbox.since, who.sender, since, True)
        seq = found[-1]["seq"] if found else await asyncio.to_thread(self.mailbox.last_seq, who.sender)
        return {"ok": True, "messages": found, "seq": seq, "at": iso_time(time.time())}

    async def user_uttered(self, who: identity.Identity, sid: str, data: Any) -> Ack:
        await self.rate.admit(who.sender)
        submitted = await self.turns.submit(who, read_asked(data, who.sender), socket=sid)
        return {"ok": True, "dup": submitted.dup, "seq": submitted.seq}

    async def rated(self, who: identity.Identity, _sid: str, data: Any) -> Ack:
        await self.rate.admit(who.sender)
        return {"ok": True, **await self.ratings.take(who.sender, read_rating(data, who.sender))}

    async def unknown(self, event: str, sid: str, *_data: Any) -> Ack:
        """Nobody joins a room or speaks as the server: there are three events, and this is none of them."""
        who = (await self.server.get_session(sid))["who"]
        return {"ok": False, "error": ChatError("unknown_event", f"{who.sender} sent {event[:32]!r}").body()}

    async def elsewhere(self, namespace: str, _sid: str, *_data: Any) -> None:
        """The chat has one namespace."""
        raise Refused(ChatError("not_found", f"socket: {namespace[:32]!r}").code)

    def _answering(self, handler: Callable[..., Awaitable[Ack]]) -> Callable[..., Awaitable[Ack]]:
        """Gives a handler the socket's verified speaker, and turns its failures into an ack."""

        async def guarded(sid: str, data: Any = None) -> Ack:
            try:
                who = (await self.server.get_session(sid))["who"]
                if who.exp <= time.time():
                    self._send_away_soon(sid)
                    raise ChatError("expired")
                return await handler(who, sid, data)
            except ChatError as error:
                known = error
            except IdConflict as conflict:
                known = ChatError("id_conflict", str(conflict))
            except Exception:
                known = ChatError("internal")
                logger.exception("[%s] a socket event failed", known.reference)
            extra = {"retry_after_s": known.retry_after_s} if known.retry_after_s else {}
            return {"ok": False, "error": {**known.body(), **extra}}

        return guarded

    def _send_away_soon(self, sid: str) -> None:
        """The time of day was set a moment ago, or the machine slept."""
        timer = self._timers.get(sid)
        if timer is not None:
            timer.cancel()
            self._timers[sid] = asyncio.create_task(self._expire_at(sid, 0))

    async def _expire_at(self, sid: str, exp: int) -> None:
        while (left_s := exp - time.time()) > 0:
            await asyncio.sleep(min(left_s, LOOK_AGAIN_S))
        await self.server.emit("auth_expired", {}, room=sid, ignore_queue=True)
        await self.server.disconnect(sid, ignore_queue=True)

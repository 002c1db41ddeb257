"""What every tab of a customer hears, whichever process its socket is connected to: Socket.IO over Redis.

`AsyncRedisManager` tells the sockets of its own process at once and the others through Redis, so that two
processes' messages can reach a tab in the wrong order. Here all of them come through Redis, in its order.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

from socketio import AsyncRedisManager

from channels.redis_link import ANSWER_TIMEOUT_S, CONNECT_TIMEOUT_S, UNREACHABLE

logger = logging.getLogger(__name__)

CHANNEL = "yuefu:chat"
FIRST_PAUSE_S = 0.5
LAST_PAUSE_S = 8.0


class SharedRooms(AsyncRedisManager):
    """The rooms of all processes.

    `on_gap` is awaited when events may have been missed: after Redis was away and is there again.
    """

    def __init__(self, url: str, on_gap: Callable[[], Awaitable[None]]) -> None:
        options = {"socket_connect_timeout": CONNECT_TIMEOUT_S, "socket_keepalive": True}
        super().__init__(url, channel=CHANNEL, redis_options=options)
        self._on_gap = on_gap

    async def emit(self, event: str, data: Any, namespace: str | None = None, **options: Any) -> None:
        """As in the base class, for data that is JSON; without Redis the tabs of this process hear it."""
        if options.pop("ignore_queue", False):
            await super().emit(event, data, namespace=namespace, ignore_queue=True, **options)
            return
        told = {
            "method": "emit",
            "event": event,
            "data": [data],
            "namespace": namespace or "/",
            "room": options.get("to") or options.get("room"),
            "skip_sid": options.get("skip_sid"),
        }
        try:
            heard_by = await asyncio.wait_for(self._publish(told), ANSWER_TIMEOUT_S)
        except asyncio.TimeoutError:
            heard_by = 0
        if not heard_by:
            await self._handle_emit(told)

    async def stop(self) -> None:
        """Hears no more."""
        thread = getattr(self, "thread", None)
        if thread is not None:
            thread.cancel()
            with suppress(asyncio.CancelledError):
                await thread
        if self.redis is not None:
            await self.redis.close()

    async def _listen(self) -> AsyncIterator[bytes]:
        pause_s, missed = FIRST_PAUSE_S, False
        while True:
            try:
                self._redis_connect()
                await self.pubsub.subscribe(self.channel)
                if missed:
                    await self._on_gap()
                pause_s, missed = FIRST_PAUSE_S, False
                async for message in self.pubsub.listen():
                    yield message["data"]
            except UNREACHABLE as error:
                logger.error("the tabs of other processes are not heard: %s", type(error).__name__)
                missed = True
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LAST_PAUSE_S)

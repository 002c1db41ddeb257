"""One at a time across processes: a queue in Redis for each name, with a lease for whoever stands in it.

Rasa 3.6.21 has a lock store for Redis of its own. It reads and writes the tickets in two steps, so that two
processes can draw the same number; it looks again once a second; and it holds up the event loop.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LockStore
from redis.asyncio import Redis

from channels.redis_link import UNREACHABLE

logger = logging.getLogger(__name__)

LOOK_AGAIN_S = 0.02
LIFE_S = 8.0  # of a lease that is not renewed; whoever lives renews it four times as often

_NOW: Final = "local t = redis.call('TIME') local now = t[1] * 1000 + math.floor(t[2] / 1000) "
# Stands in the queue (again), and drops from its head whoever has given no sign of life: 1 for the first.
# A lease that ends later than any can was given before the clock was set back.
_STAND: Final = (
    _NOW
    + """
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 0 then redis.call('RPUSH', KEYS[1], ARGV[1]) end
redis.call('HSET', KEYS[2], ARGV[1], now + ARGV[2])
local function dead(who)
  local ends = tonumber(redis.call('HGET', KEYS[2], who) or 0)
  return ends <= now or ends > now + ARGV[2] * 2
end
local head = redis.call('LINDEX', KEYS[1], 0)
while head ~= ARGV[1] and dead(head) do
  redis.call('LPOP', KEYS[1])
  redis.call('HDEL', KEYS[2], head)
  head = redis.call('LINDEX', KEYS[1], 0)
end
redis.call('PEXPIRE', KEYS[1], ARGV[2] * 2)
redis.call('PEXPIRE', KEYS[2], ARGV[2] * 2)
return head == ARGV[1] and 1 or 0
"""
)
# Keeps the lease of whoever is first: 0 when somebody else has taken over.
_KEEP: Final = (
    _NOW
    + """
if redis.call('LINDEX', KEYS[1], 0) ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[2], ARGV[1], now + ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2] * 2)
redis.call('PEXPIRE', KEYS[2], ARGV[2] * 2)
return 1
"""
)
_LEAVE: Final = "redis.call('LREM', KEYS[1], 1, ARGV[1]) return redis.call('HDEL', KEYS[2], ARGV[1])"


@dataclass(frozen=True)
class Queues:
    """Queues by name, first come first served. A lease lasts `life_s` seconds without a sign of life."""

    redis: Redis
    life_s: float

    @asynccontextmanager
    async def first(self, name: str) -> AsyncIterator[None]:
        """Waits until everybody before us in the queue `name` is done, and then holds it.

        Raises:
            redis.RedisError, OSError: Redis cannot be reached; nothing is held.
        """
        me = uuid.uuid4().hex
        try:
            while not await self._ask(_STAND, name, me):
                await asyncio.sleep(LOOK_AGAIN_S)
            keeping = asyncio.create_task(self._keep(name, me))
            try:
                yield
            finally:
                keeping.cancel()
        finally:
            with suppress(*UNREACHABLE):  # the lease ends by itself
                await asyncio.shield(self._ask(_LEAVE, name, me))

    async def _keep(self, name: str, me: str) -> None:
        while True:
            await asyncio.sleep(self.life_s / 4)
            try:
                if not await self._ask(_KEEP, name, me):
                    logger.error("the lock %.100s was lost while it was needed", name)
                    return
            except UNREACHABLE as error:
                logger.warning("the lock %.100s was not renewed: %s", name, type(error).__name__)

    async def _ask(self, script: str, name: str, me: str) -> int:
        keys = (f"yuefu:queue:{{{name}}}", f"yuefu:leases:{{{name}}}")
        return int(await self.redis.eval(script, 2, *keys, me, int(self.life_s * 1000)))


@dataclass(frozen=True)
class Order:
    """The order in which one customer's messages are numbered and leave, whichever process has them."""

    queues: Queues

    @asynccontextmanager
    async def __call__(self, sender: str) -> AsyncIterator[None]:
        """Without Redis there is no order between processes: a message out of turn is better than none."""
        async with AsyncExitStack() as held:
            try:
                await held.enter_async_context(self.queues.first(f"order:{sender}"))
            except UNREACHABLE as error:
                logger.error("messages leave without an order: %s", type(error).__name__)
            yield


class SharedLocks(LockStore):
    """Rasa's lock of a conversation, held across processes while a message is dealt with."""

    def __init__(self, queues: Queues) -> None:
        self.queues = queues

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = 0, wait_time_in_seconds: float = 0
    ) -> AsyncGenerator[TicketLock, None]:
        """Both times are the queue's own. Raises redis.RedisError, OSError."""
        async with self.queues.first(f"turn:{conversation_id}"):
            yield TicketLock(conversation_id)

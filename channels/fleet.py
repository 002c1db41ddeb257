"""What bots that serve the same customers share through Redis, and what a bot that is alone has instead."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from rasa.core.agent import Agent
from redis.asyncio import Redis
from socketio import AsyncManager

from channels import locks, redis_link, turns
from channels.fan_out import SharedRooms
from channels.rate import Rate, RateLimit, SharedRateLimit


@dataclass(frozen=True)
class Fleet:
    """Without a `redis` there is one bot.

    A lock outlives the process that held it by 8 s at most, and so may be over while a service still runs the
    action that a dead bot asked for. The ledger does nothing twice for one message, whoever asks again.
    """

    redis: Redis | None
    url: str

    @classmethod
    def joined(cls, redis_url: str) -> Fleet:
        """Connects when it is first used."""
        return cls(redis_link.connect(redis_url) if redis_url else None, redis_url)

    def rate(self, what: str, messages: int, window_s: float) -> Rate:
        """A limit, of the name `what`, on what one sender may send to all bots together."""
        if self.redis is None:
            return RateLimit(messages, window_s)
        return SharedRateLimit(self.redis, what, messages, window_s)

    def order(self) -> turns.Order:
        """The order in which one customer's messages leave."""
        return turns.of_this_process if self.redis is None else locks.Order(self._queues(self.redis))

    def rooms(self, on_gap: Callable[[], Awaitable[None]]) -> AsyncManager:
        """Where the sockets of a customer are found; see `SharedRooms`."""
        return AsyncManager() if self.redis is None else SharedRooms(self.url, on_gap)

    def share_locks(self, agent: Agent) -> None:
        """One customer's messages are dealt with one at a time by all bots together."""
        if self.redis is not None:
            agent.lock_store = locks.SharedLocks(self._queues(self.redis))
            if agent.processor is not None:
                agent.processor.lock_store = agent.lock_store

    async def reachable(self) -> bool:
        """Whether what is shared can be used now."""
        if self.redis is None:
            return True
        try:
            return await asyncio.wait_for(redis_link.is_reachable(self.redis), redis_link.CONNECT_TIMEOUT_S)
        except asyncio.TimeoutError:
            return False

    async def close(self) -> None:
        if self.redis is not None:
            await self.redis.close()

    def _queues(self, redis: Redis) -> locks.Queues:
        return locks.Queues(redis, locks.LIFE_S)

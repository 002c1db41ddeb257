"""Redis as the bots of one company share it: short waits, and never a secret in a log."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from redis.asyncio import Redis
from redis.exceptions import RedisError

__all__ = ["UNREACHABLE", "connect", "is_reachable"]

CONNECT_TIMEOUT_S = 3.0
ANSWER_TIMEOUT_S = 5.0
UNREACHABLE = (RedisError, OSError, asyncio.TimeoutError)


def connect(url: str) -> Redis:
    """Connections are made when they are needed, and again after Redis was away."""
    return Redis.from_url(
        url,
        socket_connect_timeout=CONNECT_TIMEOUT_S,
        socket_timeout=ANSWER_TIMEOUT_S,
        health_check_interval=30,
        decode_responses=True,
    )


async def is_reachable(redis: Redis) -> bool:
    """Whether it answers now."""
    with suppress(*UNREACHABLE):
        return bool(await redis.ping())
    return False

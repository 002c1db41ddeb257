"""Redis as the bots of one company share it: short waits, and never a secret in a log."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import RedisError

__all__ = ["UNREACHABLE", "connect", "is_reachable"]

CONNECT_TIMEOUT_S = 3.0
ANSWER_TIMEOUT_S = 5.0
UNREACHABLE = (RedisError, OSError, asyncio.TimeoutError)


def connect(url: str) -> Redis:
    """Connections are made when they are needed, and again after Redis was away.

    A connection that Redis has closed is noticed only by using it (redis 4.6 takes its end for silence), so
    that each command is sent once more over a new one: a lock that was not given back would be held until its
    lease ends. All that is sent may be sent twice.
    """
    return Redis.from_url(
        url,
        socket_connect_timeout=CONNECT_TIMEOUT_S,
        socket_timeout=ANSWER_TIMEOUT_S,
        health_check_interval=30,
        retry=Retry(NoBackoff(), 1),
        retry_on_error=[NotConnected],
        decode_responses=True,
    )


async def is_reachable(redis: Redis) -> bool:
    """Whether it answers now."""
    with suppress(*UNREACHABLE):
        return bool(await redis.ping())
    return False

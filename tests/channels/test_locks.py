"""What bots share in a real Redis, queues and limits, whatever Redis and its clock go through."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from channels import locks, redis_link
from channels.errors import ChatError
from channels.rate import SharedRateLimit
from scripts import stores
from tests.channels import conftest as parts
from tests.channels.conftest import Process
from tests.channels.fleet import redis_answers

LIFE_S = 30.0
AN_HOUR_MS = 3_600_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Process, str]]:
    """A Redis and its address."""
    folder: Path = tmp_path_factory.mktemp("redis")
    command, url = stores.redis_command(folder, parts.free_port())
    process = Process(command, folder / "redis.log")
    process.start()
    parts.wait_for(lambda: redis_answers(url), 30)
    yield process, url
    process.kill()


@pytest.fixture
def held(server: tuple[Process, str]) -> Iterator[redis.Redis]:
    """What that Redis holds, empty at first."""
    client = redis.Redis.from_url(server[1], decode_responses=True)
    client.flushall()
    yield client
    client.close()


def run(url: str, work: Any) -> Any:
    """Runs `work` with the queues and the connection of one bot."""

    async def within() -> Any:
        link = redis_link.connect(url)
        try:
            return await work(locks.Queues(link, LIFE_S), link)
        finally:
            await link.close()

    return asyncio.run(within())


def test_a_lock_is_given_back_after_redis_was_started_anew(
    server: tuple[Process, str], held: redis.Redis
) -> None:
    process, url = server

    async def over_a_restart(queues: locks.Queues, link: Any) -> None:
        await asyncio.gather(*(link.ping() for _ in range(8)))  # as many connections as a busy bot has
        process.kill()
        process.start()
        await asyncio.to_thread(parts.wait_for, lambda: redis_answers(url), 30)
        for name in ("a", "b", "c"):
            async with queues.first(name):
                pass

    run(url, over_a_restart)
    assert held.keys("yuefu:queue:*") == []


@pytest.mark.parametrize(("ends_ms", "is_first"), [(-1, 1), (AN_HOUR_MS, 1), (int(LIFE_S * 1000), 0)])
def test_only_who_is_alive_is_waited_for(
    server: tuple[Process, str], held: redis.Redis, ends_ms: int, is_first: int
) -> None:
    """A lease that ends in an hour is from before the clock was set back."""
    held.rpush("yuefu:queue:{a}", "other")
    held.hset("yuefu:leases:{a}", "other", int(time.time() * 1000) + ends_ms)
    asked = run(server[1], lambda queues, _link: queues._ask(locks._STAND, "a", "me"))
    assert asked == is_first


def test_a_limit_does_not_count_what_was_said_before_the_clock_was_set_back(
    server: tuple[Process, str], held: redis.Redis
) -> None:
    later = int(time.time() * 1000) + AN_HOUR_MS
    held.zadd("yuefu:rate:messages:web-a", {"one": later, "two": later + 1})

    async def say(_queues: locks.Queues, link: Any) -> None:
        limit = SharedRateLimit(link, "messages", 2, 10.0)
        await limit.admit("web-a")
        await limit.admit("web-a")
        with pytest.raises(ChatError):
            await limit.admit("web-a")

    run(server[1], say)

"""One key's work at a time, several keys at once, again after a failure, and woken while it runs."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable

import pytest

from channels import lanes
from channels.group_commit import GroupCommit
from channels.lanes import Lanes


def run(check: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(check(), 20))


def test_a_keys_work_never_overlaps_and_a_wake_is_never_lost() -> None:
    running: dict[str, int] = {}
    done: list[str] = []
    most = 0

    async def work(key: str) -> None:
        nonlocal most
        assert running.get(key, 0) == 0
        running[key] = 1
        most = max(most, sum(running.values()))
        await asyncio.sleep(0.01)
        running[key] = 0
        done.append(key)

    async def check() -> None:
        lane = Lanes(work, 2)
        for _ in range(3):
            lane.wake("a", "b", "c")
        await asyncio.sleep(0)
        lane.wake("a")
        while len(done) < 6:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        await lane.stop()

    run(check)
    assert {key: done.count(key) for key in "abc"} == {"a": 2, "b": 2, "c": 2}
    assert most == 2


def test_it_comes_again_when_it_wants_to_and_after_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "RETRY_S", 0.01)
    seen: list[str] = []

    async def work(key: str) -> float | None:
        seen.append(key)
        if key == "fails" and seen.count(key) == 1:
            raise RuntimeError("as asked")
        return 0.01 if seen.count(key) < 3 else None

    async def check() -> None:
        lane = Lanes(work, 2)
        lane.wake("fails", "waits")
        while min(seen.count("fails"), seen.count("waits")) < 3:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        await lane.stop()

    run(check)
    assert (seen.count("fails"), seen.count("waits")) == (3, 3)


def test_looking_finds_what_nobody_woke_but_leaves_what_waits_for_its_time() -> None:
    seen: list[str] = []

    async def work(key: str) -> float | None:
        seen.append(key)
        return 60

    async def check() -> None:
        lane = Lanes(work, 2)
        looking = asyncio.create_task(lane.look(lambda: ["a"], 0.01))
        await asyncio.sleep(0.3)
        assert seen == ["a"]
        lane.wake("a")
        while len(seen) < 2:
            await asyncio.sleep(0.01)
        looking.cancel()
        await lane.stop()
        lane.wake("a")
        await asyncio.sleep(0.05)
        assert seen == ["a", "a"]

    run(check)


def test_many_commits_become_few_and_a_failure_reaches_all_of_its_own() -> None:
    written: list[list[int]] = []

    def write(items: list[int]) -> None:
        written.append(items)
        if 7 in items:
            raise OSError("disk full")

    async def check() -> None:
        commit = GroupCommit(write)
        await asyncio.gather(*(commit.add(number) for number in range(5)))
        failed = await asyncio.gather(*(commit.add(number) for number in (7, 8)), return_exceptions=True)
        await commit.add(9)
        commit.close()
        assert [type(each) for each in failed] == [OSError, OSError]

    run(check)
    assert sorted(itertools.chain.from_iterable(written)) == [0, 1, 2, 3, 4, 7, 8, 9]
    assert len(written) <= 4

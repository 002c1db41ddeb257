"""Works through what waits: one key's work at a time and in order, the work of several keys at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

logger = logging.getLogger(__name__)

RETRY_S = 5.0


@dataclass
class Lanes:
    """Runs `work(key)` for each key that was woken; woken while it runs, it runs once more.

    `work` returns None when nothing of the key is left, else after how many seconds it wants to be called
    again. A failure is logged and tried again: what waits is in the database.
    """

    work: Callable[[str], Awaitable[float | None]]
    width: int
    _again: dict[str, bool] = field(default_factory=dict)  # of the keys at work: woken meanwhile?
    _working: set[str] = field(default_factory=set)
    _timers: dict[str, asyncio.TimerHandle] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _free: asyncio.Semaphore | None = None
    _stopped: bool = False

    def wake(self, *keys: str) -> None:
        for key in keys:
            self._wake(key)

    def at_work(self) -> list[str]:
        """The keys whose work is running."""
        return list(self._working)

    async def look(self, find: Callable[[], Iterable[str]], every_s: float) -> None:
        """Wakes now and then, and at first, what `find` (run in a thread) says is left; until cancelled.

        What waits for its time is left alone, and so is what is at work: the next look finds it.
        """
        while True:
            try:
                left = await asyncio.to_thread(find)
                self.wake(*[key for key in left if key not in self._timers and key not in self._again])
            except Exception:
                logger.exception("what waits could not be looked for")
            await asyncio.sleep(every_s)

    async def stop(self) -> None:
        """Breaks off what is at work; it is done again after the next start."""
        self._stopped = True
        for timer in self._timers.values():
            timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _wake(self, key: str) -> None:
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()
        if self._stopped:
            return
        if key in self._again:
            self._again[key] = True
            return
        self._again[key] = False
        task = asyncio.get_running_loop().create_task(self._run(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, key: str) -> None:
        wait_s: float | None = None
        self._free = self._free or asyncio.Semaphore(self.width)
        try:
            async with self._free:
                self._working.add(key)
                wait_s = await self.work(key)
        except asyncio.CancelledError:
            raise
        except Exception:
            logger.exception("work was broken off")
            wait_s = RETRY_S
        finally:
            self._working.discard(key)
            woken = self._again.pop(key)
        if woken:
            self._wake(key)
        elif wait_s is not None and not self._stopped:
            loop = asyncio.get_running_loop()
            self._timers[key] = loop.call_later(wait_s, self._wake, key)

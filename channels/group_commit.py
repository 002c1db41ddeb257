"""Writes what comes at the same time in one transaction: many callers wait for few commits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass
class GroupCommit(Generic[Item]):
    """`write` gets all items that came while the last ones were written, in a thread of its own."""

    write: Callable[[list[Item]], None]
    _waiting: list[tuple[Item, asyncio.Future[None]]] = field(default_factory=list)
    _task: asyncio.Task[None] | None = None
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))

    async def add(self, item: Item) -> None:
        """Returns when the item is committed. Raises what `write` raised."""
        loop = asyncio.get_running_loop()
        written: asyncio.Future[None] = loop.create_future()
        self._waiting.append((item, written))
        if self._task is None:
            self._task = loop.create_task(self._write_all())
        await written

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                taken, self._waiting = self._waiting, []
                await self._write([item for item, _ in taken], [written for _, written in taken])
        finally:
            self._task = None

    async def _write(self, items: list[Item], written: list[asyncio.Future[None]]) -> None:
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self.write, items)
        except Exception as error:
            for each in written:
                if not each.done():
                    each.set_exception(error)
            return
        for each in written:
            if not each.done():
                each.set_result(None)

    def close(self) -> None:
        self._thread.shutdown(wait=True)

"""Eight threads at one gate: what each of them gets when all act at the same moment."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from ledger.errors import LedgerError

THREADS = 8


def at_once(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Each act's answer, or the code of its refusal; everything else that is raised fails the test."""
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        gate.wait(timeout=30)
        try:
            return act()
        except LedgerError as refused:
            return refused.code

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def crowd(act: Callable[[str], Any]) -> list[Any]:
    """Eight threads do the same under keys of their own."""
    return at_once([partial(act, f"thread-{number}") for number in range(THREADS)])


def counted(outcomes: list[Any]) -> dict[Any, int]:
    return dict(Counter(outcomes))

"""A turn of a customer who has said much before: the whole way, through an action of the ledger."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any, Final

from bench.bot.running import ours_alone

ASKED: Final = "查一下我的账单"
AROUND: Final = 5  # turns before and after the one that is meant


def measure(folder: Path, turns: tuple[int, ...]) -> dict[str, Any]:
    """Milliseconds of a turn, the median of those around each of `turns`."""
    with ours_alone(folder) as bot:
        talk = bot.talk()
        times = [talk.time("K1", ASKED) for _ in range(max(turns) + AROUND)]
    near = [statistics.median(times[turn - AROUND : turn + AROUND]) for turn in turns]
    return {"turns": list(turns), "ms": [round(seconds * 1000, 2) for seconds in near]}

"""Times of several things, taken in turns so that whatever else the machine does befalls all of them."""

from __future__ import annotations

import gc
import statistics
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Times:
    """Durations of one thing, in seconds."""

    seconds: list[float] = field(default_factory=list)

    def take(self, act: Callable[[], Any]) -> Any:
        """Do it, note how long it took, and return what it returned."""
        began = time.perf_counter()
        answer = act()
        self.seconds.append(time.perf_counter() - began)
        return answer

    @property
    def median_s(self) -> float:
        return statistics.median(self.seconds)

    @property
    def quick_s(self) -> float:
        """A quarter of the times were quicker: what it takes when nothing else was in the way."""
        return statistics.quantiles(self.seconds, n=4, method="inclusive")[0]

    @property
    def median_ms(self) -> float:
        """As it is told: to a microsecond."""
        return round(self.median_s * 1000, 3)


def in_turns(acts: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, Times]:
    """Every act once a round, after one round that is not counted; garbage is collected in between.

    Each is the first of a round as often as the others: the first one finds the caches cold.
    """
    times = {name: Times() for name in acts}
    for act in acts.values():
        act()
    order = deque(acts.items())
    for _ in range(rounds):
        with Uninterrupted():
            for name, act in order:
                times[name].take(act)
        order.rotate()
    return times


class Uninterrupted:
    """Collects the young garbage first and then none until the end: the pause would be booked on anyone.

    A look at every object there is would also leave the processor's caches cold for the first who comes.
    """

    def __enter__(self) -> None:
        gc.collect(1)
        gc.disable()

    def __exit__(self, *_: object) -> None:
        gc.enable()


def target(ratio: float, limit: float, *, at_most: bool = True) -> dict[str, Any]:
    """A ratio, its target, and whether it is reached."""
    reached = ratio <= limit if at_most else ratio >= limit
    return {"ratio": round(ratio, 2), "at_most" if at_most else "at_least": limit, "reached": reached}

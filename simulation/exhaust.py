"""Runs a small world again and again until every choice has been taken in every state that can be reached."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from simulation.databases import Fresh
from simulation.small_world import Budget, SmallWorld, Start


@dataclass
class Exhausted:
    """What was seen."""

    runs: int = 0  # to their end
    cut: int = 0  # given up where another run had been in the same state
    states: int = 0
    bad: list[str] = field(default_factory=list)  # of each run that violated something: what, and its events


class _Path:
    """The choices of the run that is going on: those to repeat, then always the first new one."""

    def __init__(self) -> None:
        self.taken: list[list[str]] = []  # of each choice: what is left of its options, the taken one first
        self.position = 0

    def choose(self, options: Sequence[str]) -> str:
        """The one to take of these. The same choices lead to the same place, and so to the same options."""
        if self.is_new:
            self.taken.append(list(options))
        self.position += 1
        return self.taken[self.position - 1][0]

    @property
    def is_new(self) -> bool:
        """Whether the next choice has not been made before in this way."""
        return self.position == len(self.taken)

    def to_next(self) -> bool:
        """Turn to the last choice that has an option left; false when there is none."""
        self.position = 0
        while self.taken and len(self.taken[-1]) == 1:
            self.taken.pop()
        if self.taken:
            self.taken[-1].pop(0)
        return bool(self.taken)


def exhaust(
    fresh: Fresh, budget: Budget, *, stop_at_bad: bool = False, say: Callable[[str], None] = lambda line: None
) -> Exhausted:
    """Every run of the small world within `budget`; with `stop_at_bad` up to the first violation."""
    result, path, seen, start = Exhausted(), _Path(), set[Any](), Start(fresh)
    logging.disable(logging.CRITICAL)  # the ledger reports every failing call
    try:
        while True:
            _run(SmallWorld(start, path.choose, replace(budget)), path, seen, result)
            result.states = len(seen)
            if (result.runs + result.cut) % 500 == 0:
                say(f"{result.runs} runs, {result.cut} cut, {result.states} states, {len(result.bad)} bad")
            if (result.bad and stop_at_bad) or not path.to_next():
                return result
    finally:
        logging.disable(logging.NOTSET)


def _run(world: SmallWorld, path: _Path, seen: set[Any], result: Exhausted) -> None:
    try:
        while True:
            events: Sequence[str] = ()
            if path.is_new:
                state, events = hash(world.state()), world.events()
                if state in seen:
                    result.cut += 1
                    return
                seen.add(state)
                if not events:
                    break
            world.happen(path.choose(events))
        result.runs += 1
        world.finish()
    except Exception as error:
        result.bad.append(f"{error!r} after {world.trace}")
    finally:
        world.abandon()

"""Runs worlds one after the other, and shrinks the one that fails to the steps that it takes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from simulation.databases import Fresh
from simulation.violations import Violation
from simulation.world import World

STEPS_OF_A_WORLD = 2_000


@dataclass
class Outcome:
    """One world: what it went through, and what ended it."""

    steps: int
    settlements: int
    unknown_outcomes: int
    crashes: int
    log: list[str]
    error: BaseException | None

    @property
    def check(self) -> str:
        """What failed, the same for the same fault."""
        if isinstance(self.error, Violation):
            return self.error.check
        return type(self.error).__name__


@dataclass
class Totals:
    seed: int
    steps: int = 0
    settlements: int = 0
    unknown_outcomes: int = 0
    crashes: int = 0
    violations: list[str] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        self.steps += outcome.steps
        self.settlements += outcome.settlements
        self.unknown_outcomes += outcome.unknown_outcomes
        self.crashes += outcome.crashes


def run_world(seed: str, indices: Iterable[int], fresh: Fresh) -> Outcome:
    """One world from its beginning to its end, or to the step that breaks it."""
    logging.disable(logging.CRITICAL)  # the ledger reports every failing call of the gateway
    world, steps, error = None, 0, None
    try:
        world = World(seed, fresh())
        for index in indices:
            world.step(index)
            steps += 1
        world.finish()
    except KeyboardInterrupt:
        raise
    except BaseException as caught:
        error = caught
    finally:
        logging.disable(logging.NOTSET)
        if world is not None:
            world.abandon()
    if world is None:
        assert error is not None
        raise error
    states = world.invariants.charge_states
    settled = sum(1 for number, state in states.items() if number.startswith("S") and state == "SUCCEEDED")
    unknown = len(world.invariants.unknown_charges)
    return Outcome(steps, settled, unknown, world.control.crashes, world.log, error)


def shrink(
    indices: Sequence[int],
    fails_after: Callable[[list[int]], int | None],
    limit_s: float,
    say: Callable[[str], None],
) -> list[int]:
    """Fewer steps that fail in the same way: leaves out ever smaller parts while the time lasts.

    `fails_after` runs a world of these steps: how many it did before it failed so, or None when it did not.
    """
    ends = time.monotonic() + limit_s
    kept, part = list(indices), max(1, len(indices) // 2)
    while part and time.monotonic() < ends:
        start, left_out = 0, False
        while start < len(kept) and time.monotonic() < ends:
            fewer = kept[:start] + kept[start + part :]
            done = fails_after(fewer)
            if done is None:
                start += part
                continue
            kept, left_out = fewer[: done + 1], True  # nothing after the step that fails is needed
            say(f"shrunk to {len(kept)} steps")
        if not left_out or part > len(kept):
            part //= 2
    return kept

"""Runs worlds one after the other, and shrinks the one that fails to the steps that it takes."""

from __future__ import annotations

import logging
import multiprocessing
import time
import traceback
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from simulation.databases import Fresh, Template
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
    error: str | None = None
    check: str = ""  # what failed, the same for the same fault


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
    check = ""
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
        check = caught.check if isinstance(caught, Violation) else type(caught).__name__
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
    if error is not None and not isinstance(error, Violation):
        world.log += traceback.format_exception(error)
    told = None if error is None else repr(error)
    return Outcome(steps, settled, unknown, world.control.crashes, world.log, told, check)


@dataclass(frozen=True)
class Plan:
    """A world to be run."""

    seed: str
    steps: int


def run_worlds(
    plans: Sequence[Plan], empty: Template, processes: int
) -> Generator[tuple[Plan, Outcome], None, None]:
    """The worlds in their order, several at a time; to be closed when no more of them are wanted."""
    if processes == 1:
        fresh = empty.copies()
        for plan in plans:
            yield plan, run_world(plan.seed, range(plan.steps), fresh)
        return
    alone = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, alone, initializer=_begin, initargs=(empty,))
    try:
        yield from zip(plans, pool.map(_run, plans), strict=True)
    finally:
        pool.shutdown(cancel_futures=True)


_copies: list[Fresh] = []  # of a process that runs worlds for another one


def _begin(empty: Template) -> None:
    _copies.append(empty.copies())


def _run(plan: Plan) -> Outcome:
    return run_world(plan.seed, range(plan.steps), _copies[0])


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

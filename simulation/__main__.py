"""`make simulate SEED=1 STEPS=100000 [DB=postgresql]`: worlds until so many steps are done, JSON last.

After each world it says on stderr how far it is. The exit status is 1 when an invariant was violated; then
the seed of that world and the fewest steps found that show it are printed before the JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from contextlib import closing
from dataclasses import asdict
from typing import get_args

from simulation.databases import Fresh, Kind, template
from simulation.run import STEPS_OF_A_WORLD, Outcome, Plan, Totals, run_world, run_worlds, shrink

_SHRINK_FOR_S = 300.0


def main(argv: list[str] | None = None) -> int:
    """Runs the simulation; returns the exit status."""
    options = _options(argv)
    totals = Totals(options.seed)
    started = time.monotonic()
    with (
        template(options.db) as empty,
        closing(run_worlds(_worlds(options), empty, options.processes)) as done,
    ):
        for number, (world, outcome) in enumerate(done, 1):
            totals.add(outcome)
            pace = totals.steps / (time.monotonic() - started)
            _say(f"{totals.steps:,} of {options.steps:,} steps, {number} worlds, {pace:.0f} steps a second")
            if outcome.error is not None:
                totals.violations.append(f"{world.seed}: {outcome.error}")
                done.close()
                _explain(world.seed, outcome, empty.copies(), options.shrink_s)
                break
    print(json.dumps(asdict(totals) | {"violations": len(totals.violations)}), flush=True)
    return 1 if totals.violations else 0


def _worlds(options: argparse.Namespace) -> list[Plan]:
    """The worlds of a run: the same ones however many processes share them."""
    begins = range(0, options.steps, STEPS_OF_A_WORLD)
    lengths = (min(STEPS_OF_A_WORLD, options.steps - begin) for begin in begins)
    return [Plan(f"{options.seed}/{number}", steps) for number, steps in enumerate(lengths)]


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make simulate", description="The ledger's simulated world.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--db", choices=get_args(Kind), default="sqlite")
    parser.add_argument("--shrink-s", type=float, default=_SHRINK_FOR_S, help="longest time for shrinking")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(argv)
    if options.steps < 1:
        parser.error("STEPS must be at least 1")
    if options.processes < 1:
        parser.error("at least 1 process")
    return options


def _explain(seed: str, outcome: Outcome, fresh: Fresh, limit_s: float) -> None:
    """Print what failed, and the shortest world that fails in the same way."""
    print(f"VIOLATION in world {seed}: {outcome.error}", flush=True)

    def fails_after(steps: list[int]) -> int | None:
        again = run_world(seed, steps, fresh)
        return again.steps if again.error is not None and again.check == outcome.check else None

    kept = shrink(range(outcome.steps + 1), fails_after, limit_s, _say)
    shortest = run_world(seed, kept, fresh)
    print(f"World {seed} with the steps {kept} only: {shortest.error}")
    print("\n".join(shortest.log), flush=True)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

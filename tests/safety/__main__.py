"""`python -m tests.safety 3 [customer …]`: how many points and steps such a walk sees, and what breaks."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.actions import walk
from tests.safety.walks import CUSTOMERS, all_walked


def main(depth: int, customers: tuple[str, ...]) -> int:
    points = steps = broken = 0
    with tempfile.TemporaryDirectory() as folder:
        walk.seed(Path(folder))
        for customer_id, seen in all_walked(Path(folder), depth, customers or CUSTOMERS):
            counts = f"{seen.points:,} points, {seen.steps:,} steps, {seen.answers:,} answers worked out"
            print(f"{customer_id}: {counts}", flush=True)
            print(*seen.broken, sep="\n", end="\n" if seen.broken else "", flush=True)
            points, steps = points + seen.points, steps + seen.steps
            broken += len(seen.broken)
    print(f"depth {depth}: {points:,} points, {steps:,} steps, {broken} broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3, tuple(sys.argv[2:])))

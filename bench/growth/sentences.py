"""Training and understanding with fewer and more sentences: evenly thinned, every intent keeps its share."""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from bench import nlu
from bench.sizes import say
from scripts.console import ROOT

DATA: Final = ROOT / "data"
SENTENCE: Final = "    - "
ROUNDS: Final = 2


def measure(folder: Path, counts: tuple[int, ...]) -> dict[str, Any]:
    """Seconds of a training from scratch, and milliseconds of a message with what it made."""
    told: dict[str, Any] = {"sentences": [], "training_s": [], "parse_p50_ms": []}
    for count in counts:
        here = folder / str(count)
        kept = thin(here / "data", count)
        training_s = nlu.train(here, here / "data")
        parsed = nlu.parse(here / "bench.tar.gz", ROUNDS)
        say(f"growth: {kept} sentences, trained in {training_s:.0f} s")
        told["sentences"].append(kept)
        told["training_s"].append(round(training_s, 1))
        told["parse_p50_ms"].append(parsed["p50_ms"])
    return told


def thin(data: Path, count: int) -> int:
    """A copy of the project's data with about so many of its sentences; how many there are."""
    shutil.copytree(DATA, data)
    files = sorted((data / "nlu").glob("*.yml"))
    there = sum(line.startswith(SENTENCE) for file in files for line in file.read_text("utf-8").splitlines())
    share, seen, kept = Fraction(min(count, there), there), 0, 0
    for file in files:
        lines = []
        for line in file.read_text("utf-8").splitlines(keepends=True):
            if line.startswith(SENTENCE):
                seen += 1
                if int(seen * share) == kept:
                    continue
                kept += 1
            lines.append(line)
        file.write_text("".join(lines), "utf-8")
    return kept

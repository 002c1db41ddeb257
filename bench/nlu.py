"""How long understanding takes: a message on one processor, and training the model from scratch."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from bench.sizes import NotMeasured, Size, say
from scripts.build import rasa_environment
from scripts.console import ROOT
from scripts.environments import BOT

TRAINING_AT_MOST_S: Final = 90
PARSE_AT_MOST_MS: Final = {"p50": 3, "p99": 10}
QUESTIONS: Final = "tests/nlu/questions.tsv"
ROUNDS: Final[dict[Size, int]] = {"short": 5, "full": 50}


def measure(size: Size) -> dict[str, Any]:
    """Raises NotMeasured where the bot's environment is missing or the training fails."""
    if not BOT.python.exists():
        raise NotMeasured("the bot's environment is not there: run `make setup` first")
    with tempfile.TemporaryDirectory(prefix="yuefu-bench-") as folder:
        taken_s = train(Path(folder))
        say(f"nlu: trained in {taken_s:.0f} s")
        parsed = parse(Path(folder) / "bench.tar.gz", ROUNDS[size])
    reached = all(parsed[f"{name}_ms"] <= limit for name, limit in PARSE_AT_MOST_MS.items())
    return {
        "training": {
            "took_s": round(taken_s, 1),
            "at_most_s": TRAINING_AT_MOST_S,
            "reached": taken_s <= TRAINING_AT_MOST_S,
        },
        "parse": {**parsed, "at_most_ms": PARSE_AT_MOST_MS, "reached": reached},
    }


def train(folder: Path, data: Path = ROOT / "data") -> float:
    """Train as `make train` does, with nothing kept from before; how long it took, in seconds."""
    command = [str(BOT.folder / "bin" / "rasa"), "train", "--force", "--out", str(folder)]
    command += ["--data", str(data)]
    env = {**rasa_environment(), "RASA_CACHE_DIRECTORY": str(folder / "cache")}
    began = time.monotonic()
    _run([*command, "--fixed-model-name", "bench"], env)
    return time.monotonic() - began


def parse(model: Path, rounds: int) -> dict[str, Any]:
    """See `nlu.timing`, which runs in the bot's environment."""
    command = [str(BOT.python), "-m", "nlu.timing", str(model), QUESTIONS, str(rounds)]
    told: dict[str, Any] = json.loads(_run(command, rasa_environment()).splitlines()[-1])
    return told


def _run(command: list[str], env: dict[str, str]) -> str:
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotMeasured(f"{' '.join(command[:3])} failed: {done.stderr.strip()[-300:]}")
    return done.stdout

"""What grows as the assistant is used: a longer conversation, more customers, more sentences to learn from.

Each is measured at several sizes within one run and drawn as a picture, `FOLDER/growth-NAME.png`.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from bench.growth import conversations, customers, sentences
from bench.sizes import NotMeasured, Size, say
from scripts.build import MODEL, rasa_environment
from scripts.console import ROOT, shown
from scripts.environments import BOT

FOLDER: Final = ROOT / ".run" / "bench"
SIZES: Final[dict[Size, dict[str, tuple[int, ...]]]] = {
    "short": {
        "conversations": (10, 30, 100, 300),
        "customers": (1_000, 10_000, 100_000),
        "sentences": (2_000, 5_000, 10_000, 20_000),
    },
    "full": {
        "conversations": (10, 30, 100, 300, 1_000),
        "customers": (1_000, 10_000, 100_000, 1_000_000),
        "sentences": (2_000, 5_000, 10_000, 20_000),
    },
}


def measure(size: Size) -> dict[str, Any]:
    """Raises NotMeasured where the bot's environment or model is missing."""
    if not BOT.python.exists() or not MODEL.exists():
        raise NotMeasured("the bot's environment or model is not there: run `make setup` first")
    parts: dict[str, Callable[[Path, tuple[int, ...]], dict[str, Any]]] = {
        "conversations": conversations.measure,
        "customers": customers.measure,
        "sentences": sentences.measure,
    }
    told: dict[str, Any] = {}
    for name, part in parts.items():
        with tempfile.TemporaryDirectory(prefix="yuefu-bench-") as folder:
            told[name] = part(Path(folder), SIZES[size][name])
        told[name]["picture"] = shown(draw(name, told[name]))
        say(f"growth: {name} measured: {told[name]}")
    return told


def draw(name: str, told: dict[str, Any]) -> Path:
    """See `bench.picture`, which runs in the bot's environment: only that one can draw."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"growth-{name}.png"
    command = [str(BOT.python), "-m", "bench.picture", str(path)]
    run = partial(subprocess.run, cwd=ROOT, env=rasa_environment(), capture_output=True, text=True)
    done = run(command, input=json.dumps({"name": name, **told}), check=False)
    if done.returncode:
        raise NotMeasured(f"the picture cannot be drawn: {done.stderr.strip()[-300:]}")
    return path

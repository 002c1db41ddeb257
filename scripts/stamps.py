"""Remembers what was made from what, so that a second run does nothing without cause."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Iterable, Iterator

from scripts.console import ROOT

FOLDER = ROOT / ".stamps"
SKIPPED = {"node_modules", "dist", "__pycache__", ".pytest_cache", "test-results", "coverage"}


def files_below(paths: Iterable[Path]) -> Iterator[Path]:
    """Every file of the given files and folders in a fixed order, without what tools leave behind."""
    for path in paths:
        if path.is_file():
            yield path
        elif path.is_dir():
            inside = (child for child in path.iterdir() if child.name not in SKIPPED)
            yield from files_below(sorted(child for child in inside if not child.name.endswith(".pyc")))


def digest_of(paths: Iterable[Path], *words: str) -> str:
    """SHA-256 over names and contents of all files below `paths`, and over `words`."""
    sum_of_all = hashlib.sha256("\0".join(words).encode())
    for path in files_below(paths):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        sum_of_all.update(f"{path.relative_to(ROOT)}\0{content}\n".encode())
    return sum_of_all.hexdigest()


def read(path: Path) -> dict[str, str]:
    """What a stamp says; empty when it is missing or damaged."""
    try:
        told = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def write(path: Path, **told: str) -> None:
    """Writes a stamp; to be called after the work has succeeded."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told, indent=1), "utf-8")

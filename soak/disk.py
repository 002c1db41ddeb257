"""A small disk of its own for PostgreSQL, which can be filled to its last byte."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

SIZE_MB: Final = 512  # an empty PostgreSQL and its log of changes are a quarter of it
_PIECE: Final = 1 << 20


class Disk:
    """`folder` is on it; `why_not` says, where it is not empty, why this machine cannot have one."""

    def __init__(self, folder: Path, why_not: str) -> None:
        self.folder = folder
        self.why_not = why_not
        self._filling = folder / "filling"

    def fill(self) -> int:
        """Takes all the room that there is, and returns it in bytes."""
        taken, piece = 0, _PIECE
        with self._filling.open("wb", buffering=0) as file:
            while piece:
                try:
                    taken += file.write(b"\0" * piece)
                except OSError:
                    piece //= 2
        return taken

    def keep_full(self) -> None:
        """Takes what has become free since `fill`."""
        with self._filling.open("ab", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 4096)
            except OSError:
                return

    def empty(self) -> None:
        self._filling.unlink(missing_ok=True)


@contextmanager
def small_disk() -> Iterator[Disk]:
    """One in memory, where this user may mount it; else a plain folder, which cannot be filled."""
    folder = Path(tempfile.mkdtemp(prefix="yuefu-soak-"))
    why_not = _mount(folder)
    try:
        yield Disk(folder, why_not)
    finally:
        if not why_not:
            subprocess.run(["umount", "--lazy", str(folder)], check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _mount(folder: Path) -> str:
    if os.geteuid() != 0 or not shutil.which("mount"):
        return "only root may mount the small disk that is filled"
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m,mode=0700", "yuefu-soak", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"a small disk cannot be mounted: {done.stderr.strip()}" if done.returncode else ""

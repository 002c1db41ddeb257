"""The time of day as all members of a cluster see it, which may jump while they run."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path
from typing import Final

from scripts.console import Failure
from scripts.environments import SERVICE

SOURCE: Final = Path(__file__).with_name("clock.c")
_SECONDS: Final = struct.Struct("=q")


class Clock:
    """`ahead_s` of the machine's. `settings` makes a program see it.

    `why_not` says, where it is not empty, why no program can be made to.
    """

    def __init__(self, folder: Path) -> None:
        """Everybody may read `folder`: PostgreSQL runs as somebody else."""
        self.ahead_s = 0
        self.settings: dict[str, str] = {}
        self.why_not = ""
        library, self._file = folder / "clock.so", folder / "clock"
        self._file.write_bytes(_SECONDS.pack(0))
        compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
        if compiler is None:
            self.why_not = "there is no C compiler on this machine"
            return
        command = [compiler, "-O2", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-ldl", "-lpthread"]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            self.why_not = f"{SOURCE.name} cannot be compiled here"
            return
        for path in (library, self._file):
            path.chmod(0o755)
        self.settings = {"LD_PRELOAD": str(library), "YUEFU_SOAK_CLOCK": str(self._file)}
        self._try()

    def set(self, ahead_s: int) -> None:
        """All programs that run see it at once."""
        with self._file.open("r+b", buffering=0) as file:
            file.write(_SECONDS.pack(ahead_s))
        self.ahead_s = ahead_s

    def _try(self) -> None:
        """Raises Failure when a Python of ours does not see the jump."""
        self.set(3600)
        show = [str(SERVICE.python), "-c", "import time; print(time.time())"]
        told = subprocess.run(show, env=self.settings, capture_output=True, text=True, check=True).stdout
        plain = subprocess.run(show, capture_output=True, text=True, check=True).stdout
        self.set(0)
        if not 3_590 < float(told) - float(plain) < 3_610:
            raise Failure("The jumping clock is not seen by a program that was started with it.")

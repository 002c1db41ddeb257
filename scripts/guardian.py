"""Ends the demo's programs when the supervisor itself is gone, however it died.

Reads process group numbers from stdin, one a line. `done` means that the supervisor has ended them itself.
The end of input without it means that it was killed: the groups are ended, and the files that the command
line names are removed.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

GRACE_S = 5.0


def main() -> None:
    """Waits for the supervisor's end and cleans up behind it."""
    groups = []
    for line in sys.stdin:
        if line.strip() == "done":
            return
        groups.append(int(line))
    _signal_all(groups, signal.SIGTERM)
    until = time.monotonic() + GRACE_S
    while time.monotonic() < until and _signal_all(groups, 0):
        time.sleep(0.1)
    _signal_all(groups, signal.SIGKILL)
    for name in sys.argv[1:]:
        if Path(name).exists():
            Path(name).unlink()


def _signal_all(groups: list[int], signum: int) -> bool:
    """Whether any of the groups was still there to be signalled."""
    reached = False
    for group in groups:
        try:
            os.killpg(group, signum)
            reached = True
        except (ProcessLookupError, PermissionError):
            continue
    return reached


if __name__ == "__main__":
    main()

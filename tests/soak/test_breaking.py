"""What breaks things really does: a clock that jumps under a running program, a disk without a byte left."""

from __future__ import annotations

import errno
import subprocess
from pathlib import Path

import pytest

from scripts.environments import SERVICE
from soak.clock import Clock
from soak.disk import small_disk
from soak.run import seen_by_all

TELL = """
import sys, threading, time
for _ in sys.stdin:
    began = time.monotonic()
    threading.Condition().acquire(); threading.Event().wait(0.05)
    print(time.time(), time.monotonic() - began, flush=True)
"""


def test_the_time_of_day_jumps_under_a_running_program_and_what_waits_is_not_held_up() -> None:
    with seen_by_all() as folder:
        clock = Clock(folder)
        if clock.why_not:
            pytest.skip(clock.why_not)
        command = [str(SERVICE.python), "-c", TELL]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, env=clock.settings, stdin=pipe, stdout=pipe, text=True) as program:
            assert program.stdin is not None and program.stdout is not None
            seen = []
            for ahead_s in (0, 3600, 0):
                clock.set(ahead_s)
                program.stdin.write("\n")
                program.stdin.flush()
                seen.append([float(word) for word in program.stdout.readline().split()])
            program.stdin.close()
    (first, *_), (later, *_), (again, *_) = seen
    assert 3590 < later - first < 3610 and 0 <= again - first < 60
    assert all(took_s < 10 for _, took_s in seen)


def test_the_disk_has_no_byte_left_until_it_is_emptied() -> None:
    with small_disk() as disk:
        if disk.why_not:
            pytest.skip(disk.why_not)
        assert disk.fill() > 0
        file: Path = disk.folder / "more"
        with pytest.raises(OSError, match="space") as full:
            file.write_bytes(b"x" * 4096)
        assert full.value.errno == errno.ENOSPC
        disk.empty()
        file.write_bytes(b"x" * 4096)
    assert not disk.folder.exists()

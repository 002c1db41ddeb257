"""`make demo` with the real programs: up, secrets in no command line, Ctrl-C, nothing left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import urllib.request
from pathlib import Path

import pytest

from scripts import processes
from tests.scripts.conftest import ROOT, alive


def children_of(pid: int) -> list[int]:
    """The processes that a process has started and not yet reaped."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def wait_for_address(demo: subprocess.Popen[str], errors: Path) -> str:
    """The page's address as `make demo` prints it; it gives up by itself when nothing gets ready."""
    assert demo.stdout is not None
    line = demo.stdout.readline()
    assert line.startswith("Open http://127.0.0.1:"), errors.read_text()
    return line.split()[1]


@pytest.mark.slow
def test_the_demo_comes_up_and_leaves_nothing_behind(tmp_path: Path) -> None:
    env = {**os.environ, "YUEFU_RUN_DIR": str(tmp_path / "run"), "PORT": str(processes.free_port())}
    errors = tmp_path / "stderr"
    with errors.open("w") as out:
        demo = subprocess.Popen(
            ["make", "demo"],
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=out,
            text=True,
            start_new_session=True,
        )
    try:
        address = wait_for_address(demo, errors)
        state = tmp_path / "run" / "demo.json"
        told = json.loads(state.read_text())
        assert state.stat().st_mode & 0o777 == 0o600
        assert f"{told['bot_url']}/" == address
        with urllib.request.urlopen(f"{told['bot_url']}/readyz", timeout=10) as answer:
            assert answer.status == 200
        programs = [told["pid"], *children_of(told["pid"])]
        lines = b" ".join(Path(f"/proc/{pid}/cmdline").read_bytes() for pid in programs)
        assert len(programs) == 4  # supervisor, guardian, service, bot
        assert not any(secret.encode() in lines for secret in told["secrets"].values())
    finally:
        os.killpg(demo.pid, signal.SIGINT)
        demo.communicate(timeout=30)
    assert not any(alive(pid) for pid in programs)
    assert not state.exists()
    assert "Stopping the demo." in errors.read_text() and "Traceback" not in errors.read_text()

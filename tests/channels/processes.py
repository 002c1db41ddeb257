"""Servers of the tests as processes of their own, and waiting for what they do. For both environments."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parents[2]
SERVICE_PYTHON = ROOT / ".venv-service" / "bin" / "python"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: Callable[[], Any], timeout_s: float, pause_s: float = 0.1) -> Any:
    """The first true value of `what`, or a failure."""
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        try:
            value = what()
        except requests.ConnectionError:
            value = None
        if value:
            return value
        time.sleep(pause_s)
    raise AssertionError(f"nothing within {timeout_s} s")


@dataclass
class Process:
    """A server of the tests with its log."""

    args: list[str]
    log: Path
    env: dict[str, str] = field(default_factory=dict)
    running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as out:
            self.running = subprocess.Popen(
                self.args, cwd=ROOT, env={**os.environ, **self.env}, stdout=out, stderr=subprocess.STDOUT
            )

    def stop(self) -> float:
        """Ends the process as Ctrl-C would; returns how long it took in seconds."""
        assert self.running is not None
        began = time.monotonic()
        self.running.terminate()
        self.running.wait(timeout=30)
        return time.monotonic() - began

    def kill(self) -> None:
        """Ends it as a power cut would."""
        assert self.running is not None
        self.running.kill()
        self.running.wait(timeout=30)

    def ended(self) -> bool:
        return self.running is not None and self.running.poll() is not None

    def text(self) -> str:
        return self.log.read_text(errors="replace")

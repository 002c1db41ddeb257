"""A copy of the scripts in a folder of their own, and programs that only pretend."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A fresh clone as far as the scripts need one."""
    folder = tmp_path / "project"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "scripts", folder / "scripts", ignore=ignored)
    shutil.copytree(ROOT / "requirements", folder / "requirements")
    for name in ("Makefile", ".python-version"):
        shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture
def program() -> Callable[[Path, str], Path]:
    """Writes an executable shell script."""

    def write(path: Path, body: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{body}\n", "utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    return write


@pytest.fixture
def run_module() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a module of a project's copy with an environment that holds nothing but what is given."""

    def run(project: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *words],
            cwd=project,
            env={"HOME": str(project), "PATH": str(project / "bin"), **env},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie that nobody has reaped does not)."""
    try:
        os.kill(pid, 0)
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False

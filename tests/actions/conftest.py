"""The demo's ledger, seeded once by its own command and copied for each test."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from actions.server import Executor, build_executor, build_ledger
from actions.settings import Settings
from ledger import Ledger
from tests.actions.chat import ROOT, Chat


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the seeded ledger and gateway."""
    folder = tmp_path_factory.mktemp("seeded")
    env = {**os.environ, "YUEFU_PROFILE": "demo", "YUEFU_RUN_DIR": str(folder)}
    env.pop("DATABASE_URL", None)
    subprocess.run([sys.executable, "-m", "demo.seed", "--reset"], cwd=ROOT, env=env, check=True)
    return folder


@pytest.fixture
def settings(seeded: Path, tmp_path: Path) -> Settings:
    run_dir = tmp_path / "run"
    shutil.copytree(seeded, run_dir)
    return Settings(
        demo=True,
        run_dir=run_dir,
        database_url=f"sqlite:///{run_dir / 'ledger.db'}",
        action_secret="action-secret-of-the-test",
        staff_secret="staff-secret-of-the-test",
        host="127.0.0.1",
        port=0,
        gateway="",
    )


@pytest.fixture
def ledger(settings: Settings) -> Iterator[Ledger]:
    ledger = build_ledger(settings)
    yield ledger
    ledger.engine.dispose()


@pytest.fixture
def executor(ledger: Ledger) -> Executor:
    return build_executor(ledger)


@pytest.fixture
def chat(executor: Executor) -> Callable[[str | None], Chat]:
    """Begins a conversation as a demo customer, or with None as a visitor."""
    return lambda customer: Chat(executor, customer)

"""The demo's ledger, seeded once by its own command and copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from actions.server import Executor, build_executor, build_ledger
from actions.settings import Settings
from ledger import Ledger
from tests.actions import walk
from tests.actions.chat import Chat


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the seeded ledger and gateway."""
    folder = tmp_path_factory.mktemp("seeded")
    walk.seed(folder)
    return folder


@pytest.fixture
def settings(seeded: Path, tmp_path: Path) -> Settings:
    run_dir = tmp_path / "run"
    shutil.copytree(seeded, run_dir)
    return walk.settings_in(run_dir)


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

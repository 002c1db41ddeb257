"""A seeded demo, made once, and copies of it for tests that act on it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo import seed
from ledger import Ledger, terms
from ledger.clock import DemoClock
from ledger.database import open_engine
from ledger.gateway.simulated import SimulatedGateway


@pytest.fixture(scope="session")
def seeded_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run directory with the ledger and the gateway as the demo starts. Copy it before changing it."""
    folder = tmp_path_factory.mktemp("seeded")
    seed.seed(f"sqlite:///{folder}/ledger.db", folder)
    return folder


@pytest.fixture
def run_folder(seeded_folder: Path, tmp_path: Path) -> Path:
    """A run directory of the test's own."""
    folder = tmp_path / "run"
    shutil.copytree(seeded_folder, folder)
    return folder


@pytest.fixture
def demo_ledger(run_folder: Path) -> Iterator[Ledger]:
    """The seeded ledger under the demo's clock, for the test to act on."""
    engine = open_engine(f"sqlite:///{run_folder}/ledger.db")
    clock = DemoClock(engine)
    gateway = SimulatedGateway(run_folder / "gateway.db", clock, silence_s=0)
    yield Ledger(engine, clock, terms.load(), gateway)
    gateway.close()
    engine.dispose()

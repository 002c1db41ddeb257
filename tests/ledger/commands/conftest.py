"""`python -m ledger …` as operators run it: what it says, its exit code, and what it leaves in the books."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ledger import schema
from ledger.__main__ import main
from ledger.clock import DemoClock
from ledger.database import Ledger
from ledger.gateway.simulated import SimulatedGateway
from tests.ledger.customer import Customer

ROOT = Path(__file__).resolve().parents[3]
Run = Callable[..., "Done"]


class Done:
    """What a command left behind."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def told(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def environment(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The demo profile, whose clock can be set."""
    for name in [name for name in os.environ if name.startswith("YUEFU_")]:
        monkeypatch.delenv(name)
    settings = {"DATABASE_URL": database_url, "YUEFU_RUN_DIR": str(tmp_path), "YUEFU_PROFILE": "demo"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return settings


@pytest.fixture
def run(environment: dict[str, str], ledger: Ledger, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command at the test's time."""

    def run(*argv: str) -> Done:
        DemoClock(ledger.engine).set(ledger.clock.now())
        capsys.readouterr()
        status = main(list(argv))
        return Done(status, *capsys.readouterr())

    return run


@pytest.fixture
def customer(ledger: Ledger) -> Customer:
    """Bought for 1,000.00 in October and has paid 300.00 of it in November."""
    buying = Customer(ledger, on="2026-10-05")
    buying.buy(100_000)
    buying.at("2026-11-03").repay(30_000)
    return buying


@pytest.fixture
def file(customer: Customer, gateway: SimulatedGateway, tmp_path: Path) -> Path:
    """The gateway's file of the repayment's day, read on the next one."""
    path = tmp_path / "2026-11-03.csv"
    path.write_text(gateway.settlement_file(date(2026, 11, 3)), encoding="utf-8")
    customer.at("2026-11-04")
    return path


def rows(engine: sa.Engine) -> dict[str, list[Any]]:
    """All that is in the database, but for the demo's clock."""
    with engine.connect().execution_options(ledger_read=True) as conn:
        tables = [table for table in schema.metadata.sorted_tables if table.name != "demo_settings"]
        return {table.name: sorted(map(repr, conn.execute(sa.select(table)))) for table in tables}

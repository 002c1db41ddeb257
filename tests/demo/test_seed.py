"""A seed is made when it is missing, old or outdated; it replaces only what the demo made, and says so."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from demo import seed
from demo.customers import ALL
from ledger import Ledger, facts, schema
from ledger import support_tables as t
from ledger.clock import SHANGHAI, DemoClock
from ledger.database import open_engine
from tests.databases import administer


@pytest.fixture
def folder(run_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("YUEFU_RUN_DIR", str(run_folder))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("YUEFU_CHAT_DB", raising=False)
    return run_folder


@pytest.fixture(autouse=True)
def one_customer(monkeypatch: pytest.MonkeyPatch, seeded_folder: Path) -> None:
    """When to seed does not depend on whom: one customer is made in a fraction of the time."""
    monkeypatch.setattr(seed, "ALL", ALL[:1])


def put(folder: Path, name: str, value: str) -> None:
    engine = open_engine(f"sqlite:///{folder}/ledger.db")
    with engine.begin() as conn:
        t.put_demo_setting(conn, name, value)
    engine.dispose()


def said(capsys: pytest.CaptureFixture[str], argv: list[str]) -> list[str]:
    assert seed.main(argv) == 0
    return capsys.readouterr().out.splitlines()


def test_a_fresh_seed_is_left_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (folder / "ledger.db").read_bytes()
    assert said(capsys, []) == []
    assert (folder / "ledger.db").read_bytes() == before


def test_an_empty_folder_is_seeded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("YUEFU_RUN_DIR", str(tmp_path / "new"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (line,) = said(capsys, [])
    assert "there was none" in line
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["gateway.db", "ledger.db"]


def test_reset_starts_from_the_seeded_state(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "chat.db").write_text("old conversations")
    put(folder, "clock_offset_us", "0")
    (line,) = said(capsys, ["--reset"])
    assert "a reset was asked for" in line
    assert not (folder / "chat.db").exists()
    engine = open_engine(f"sqlite:///{folder}/ledger.db")
    now = DemoClock(engine).now()
    engine.dispose()
    assert now - seed.start_of_demo(datetime.now(SHANGHAI)) < timedelta(minutes=1)


def test_a_seed_older_than_a_day_is_made_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(folder, "seeded_at", (datetime.now(SHANGHAI) - timedelta(days=1)).isoformat())
    (line,) = said(capsys, [])
    assert "older than a day" in line
    assert said(capsys, []) == []


def test_a_seed_by_another_program_is_made_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(folder, "seed_fingerprint", "another")
    (line,) = said(capsys, [])
    assert "the program has changed" in line


def test_an_interrupted_seed_leaves_the_old_ledger(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("interrupted")

    with monkeypatch.context() as patched:
        patched.setattr(seed, "live_through", fail)
        with pytest.raises(RuntimeError):
            seed.main(["--reset"])
    assert said(capsys, []) == []


def test_a_ledger_that_the_demo_did_not_make_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path}/real.db"
    engine = open_engine(url)
    schema.upgrade(engine)
    engine.dispose()
    monkeypatch.setenv("YUEFU_RUN_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", url)
    assert seed.main(["--reset"]) == 2
    answer = capsys.readouterr()
    assert answer.out == ""
    assert "left alone" in answer.err


@pytest.mark.parametrize("prefix", ["", "file:"])
def test_a_ledger_opened_for_reading_is_only_looked_at(
    folder: Path, prefix: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{prefix}{folder}/ledger.db?mode=ro&uri=true"
    monkeypatch.setenv("DATABASE_URL", url)
    before = (folder / "ledger.db").read_bytes()
    assert said(capsys, []) == []
    assert seed.main(["--reset"]) == 2
    assert "reading only" in capsys.readouterr().err
    assert (folder / "ledger.db").read_bytes() == before


def test_a_gateway_without_its_records_is_made_again(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "gateway.db").unlink()
    (line,) = said(capsys, [])
    assert "the gateway's records were gone" in line


def test_the_demos_clock_runs_on_from_ten(demo_ledger: Ledger) -> None:
    start = seed.start_of_demo(datetime.now(SHANGHAI))
    now = facts.account_facts(demo_ledger, ALL[0].customer_id).now
    assert timedelta() <= now - start < timedelta(hours=1)


def test_a_seed_on_postgresql_can_be_made_again(
    postgresql_server: sa.URL,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name = f"yuefu_demo_{os.getpid()}"
    administer(postgresql_server, f"CREATE DATABASE {name}")
    postgresql_url = postgresql_server.set(database=name).render_as_string(hide_password=False)
    monkeypatch.setenv("YUEFU_RUN_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", postgresql_url)
    assert "there was none" in said(capsys, [])[0]
    assert said(capsys, []) == []
    assert "a reset was asked for" in said(capsys, ["--reset"])[0]
    engine = open_engine(postgresql_url)
    with engine.connect() as conn:
        accounts = conn.scalar(sa.select(sa.func.count()).select_from(schema.metadata.tables["accounts"]))
    engine.dispose()
    assert accounts == 1
    administer(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")

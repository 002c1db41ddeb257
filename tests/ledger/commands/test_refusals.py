"""What a command cannot do is one sentence, and changes nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ledger.__main__ import main
from ledger.clock import DemoClock
from ledger.database import Ledger
from ledger.errors import Busy, InvalidTerms, NothingOwed, Unavailable
from ledger.gateway.interface import GatewayTimeout
from ledger.told import sentence
from tests.ledger.commands.conftest import ROOT, Run, rows
from tests.ledger.customer import Customer


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["statement", "c-9", "2026-10"], "There is no customer c-9."),
        (["statement", "c-1", "2026-13"], "A month is written like 2026-10, not '2026-13'."),
        (["statement", "c-1", "October"], "A month is written like 2026-10, not 'October'."),
        (["statement", "c-1", "２０２６-10"], "A month is written like 2026-10, not '２０２６-10'."),
        (["statement", "c-1", "9999-12"], "A month is written like 2026-10, not '9999-12'."),
        (["statement", "c-1", "2026-11"], "The month 2026-11 is not over."),
        (["close-month", "2026-1"], "A month is written like 2026-10, not '2026-1'."),
        (["close-month", "2026-11"], "The month 2026-11 is not over."),
        (["audit", "--heads", "nowhere"], "nowhere cannot be used: No such file or directory."),
        (["export-heads", "README.md"], "The file holds something else than seals. Nothing was written."),
        (["export-heads", "no/where"], "no/where cannot be used: No such file or directory."),
        (["reconcile", "nowhere.csv"], "nowhere.csv cannot be used: No such file or directory."),
        (["reconcile", "ledger"], "ledger cannot be used: Is a directory."),
        (["reconcile", "README.md"], "This is no settlement file: line 1, head. Nothing was done."),
        (
            ["reconcile", "docs/wide-light.png"],
            "This is no settlement file: line 1, not_csv. Nothing was done.",
        ),
    ],
)
def test_bad_input_is_one_sentence_and_changes_nothing(
    run: Run, customer: Customer, argv: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    before = rows(customer.ledger.engine)
    done = run(*argv)
    assert (done.status, done.out, done.err) == (2, "", f"{said}\n")
    assert rows(customer.ledger.engine) == before


@pytest.mark.parametrize("argv", [[], ["fix"], ["statement", "c-1"], ["run-reconciler", "--every", "0"]])
def test_a_command_that_is_none_shows_how_it_is_used(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(argv)
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


def read_only(database_url: str) -> str:
    if database_url.startswith("sqlite"):
        return f"{database_url}?mode=ro"
    return f"{database_url}&options=-c%20default_transaction_read_only%3Don"


@pytest.mark.parametrize(
    "argv",
    [
        ["reconcile", "README.md"],
        ["close-month", "2026-10"],
        ["run-penalties"],
        ["run-reconciler"],
        ["export-heads", "x"],
    ],
)
def test_a_read_only_ledger_is_only_read(
    run: Run, customer: Customer, database_url: str, argv: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    written = run("statement", "c-1", "2026-10").out
    monkeypatch.setenv("DATABASE_URL", read_only(database_url))
    monkeypatch.setattr(DemoClock, "set", lambda *_: None)
    before = rows(customer.ledger.engine)
    done = run(*argv)
    said = "The database is open for reading only. Nothing was changed.\n"
    assert (done.status, done.out, done.err) == (2, "", said)
    assert rows(customer.ledger.engine) == before
    assert run("audit").status == 0
    assert run("statement", "c-1", "2026-10").out == written


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:///{folder}/none.db", "There is no ledger: there is no file {folder}/none.db."),
        ("sqlite:///{folder}/text.db", "The database cannot be used (DatabaseError)."),
        (
            "sqlite:///{folder}/empty.db",
            "There is no ledger in this database yet: the service makes it when it starts.",
        ),
        ("postgresql+psycopg://localhost:1/none", "The database cannot be used (OperationalError)."),
        ("mysql://localhost/none", "There is no ledger: DATABASE_URL names neither SQLite nor PostgreSQL."),
        ("none", "There is no ledger: DATABASE_URL is not the address of a database."),
    ],
)
def test_a_ledger_that_is_not_there_is_a_sentence(
    url: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text.db").write_text("no database" * 100)
    (tmp_path / "empty.db").touch()
    monkeypatch.setenv("DATABASE_URL", url.format(folder=tmp_path))
    monkeypatch.setenv("YUEFU_PROFILE", "demo")
    assert main(["audit"]) == 2
    assert capsys.readouterr() == ("", said.format(folder=tmp_path) + "\n")
    assert not (tmp_path / "none.db").exists()


def test_an_older_schema_is_a_sentence(run: Run, ledger: Ledger) -> None:
    with ledger.engine.begin() as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    done = run("audit")
    assert done.status == 2
    assert done.err.startswith("The database is at migration 0001, this program needs ")


def test_the_reconciler_needs_a_gateway_and_the_audit_none(
    run: Run, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("YUEFU_PROFILE")
    done = run("run-reconciler")
    said = "YUEFU_GATEWAY must name a payment gateway outside the demo profile.\n"
    assert (done.status, done.err) == (2, said)
    monkeypatch.setenv("YUEFU_GATEWAY", "http")
    assert run("audit").status == 0
    assert run("run-reconciler").err == "YUEFU_GATEWAY_URL must be an https address.\n"


def test_a_reader_that_goes_away_is_no_error(environment: dict[str, str], customer: Customer) -> None:
    DemoClock(customer.ledger.engine).set(customer.ledger.clock.now())
    command = [sys.executable, "-m", "ledger", "statement", "c-1", "2026-10"]
    program = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert program.stdout is not None and program.stderr is not None
    program.stdout.close()
    assert program.stderr.read() == b""
    program.wait(20)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Busy(), "The database was locked by another program for too long. Run it again."),
        (Unavailable(reason="DiskFull"), "The database failed (DiskFull). Run it again."),
        (InvalidTerms(key="due_day", reason="missing"), "ledger/terms.yml: due_day missing."),
        (NothingOwed(account=1), "It was refused: nothing_owed(account=1)."),
        (GatewayTimeout("who"), "The payment gateway fails (GatewayTimeout); what is open stays open."),
        (OSError("no file's name"), "It failed (OSError)."),
    ],
)
def test_every_failure_has_its_sentence(error: Exception, said: str) -> None:
    assert sentence(error) == said

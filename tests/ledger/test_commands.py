"""`python -m ledger …` as operators run it: what it says, its exit code, and what it leaves in the books."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ledger import billing, penalties, reconciler, schema, triggers
from ledger import tables as t
from ledger.__main__ import main
from ledger.clock import SHANGHAI, DemoClock, FixedClock
from ledger.database import Ledger
from ledger.errors import Busy, InvalidTerms, NothingOwed, Unavailable
from ledger.gateway import settlement_file
from ledger.gateway.interface import GatewayRefused, GatewayTimeout
from ledger.gateway.simulated import SimulatedGateway
from ledger.told import sentence
from ledger.work import Work
from tests.ledger.customer import Customer, assert_books_hold

ROOT = Path(__file__).resolve().parents[2]
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


def rows(engine: sa.Engine) -> dict[str, list[Any]]:
    """All that is in the database, but for the demo's clock."""
    with engine.connect().execution_options(ledger_read=True) as conn:
        tables = [table for table in schema.metadata.sorted_tables if table.name != "demo_settings"]
        return {table.name: sorted(map(repr, conn.execute(sa.select(table)))) for table in tables}


def unseal(engine: sa.Engine, statement: str) -> None:
    """What somebody does who may do everything in the database."""
    with engine.begin() as conn:
        triggers.remove(conn)
        conn.exec_driver_sql(statement)
        triggers.install(conn)


# audit


def test_audit_finds_nothing_in_sound_books_and_changes_none(run: Run, customer: Customer) -> None:
    before = rows(customer.ledger.engine)
    done = run("audit")
    assert (done.status, done.told, done.err) == (0, {"violations": []}, "")
    assert rows(customer.ledger.engine) == before


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE postings SET amount_fen = amount_fen + 1 WHERE journal_id = 1 AND line_no = 1", "sums to 1"),
        ("UPDATE journals SET kind = 'gift' WHERE id = 1", "chain of account 1 breaks at journal 1"),
        ("UPDATE balances SET amount_fen = 1 WHERE book = 'receivable.billed'", "receivable.billed"),
        ("UPDATE accounts SET chain_head = ''", "does not end at its head"),
    ],
)
def test_audit_names_what_was_changed(run: Run, customer: Customer, statement: str, found: str) -> None:
    unseal(customer.ledger.engine, statement)
    done = run("audit")
    assert done.status == 1
    assert any(found in line for line in done.told["violations"]), done.out


def test_heads_are_exported_and_audited(run: Run, customer: Customer, tmp_path: Path) -> None:
    file = tmp_path / "heads"
    assert run("export-heads", str(file)).told == {"seals_exported": 1}
    assert run("export-heads", str(file)).told == {"seals_exported": 0}
    assert run("audit", "--heads", str(file)).status == 0
    with customer.ledger.engine.begin() as conn:
        conn.exec_driver_sql("DELETE FROM seals")
    refused = run("export-heads", str(file))
    said = "Seal 1 in the file is not the ledger's own: audit it. Nothing was written.\n"
    assert (refused.status, refused.err) == (2, said)
    file.write_text(file.read_text("utf-8").replace('"seal":1', '"seal":2'), encoding="utf-8")
    found = run("audit", "--heads", str(file))
    assert (found.status, found.told["violations"][0]) == (1, "heads: seal 2 does not follow 0")


# statement


def test_a_statement_is_the_same_bytes_whatever_happens_later(run: Run, customer: Customer) -> None:
    first = run("statement", "c-1", "2026-10")
    assert first.status == 0
    customer.at("2026-11-20").buy(5_000)
    penalties.run(customer.ledger)
    customer.at("2027-02-01")
    assert run("statement", "c-1", "2026-10").out == first.out
    november = run("statement", "c-1", "2026-11").told
    assert november["accounts"][0]["opening"] == first.told["accounts"][0]["closing"]


def test_a_statement_says_what_was_owed_and_why(run: Run, customer: Customer) -> None:
    customer.at("2026-12-01", "09:00")
    (account,) = run("statement", "c-1", "2026-11").told["accounts"]
    assert account["opening"] == {"receivable.unbilled": 100_000}
    assert account["closing"] == {"receivable.billed": 70_000}
    kinds = [journal["kind"] for journal in account["journals"]]
    assert kinds == ["bill", "repayment"]
    for journal in account["journals"]:
        assert journal["at"].startswith("2026-11-03") and len(journal["hash"]) == 64
        assert sum(line["amount_fen"] for line in journal["lines"]) == 0


def test_a_month_begins_and_ends_at_midnight_in_shanghai(run: Run, ledger: Ledger) -> None:
    customer = Customer(ledger, on="2026-10-05")
    for day, at in (("2026-10-31", "23:59"), ("2026-11-01", "00:00")):
        customer.at(day, at).buy(1_000)
    customer.at("2026-12-02")
    (october,) = run("statement", "c-1", "2026-10").told["accounts"]
    assert october["closing"] == {"receivable.unbilled": 1_000}
    (november,) = run("statement", "c-1", "2026-11").told["accounts"]
    assert november["journals"][0]["at"].startswith("2026-11-01T00:00")


def test_a_statement_of_a_month_before_the_first_purchase_is_empty(run: Run, customer: Customer) -> None:
    assert run("statement", "c-1", "2026-09").told == {"accounts": [], "customer": "c-1", "month": "2026-09"}


# reconcile


@pytest.fixture
def file(customer: Customer, gateway: SimulatedGateway, tmp_path: Path) -> Path:
    """The gateway's file of the repayment's day, read on the next one."""
    path = tmp_path / "2026-11-03.csv"
    path.write_text(gateway.settlement_file(date(2026, 11, 3)), encoding="utf-8")
    customer.at("2026-11-04")
    return path


def test_reconcile_says_that_a_file_agrees(run: Run, file: Path) -> None:
    done = run("reconcile", str(file))
    assert done.status == 0
    assert (done.told["matched"], done.told["missing"], done.told["agrees"]) == (1, 0, True)


def test_reconcile_files_what_differs_once(run: Run, file: Path) -> None:
    moved = next(settlement_file.movements(file))
    file.write_text(settlement_file.write(date(2026, 11, 3), []), encoding="utf-8")
    first, again = run("reconcile", str(file)), run("reconcile", str(file))
    assert (first.status, first.told["missing"], first.told["new_work_items"]) == (1, 1, 1)
    assert (again.status, again.told["missing"], again.told["new_work_items"]) == (1, 1, 0)
    file.write_text(settlement_file.write(date(2026, 11, 3), [moved]), encoding="utf-8")
    assert run("reconcile", str(file)).status == 0


# close-month and run-penalties

MANY = 15


@pytest.fixture
def many(ledger: Ledger) -> list[Customer]:
    """Each owes 1,000.00 of October and pays nothing: on 16 November ten days of penalty, 5.00."""
    customers = [Customer(ledger, f"c-{number}", on="2026-10-05") for number in range(1, MANY + 1)]
    for each in customers:
        each.buy(100_000)
    return customers


def balances(ledger: Ledger) -> list[tuple[str, int]]:
    with ledger.read() as conn:
        b = t.balances.c
        wanted = sa.select(b.book, b.amount_fen).where(b.amount_fen != 0).order_by(b.account_id, b.book)
        return [(row.book, row.amount_fen) for row in conn.execute(wanted)]


LATE = [("receivable.billed", 100_000), ("receivable.penalty", 500)]


def test_close_month_bills_everyone_once(run: Run, many: list[Customer]) -> None:
    many[0].at("2026-11-02")
    assert run("close-month", "2026-10").told == {"accounts_changed": MANY}
    assert balances(many[0].ledger) == LATE[:1] * MANY
    before = rows(many[0].ledger.engine)
    assert run("close-month", "2026-10").told == {"accounts_changed": 0}
    assert rows(many[0].ledger.engine) == before


def test_run_penalties_gives_the_same_however_often(run: Run, many: list[Customer]) -> None:
    for day in ("2026-11-07", "2026-11-07", "2026-11-12", "2026-11-16", "2026-11-16"):
        many[0].at(day)
        done = run("run-penalties")
        assert (done.status, done.err) == (0, "")
    assert done.told == {"accounts_changed": 0}
    assert balances(many[0].ledger) == LATE * MANY
    assert_books_hold(many[0].ledger)


def test_stopped_on_the_way_it_goes_on_later(
    run: Run, many: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    many[0].at("2026-11-16")

    def stop_after(ledger: Ledger, _: Callable[[], object]) -> int:
        counted = iter(range(10))

        def each_done() -> None:
            if next(counted) == 6:
                raise KeyboardInterrupt

        return penalties_run(ledger, each_done)

    penalties_run = penalties.run
    with monkeypatch.context() as patched:
        patched.setattr(penalties, "run", stop_after)
        stopped = run("run-penalties")
    assert (stopped.status, stopped.out) == (130, "")
    assert "run it again" in stopped.err
    assert balances(many[0].ledger) == LATE * 7 + [("receivable.unbilled", 100_000)] * (MANY - 7)
    assert run("run-penalties").told == {"accounts_changed": MANY - 7}
    assert balances(many[0].ledger) == LATE * MANY


def test_one_account_that_fails_does_not_hold_up_the_others(
    many: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    many[0].at("2026-11-16")
    issue = billing.issue

    def fail_for_second(work: Work, issue_on: date) -> None:
        if work.account_id == 2:
            raise ZeroDivisionError
        issue(work, issue_on)

    with monkeypatch.context() as patched:
        patched.setattr(billing, "issue", fail_for_second)
        with pytest.raises(ZeroDivisionError):
            penalties.run(many[0].ledger)
    assert balances(many[0].ledger).count(LATE[1]) == MANY - 1
    assert penalties.run(many[0].ledger) == 1
    assert balances(many[0].ledger) == LATE * MANY


@pytest.mark.slow
def test_killed_on_the_way_it_goes_on_later(
    environment: dict[str, str], many: list[Customer], run: Run
) -> None:
    ledger = many[0].at("2026-11-16").ledger
    DemoClock(ledger.engine).set(ledger.clock.now())
    bills = sa.select(sa.func.count()).select_from(t.bills)
    program = subprocess.Popen([sys.executable, "-m", "ledger", "run-penalties"], cwd=ROOT)
    end = time.monotonic() + 60
    with ledger.engine.connect().execution_options(ledger_read=True) as conn:
        while not conn.execute(bills).scalar_one() and program.poll() is None:
            assert time.monotonic() < end
            conn.rollback()
    program.kill()
    program.wait(20)
    assert run("run-penalties").status == 0
    assert balances(ledger) == LATE * MANY
    assert_books_hold(ledger)


def test_a_terminal_gets_a_progress_bar(environment: dict[str, str], many: list[Customer]) -> None:
    DemoClock(many[0].ledger.engine).set(datetime(2026, 11, 16, tzinfo=SHANGHAI))
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    command = [sys.executable, "-m", "ledger", "run-penalties"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs, check=False, text=True)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    os.close(theirs)
    assert f"{MANY}/{MANY}" in shown and "100%" in shown
    assert (done.returncode, done.stdout) == (0, f'{{"accounts_changed": {MANY}}}\n')


# run-reconciler


def test_the_reconciler_finishes_what_the_gateway_took(
    run: Run, ledger: Ledger, gateway: SimulatedGateway, clock: FixedClock
) -> None:
    customer = Customer(ledger)
    customer.buy(100_000)
    gateway.set_mode("timeout")
    assert customer.confirm(customer.quote()).state == "UNKNOWN"
    assert run("run-reconciler").told == {"dealt_with": 0, "still_open": 1}
    clock.advance(timedelta(seconds=5))
    assert run("run-reconciler").told == {"dealt_with": 1, "still_open": 0}
    settled = customer.facts.last_settlement
    assert settled is not None and settled.state == "SETTLED"
    assert_books_hold(ledger)


def test_a_round_that_fails_does_not_end_the_rounds(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = iter([GatewayRefused("key"), KeyboardInterrupt()])

    def fail(_: Ledger) -> int:
        raise next(rounds)

    monkeypatch.setattr(reconciler, "run_once", fail)
    done = run("run-reconciler", "--every", "0.01")
    assert (done.status, done.out) == (130, "")
    assert done.err.splitlines()[0] == "The payment gateway fails (GatewayRefused); what is open stays open."


# What cannot be done


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
            ["reconcile", "docs/screenshot.png"],
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


def test_the_file_of_a_day_that_is_not_over_is_refused(run: Run, customer: Customer, file: Path) -> None:
    customer.at("2026-11-03", "23:59")
    done = run("reconcile", str(file))
    assert (done.status, done.err) == (2, "The day of the file, 2026-11-03, is not over. Nothing was done.\n")


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

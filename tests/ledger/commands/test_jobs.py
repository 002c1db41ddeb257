"""`close-month`, `run-penalties` and `run-reconciler`: what has to be done each month, day and minute."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from ledger import billing, days, penalties, reconciler
from ledger import tables as t
from ledger.clock import SHANGHAI, DemoClock, FixedClock
from ledger.database import Ledger
from ledger.gateway.interface import GatewayRefused
from ledger.gateway.simulated import SimulatedGateway
from ledger.sheets import Sheet
from ledger.terms import Rules
from tests.ledger.commands.conftest import ROOT, Run, rows
from tests.ledger.customer import Customer, assert_books_hold

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


def test_close_month_bills_everyone_once(
    run: Run, many: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(days, "BATCH", 4)  # several of them, on PostgreSQL two at once
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
        patched.setattr(days, "BATCH", 7)
        stopped = run("run-penalties")
    assert (stopped.status, stopped.out) == (130, "")
    assert "run it again" in stopped.err
    done = MANY - balances(many[0].ledger).count(("receivable.unbilled", 100_000))
    assert done == 7 if many[0].ledger.engine.dialect.name == "sqlite" else done in (7, 14)
    assert balances(many[0].ledger) == LATE * done + [("receivable.unbilled", 100_000)] * (MANY - done)
    assert run("run-penalties").told == {"accounts_changed": MANY - done}
    assert balances(many[0].ledger) == LATE * MANY


def test_one_account_that_fails_does_not_hold_up_the_others(
    many: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    many[0].at("2026-11-16")
    issue = billing.issue

    def fail_for_second(sheet: Sheet, issue_on: date, rules: Rules) -> None:
        if sheet.id == 2:
            raise ZeroDivisionError
        issue(sheet, issue_on, rules)

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

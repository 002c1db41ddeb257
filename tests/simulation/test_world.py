"""Short worlds hold on both engines; the same seed is the same world; a fault in the ledger is noticed."""

from __future__ import annotations

import inspect
import json
import pkgutil
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from importlib import import_module
from typing import Any

import pytest

import ledger
from ledger import (
    allocation,
    booking,
    debit_slots,
    freezes,
    goodwill,
    limits,
    merchants,
    overdue,
    payouts,
    reconciliation,
    refunds,
    seals,
)
from ledger.clock import SHANGHAI
from ledger.model import Limit
from simulation import __main__ as program
from simulation import books, customers, happenings, staff
from simulation.databases import Fresh
from simulation.run import run_world, shrink

STEPS = 150


def test_a_short_world_holds(ledgers: Fresh) -> None:
    outcome = run_world("brief", range(STEPS), ledgers)
    assert outcome.error is None
    assert (outcome.steps, outcome.crashes > 0, outcome.unknown_outcomes > 0) == (STEPS, True, True)


@pytest.mark.long
@pytest.mark.parametrize("seed", ["long/1", "long/2", "long/3"])
def test_a_long_world_holds(ledgers: Fresh, seed: str) -> None:
    outcome = run_world(seed, range(2_000), ledgers)
    assert outcome.error is None and outcome.steps == 2_000


def test_the_same_seed_is_the_same_world(sqlite_ledgers: Fresh) -> None:
    once, again, other = (run_world(seed, range(80), sqlite_ledgers) for seed in ("a", "a", "b"))
    assert once.log == again.log
    assert once.log != other.log


@pytest.mark.slow
def test_what_staff_and_bookkeepers_do_is_done(sqlite_ledgers: Fresh) -> None:
    """None of it is refused always: each is answered at least once."""
    missing = {action.__name__ for _, action in (*staff.STAFF, *books.BOOKS)}
    for number in range(10):
        outcome = run_world(f"done/{number}", range(500), sqlite_ledgers)
        assert outcome.error is None
        for line in outcome.log:
            name, _, answer = line.partition(" -> ")
            if answer and "(" not in answer:
                missing -= set(name.split())
        if not missing:
            return
    assert not missing


def test_as_many_processes_as_one_likes_run_the_same_worlds(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "STEPS_OF_A_WORLD", 30)
    told = []
    for processes in ("1", "2"):
        assert program.main(["--seed", "9", "--steps", "90", "--processes", processes]) == 0
        told.append(capsys.readouterr().out)
    assert told[0] == told[1]


def never(*_: Any, **__: Any) -> None:
    """What a command forgets to do."""


def unused(conn: Any, account: Any) -> Limit:
    return Limit(account.limit_fen, 0, 0, account.limit_fen)


def a_day_later(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI)


def a_day_early(freeze: Any, wait_days: int, was: Callable[..., Any] = freezes.unfreeze_from) -> Any:
    return was(freeze, wait_days - 1)


def nothing(*_: Any) -> list[Any]:
    return []


def newest_first(owed: Any, due_on: Any, was: Callable[..., Any] = allocation.payable) -> Any:
    return was(owed, due_on)[::-1]


@pytest.mark.long
@pytest.mark.parametrize(
    ("where", "name", "wrong"),
    [
        (limits, "of", unused),
        (allocation, "payable", newest_first),
        (overdue, "clear", never),
        (refunds, "_drop_fees", never),
        (payouts, "offset_chargebacks", never),
        (payouts, "open_for_credit", never),
        (booking, "late_success", never),
        (booking, "debit", booking.repayment),
        (debit_slots, "awaited", never),
        (merchants, "_midnight", a_day_later),
        (payouts, "open_for_charge", never),
        (freezes, "unfreeze_from", a_day_early),
        (goodwill, "_WAIVABLE", frozenset({"penalty", "interest", "plan_fee", "purchase"})),
        (seals, "_shared_head", nothing),
        (reconciliation, "_look_for_missing", never),
        (reconciliation, "_was_there_before", never),
    ],
)
def test_a_fault_in_the_ledger_is_noticed(
    sqlite_ledgers: Fresh, monkeypatch: pytest.MonkeyPatch, where: Any, name: str, wrong: Any
) -> None:
    monkeypatch.setattr(where, name, wrong)
    seeds = ("fault/1", "fault/2", "fault/3")
    assert any(run_world(seed, range(2_000), sqlite_ledgers).error is not None for seed in seeds)


def test_every_command_of_the_ledger_is_called(
    sqlite_ledgers: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever takes a ledger and an idempotency key is a command: each is in some customer's hands."""
    commands = set()
    for found in pkgutil.iter_modules(ledger.__path__, "ledger."):
        for name, thing in vars(import_module(found.name)).items():
            if inspect.isfunction(thing) and thing.__module__ == found.name and not name.startswith("_"):
                parameters = inspect.signature(thing).parameters
                if {"ledger", "key"} <= parameters.keys():
                    commands.add(f"{found.name}.{name}")
    text = "".join(inspect.getsource(each) for each in (customers, staff, books, happenings))
    not_a_customers = {"ledger.commands.run", "ledger.purchases.buy"}  # all others run by the first
    no_money = ("ledger.tickets.", "ledger.work_items.")
    not_a_customers |= {name for name in commands if name.startswith(no_money)}
    missing = {name for name in commands - not_a_customers if name.removeprefix("ledger.") not in text}
    assert not missing
    done = (*customers.ACTIONS, *staff.STAFF, *books.BOOKS, *happenings.HAPPENINGS)
    assert len({action for _, action in done}) == len(done)


def test_steps_are_shrunk_to_those_that_matter() -> None:
    def fails_after(steps: list[int]) -> int | None:
        return steps.index(700) if {3, 41, 700} <= set(steps) else None

    assert shrink(range(1_000), fails_after, 60, never) == [3, 41, 700]


def test_nothing_is_shrunk_without_time() -> None:
    assert shrink(range(5), lambda steps: 0, 0, never) == [0, 1, 2, 3, 4]


def test_the_program_ends_with_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["--seed", "7", "--steps", "60"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert list(result) == ["seed", "steps", "settlements", "unknown_outcomes", "crashes", "violations"]
    assert (result["seed"], result["steps"], result["violations"]) == (7, 60, 0)


def test_the_program_tells_of_a_violation(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "of", unused)
    options = ["--seed", "7", "--steps", "200", "--shrink-s", "5", "--processes", "1"]
    assert program.main(options) == 1
    out = capsys.readouterr().out
    assert "VIOLATION in world 7/0" in out and "with the steps [" in out
    assert json.loads(out.splitlines()[-1])["violations"] == 1

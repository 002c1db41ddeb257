"""Every way in which a small world can go is good; each of the four shortcuts in settling makes some bad."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from ledger import charges, outcomes, reconciler, settlement
from ledger.gateway.interface import FINAL_FAILURES, ChargeAnswer
from ledger.work import Work
from simulation.databases import Fresh
from simulation.exhaust import exhaust
from simulation.small_world import Budget

NOTHING_FAILS = Budget(crashes=0, faults=0, declines=0, notices=0)
ONE_FAULT = Budget(crashes=0, faults=1, declines=0, notices=0)
TOLD_TWICE = Budget(crashes=0, faults=0, declines=0, notices=2)
Shortcut = Callable[[pytest.MonkeyPatch], None]


def test_two_clicks_settle_once(sqlite_ledgers: Fresh) -> None:
    seen = exhaust(sqlite_ledgers, NOTHING_FAILS)
    assert (seen.bad, seen.runs > 10, seen.states > 200) == ([], True, True)


@pytest.mark.long
def test_two_clicks_settle_once_whatever_fails(sqlite_ledgers: Fresh) -> None:
    """One crash, two network faults, one decline, a notification and its duplicate."""
    seen = exhaust(sqlite_ledgers, Budget(crashes=1, faults=2, declines=1, notices=2))
    assert (seen.bad, seen.runs > 1_000) == ([], True)


def give_up_on_a_time_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer is taken for a failure: the next try has a new number."""

    def send(*args: Any, was: Any = charges.send) -> ChargeAnswer | None:
        answer: ChargeAnswer | None = was(*args)
        if answer is not None and answer.reason == "timeout":
            return ChargeAnswer(answer.number, "DECLINED", reason="timeout")
        return answer

    monkeypatch.setattr(charges, "send", send)


def take_not_found_for_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the gateway does not know (yet) is not cancelled before it is given up."""

    def ask(ledger: Any, charge: Any) -> bool:
        settlement.resolve(ledger, charge.number, ledger.gateway.query(charge.number))
        return True

    monkeypatch.setattr(reconciler, "_ask", ask)
    monkeypatch.setattr(outcomes, "FINAL_FAILURES", (*FINAL_FAILURES, "NOT_FOUND"))


def forget_references(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever tells of a success books one, however often it is told."""

    def journal(
        self: Work, *lines: Any, gateway_reference: str = "", was: Any = Work.journal, **more: Any
    ) -> Any:
        return was(self, *lines, **more)

    open_states = (*outcomes.open_charges.OPEN_STATES, "SUCCEEDED")
    monkeypatch.setattr(Work, "journal", journal)
    monkeypatch.setattr(outcomes, "open_charges", SimpleNamespace(OPEN_STATES=open_states))


def allow_two_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing keeps a second settlement from being opened while the outcome of the first is not known."""
    monkeypatch.setattr(charges, "refuse", lambda charge: None)


@pytest.mark.parametrize(
    ("shortcut", "budget", "dropped"),
    [
        (give_up_on_a_time_out, ONE_FAULT, ()),
        (take_not_found_for_failure, ONE_FAULT, ()),
        (forget_references, TOLD_TWICE, ()),
        (allow_two_open, ONE_FAULT, ("uq_charges_open", "uq_settlements_open")),
    ],
)
def test_a_shortcut_is_caught(
    sqlite_ledgers: Fresh,
    monkeypatch: pytest.MonkeyPatch,
    shortcut: Shortcut,
    budget: Budget,
    dropped: tuple[str, ...],
) -> None:
    shortcut(monkeypatch)

    def without_indexes() -> Any:
        engines = sqlite_ledgers()
        with engines[0].begin() as conn:
            for index in dropped:
                conn.execute(sa.text(f"DROP INDEX {index}"))
        return engines

    assert exhaust(without_indexes, budget, stop_at_bad=True).bad

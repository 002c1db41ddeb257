"""The demo's clock moves and takes the accounts with it; the gateway's modes are the five public ones."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from demo import switches
from ledger import Ledger, audit, dump, facts
from ledger.clock import SHANGHAI, DemoClock
from ledger.errors import BadInput
from ledger.gateway.simulated import SimulatedGateway


def set_to(ledger: Ledger, at: datetime) -> None:
    assert isinstance(ledger.clock, DemoClock)
    ledger.clock.set(at)


def test_a_day_later_an_overdue_bill_has_grown_by_a_day(demo_ledger: Ledger) -> None:
    before = facts.account_facts(demo_ledger, "c-overdue")
    now = switches.advance_clock(demo_ledger, "1d")
    after = facts.account_facts(demo_ledger, "c-overdue")
    assert timedelta(days=1) <= now - before.now < timedelta(days=1, minutes=1)
    assert before.bill is not None
    assert after.bill is not None
    assert after.bill.days_overdue == before.bill.days_overdue + 1
    assert after.debts.penalty_fen - before.debts.penalty_fen in (73, 74)  # 0.05 % of 1,468.00
    assert audit.audit(demo_ledger) == []


def test_four_days_later_what_was_due_is_debited(demo_ledger: Ledger) -> None:
    before = facts.account_facts(demo_ledger, "c-owing")
    assert before.bill is not None
    switches.advance_clock(demo_ledger, "4d")
    account = facts.account_facts(demo_ledger, "c-owing")
    (debit,) = account.debits
    assert (debit.state, debit.amount_fen) == ("SUCCEEDED", before.bill.outstanding_fen)
    assert (debit.sent_at.day, debit.sent_at.hour) == (6, 8)
    assert (account.debts.overdue_fen, account.freezes) == (0, ())


@pytest.mark.parametrize(("mode", "states"), [("decline", ["FAILED"] * 3), ("timeout", ["SUCCEEDED"])])
def test_what_the_gateway_does_on_the_due_day_counts(
    demo_ledger: Ledger, mode: str, states: list[str]
) -> None:
    switches.set_gateway_mode(demo_ledger, mode, "c-owing")
    switches.advance_clock(demo_ledger, "1m")
    charges = dump.account_json(demo_ledger, "c-owing")["charges"]
    assert [charge["state"] for charge in charges if charge["due_at"]] == states
    frozen = facts.account_facts(demo_ledger, "c-owing").freezes
    assert [(each.kind, each.placed_at.day, each.placed_at.hour) for each in frozen] == (
        [("overdue", 7, 0)] if mode == "decline" else []
    )
    assert audit.audit(demo_ledger) == []


def test_a_month_later_the_next_bill_is_out(demo_ledger: Ledger) -> None:
    before = facts.account_facts(demo_ledger, "c-owing")
    now = switches.advance_clock(demo_ledger, "1m")
    after = facts.account_facts(demo_ledger, "c-owing")
    assert (now.day, now.hour) == (3, before.now.hour)
    assert after.bills[0].month == f"{before.now:%Y-%m}"
    assert after.bills[0].issued_on == now.date().replace(day=1)
    assert after.debts.unbilled_fen == 0


@pytest.mark.parametrize(
    ("start", "by", "expected"),
    [
        ("2026-11-03T23:50:00", "16min", "2026-11-04T00:06:00"),
        ("2026-11-03T23:59:58", "12h", "2026-11-04T11:59:58"),
        ("2027-01-31T10:00:00", "1m", "2027-02-28T10:00:00"),
        ("2027-12-31T10:00:00", "2m", "2028-02-29T10:00:00"),
        ("2026-12-03T10:00:00", "1m", "2027-01-03T10:00:00"),
    ],
)
def test_where_the_clock_ends(demo_ledger: Ledger, start: str, by: str, expected: str) -> None:
    set_to(demo_ledger, datetime.fromisoformat(start).replace(tzinfo=SHANGHAI))
    reached = switches.advance_clock(demo_ledger, by)
    wanted = datetime.fromisoformat(expected).replace(tzinfo=SHANGHAI)
    assert wanted <= reached < wanted + timedelta(minutes=1)


@pytest.mark.parametrize("by", ["", "0d", "1", "d", "-1d", "1w", "1000d", "401d", "14m", "1d "])
def test_what_the_clock_does_not_do(demo_ledger: Ledger, by: str) -> None:
    before = demo_ledger.clock.now()
    with pytest.raises(BadInput):
        switches.advance_clock(demo_ledger, by)
    assert demo_ledger.clock.now() - before < timedelta(minutes=1)


def test_the_gateway_takes_the_five_modes_and_no_other(demo_ledger: Ledger) -> None:
    assert isinstance(demo_ledger.gateway, SimulatedGateway)
    for mode in switches.MODES:
        switches.set_gateway_mode(demo_ledger, mode, "c-owing")
        assert demo_ledger.gateway.mode_of("c-owing") == mode
    for mode in ("hold", "", "SUCCEED"):
        with pytest.raises(BadInput):
            switches.set_gateway_mode(demo_ledger, mode)

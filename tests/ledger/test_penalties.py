"""Being late: the penalty's numbers, whatever the job's timing, and the freeze."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from ledger import freezes, penalties
from ledger import tables as t
from ledger.clock import SHANGHAI
from ledger.database import Ledger
from ledger.errors import NothingToUnfreeze, PurchaseRefused, UnfreezeTooEarly
from tests.ledger.customer import Customer, assert_books_hold


@pytest.fixture
def customer(ledger: Ledger) -> Customer:
    """Owes 1,000.00 of October, due on 6 November 2026."""
    late = Customer(ledger, on="2026-10-05")
    late.buy(100_000)
    return late.at("2026-11-01").close_month("2026-10")


def test_half_a_thousandth_a_day_from_the_day_after_the_due_day(customer: Customer) -> None:
    customer.at("2026-11-06", "23:59")
    assert customer.facts.debts.penalty_fen == 0
    customer.at("2026-11-07", "00:00")
    assert customer.facts.debts.penalty_fen == 50
    assert customer.facts.debts.overdue_fen == 100_050
    customer.at("2026-11-28")
    assert customer.facts.debts.penalty_fen == 1_100
    bill = customer.facts.bill
    assert bill is not None and (bill.state, bill.days_overdue, bill.total_fen) == ("OVERDUE", 22, 101_100)
    assert [(item.kind, item.outstanding_fen) for item in bill.items][-1] == ("penalty", 1_100)


def test_the_due_day_is_in_time_to_its_last_minute(customer: Customer) -> None:
    """Also after the day's job has run."""
    customer.at("2026-11-06", "00:05")
    penalties.run(customer.ledger)
    customer.at("2026-11-06", "23:59")
    assert customer.facts.freezes == ()
    customer.repay(100_000)
    customer.at("2026-11-07")
    penalties.run(customer.ledger)
    known = customer.facts
    assert (known.debts.total_fen, known.freezes) == (0, ())
    assert known.bill is not None and known.bill.state == "PAID"


def test_it_does_not_compound_and_is_rounded_as_a_whole(ledger: Ledger) -> None:
    """333.33: 0.16667 a day. Rounded daily it would be 17 a day; as a whole 3 days are half-up(49.9995)."""
    customer = Customer(ledger, on="2026-10-05")
    customer.buy(33_333)
    for day, penalty in (("2026-11-07", 17), ("2026-11-08", 33), ("2026-11-09", 50), ("2026-11-10", 67)):
        customer.at(day)
        penalties.run(ledger)
        assert customer.facts.debts.penalty_fen == penalty
    assert_books_hold(ledger)


def posted(ledger: Ledger) -> list[tuple[str, int]]:
    with ledger.read() as conn:
        rows = conn.execute(sa.select(t.balances.c.book, t.balances.c.amount_fen).order_by(t.balances.c.book))
        return [(row.book, row.amount_fen) for row in rows if row.amount_fen]


@pytest.mark.parametrize(
    "runs",
    [
        [f"2026-{month}-{day:02}" for month, last in (("11", 30), ("12", 20)) for day in range(1, last + 1)],
        ["2026-11-07", "2026-11-07", "2026-12-01", "2026-12-20", "2026-12-20"],
        ["2026-12-20"],
    ],
    ids=["every day", "some days, twice", "once at the end"],
)
def test_any_timing_of_the_job_gives_the_same(customer: Customer, runs: list[str]) -> None:
    """A part payment in between, too: from 21 November only 600.00 of principal is late."""
    events = {"2026-11-20": 40_000 + 700, "2026-12-10": 100}
    done: set[str] = set()
    for day in sorted({*runs, *events}):
        customer.at(day)
        for _ in range(runs.count(day)):
            penalties.run(customer.ledger)
        if day in events:
            customer.repay(events[day])
            done.add(day)
    assert done == set(events)
    # 14 days of 1,000.00, paid on the 20th with 400.00; 30 days of 600.00, 1.00 paid.
    assert posted(customer.ledger) == [
        ("receivable.billed", 60_000),
        ("receivable.penalty", 900 - 100),
    ]
    assert customer.facts.debts.total_fen == 60_800
    assert_books_hold(customer.ledger)


def test_one_day_late_freezes_use_with_the_bill_as_evidence(customer: Customer) -> None:
    customer.at("2026-11-08")
    penalties.run(customer.ledger)
    (freeze,) = customer.facts.freezes
    assert (freeze.kind, freeze.placed_at) == ("overdue", datetime(2026, 11, 7, tzinfo=SHANGHAI))
    assert freeze.evidence["bill"] == "2026-10"
    assert (freeze.evidence["days"], freeze.evidence["overdue_fen"]) == (2, 100_100)
    with pytest.raises(PurchaseRefused) as refused:
        customer.buy(100)
    assert refused.value.refusal.reason == "freeze"


def test_use_is_frozen_even_when_no_job_has_run(customer: Customer) -> None:
    customer.at("2026-11-07")
    with pytest.raises(PurchaseRefused):
        customer.buy(100)


def test_thirty_days_late_the_freeze_is_lifted_on_clearing(customer: Customer) -> None:
    customer.at("2026-12-06").repay(100_500)
    assert customer.facts.freezes[0].evidence["overdue_fen"] == 1_000
    customer.repay(1_000)
    assert customer.facts.freezes == ()
    customer.buy(100)
    with pytest.raises(NothingToUnfreeze):
        freezes.apply_unfreeze(customer.ledger, customer.id, key="apply")


def test_longer_lateness_keeps_the_freeze_until_an_application(customer: Customer) -> None:
    customer.at("2026-12-07")
    with pytest.raises(UnfreezeTooEarly) as early:
        freezes.apply_unfreeze(customer.ledger, customer.id, key="unpaid")
    assert early.value.from_date is None
    customer.repay_bills()
    (freeze,) = customer.facts.freezes
    assert (freeze.evidence["days"], freeze.evidence["cleared_on"]) == (31, "2026-12-07")
    assert freeze.evidence["overdue_fen"] == 0
    first_day = date(2026, 12, 7) + timedelta(days=60)
    assert customer.facts.unfreeze_from == first_day
    customer.at((first_day - timedelta(days=1)).isoformat(), "23:59")
    with pytest.raises(UnfreezeTooEarly) as early:
        freezes.apply_unfreeze(customer.ledger, customer.id, key="early")
    assert early.value.from_date == first_day
    customer.at(first_day.isoformat(), "00:00")
    filed = freezes.apply_unfreeze(customer.ledger, customer.id, key="apply")
    assert (filed.kind, filed.state) == ("overdue", "FILED")
    assert filed.number == f"J20270205-{filed.freeze_id:04d}"
    assert freezes.apply_unfreeze(customer.ledger, customer.id, key="apply") == filed
    assert freezes.apply_unfreeze(customer.ledger, customer.id, key="again") == filed
    assert customer.facts.applications == (filed,)
    with pytest.raises(PurchaseRefused):
        customer.buy(100)
    freezes.lift(customer.ledger, customer.id, "overdue", key="grant")
    assert customer.facts.applications[0].state == "GRANTED"
    customer.buy(100)
    assert_books_hold(customer.ledger)


def test_late_again_while_waiting_starts_the_wait_again(ledger: Ledger) -> None:
    customer = Customer(ledger, on="2026-10-05")
    customer.buy(300_000, periods=3)
    customer.at("2026-12-20")
    penalties.run(ledger)
    customer.repay_bills()
    cleared = customer.facts
    assert cleared.unfreeze_from == date(2027, 2, 18)
    customer.at("2027-01-10")
    penalties.run(ledger)
    late = customer.facts
    assert late.unfreeze_from is None
    assert late.freezes[0].evidence["bill"] == "2026-12"


def test_principal_of_a_plan_on_a_late_bill_bears_the_penalty_its_fee_does_not(ledger: Ledger) -> None:
    customer = Customer(ledger, on="2026-10-05")
    customer.buy(600_000, periods=6)
    customer.at("2026-11-16").close_month("2026-10")
    assert customer.facts.debts.penalty_fen == 500  # 1,000.00 for ten days
    assert customer.facts.debts.overdue_fen == 100_000 + 4_500 + 500
    assert customer.facts.debts.product_plan_fen == 600_000


def test_a_bill_unpaid_for_more_than_a_year_is_still_the_one_to_speak_of(customer: Customer) -> None:
    customer.buy(120_000, periods=12)
    customer.at("2028-01-05")
    penalties.run(customer.ledger)
    known = customer.facts
    assert len(known.bills) == 12
    assert known.bill is not None and known.bill.month == "2026-10"
    assert known.debts.overdue_fen == known.debts.total_fen
    assert known.freezes[0].evidence["overdue_fen"] == known.debts.total_fen
    assert customer.confirm(customer.quote()).state == "SETTLED"
    assert_books_hold(customer.ledger)

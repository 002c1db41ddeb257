"""Instalments as they are written down: the plan, its fees and principal, and what they leave on the bill."""

from __future__ import annotations

from datetime import date

import pytest

from ledger import plans
from ledger import tables as t
from ledger.database import Ledger
from ledger.errors import IdempotencyConflict, InstalmentRefused, UnknownBill
from tests.ledger.customer import Customer, assert_books_hold
from tests.ledger.written import journals, rows

NOV_1, NOV_6 = date(2026, 11, 1), date(2026, 11, 6)


@pytest.fixture
def customer(ledger: Ledger) -> Customer:
    """Has 1,200.00 and 3,000.00 over 3 (22.50 a period) on October's bill, as a neighbour has."""
    both = [Customer(ledger, customer_id, on="2026-10-05") for customer_id in ("c-0", "c-1")]
    for each in both:
        each.buy(120_000)
        each.buy(300_000, periods=3, item="phone")
    both[0].at("2026-11-01").close_month("2026-10")
    return both[1]


def test_a_product_plan(customer: Customer) -> None:
    ledger = customer.ledger
    assert rows(ledger, t.plans, t.plans.c.id == 2) == [
        {
            "id": 2,
            "kind": "product",
            "label": "shop phone",
            "periods": 3,
            "principal_fen": 300_000,
            "fee_per_period_fen": 2_250,
            "rate_per_period": "0.0075",
            "started_on": date(2026, 10, 5),
            "terms_version": ledger.terms.version,
        }
    ]
    assert rows(ledger, t.plan_fees, t.plan_fees.c.plan_id == 2) == [
        {"plan_id": 2, "period_no": 1, "fee_fen": 2_250, "state": "BILLED"},
        {"plan_id": 2, "period_no": 2, "fee_fen": 2_250, "state": "PENDING"},
        {"plan_id": 2, "period_no": 3, "fee_fen": 2_250, "state": "PENDING"},
    ]
    period = {"kind": "plan_principal", "on": date(2026, 10, 5), "purchase_id": 4, "plan_id": 2}
    assert rows(ledger, t.items, t.items.c.plan_id == 2) == [
        {"id": 6, **period, "period_no": 1, "bill_id": 2, "amount_fen": 100_000},
        {"id": 7, **period, "period_no": 2, "amount_fen": 100_000},
        {"id": 8, **period, "period_no": 3, "amount_fen": 100_000},
        {
            "id": 10,
            "kind": "plan_fee",
            "on": NOV_1,
            "plan_id": 2,
            "period_no": 1,
            "bill_id": 2,
            "amount_fen": 2_250,
        },
    ]


def test_a_bill_plan(customer: Customer) -> None:
    """200.00 were paid before: they went to the fee and the oldest principal."""
    ledger = customer.ledger
    customer.repay(20_000)
    neighbour = rows(ledger, t.bills, t.bills.c.id == 1)
    plan_id = customer.at("2026-11-06", "22:00").instal_bill(12)
    assert plan_id == 3
    left = 120_000 - (20_000 - 2_250)
    assert rows(ledger, t.plans, t.plans.c.id == 3) == [
        {
            "id": 3,
            "kind": "bill",
            "label": "2026-10",
            "periods": 12,
            "principal_fen": left,
            "fee_per_period_fen": 920,  # half-up(1,022.50 × 0.90 %)
            "rate_per_period": "0.0090",
            "started_on": NOV_6,
            "terms_version": ledger.terms.version,
        }
    ]
    fees = rows(ledger, t.plan_fees, t.plan_fees.c.plan_id == 3)
    assert [(fee["period_no"], fee["fee_fen"]) for fee in fees] == [
        *((n, 920) for n in range(1, 12)),
        (12, 923),
    ]
    principal = rows(ledger, t.items, t.items.c.plan_id == 3)
    assert [(item["period_no"], item["amount_fen"]) for item in principal] == [
        *((n, 8_520) for n in range(1, 12)),
        (12, left - 11 * 8_520),
    ]
    assert {(item["kind"], item["on"], "bill_id" in item, "purchase_id" in item) for item in principal} == {
        ("plan_principal", NOV_6, False, False)
    }
    (bill,) = rows(ledger, t.bills, t.bills.c.id == 2)
    assert (bill["base_fen"], bill["minimum_fen"], bill["total_fen"]) == (100_000, 100_000, 222_250)
    assert rows(ledger, t.bills, t.bills.c.id == 1) == neighbour
    assert [row.get("plan_id") for row in rows(ledger, t.purchases)] == [None, 1, 3, 2]
    moved = [row for row in rows(ledger, t.items) if row.get("moved_fen")]
    assert [(item["id"], item["moved_fen"], item["paid_fen"]) for item in moved] == [(5, left, 17_750)]
    assert journals(ledger, 2)[-1] == (
        "bill_instalment",
        NOV_6,
        [("receivable.plan", left), ("receivable.billed", -left)],
    )
    assert_books_hold(ledger)


def dues(customer: Customer, day: str) -> tuple[tuple[date, ...], date | None]:
    (plan,) = customer.at(day).facts.plans
    return plan.late_due_on, plan.next_due_on


def test_a_late_period_is_not_the_next_one(ledger: Ledger) -> None:
    """Each period that is late has its day, and the next one is that of the bill to come."""
    customer = Customer(ledger, on="2026-10-05")
    customer.buy(300_000, periods=3)
    assert dues(customer, "2026-10-20") == ((), NOV_6)
    assert dues(customer, "2026-11-06") == ((), NOV_6)
    assert dues(customer, "2026-11-07") == ((NOV_6,), date(2026, 12, 6))
    assert dues(customer, "2026-12-03") == ((NOV_6,), date(2026, 12, 6))
    both = NOV_6, date(2026, 12, 6)
    assert dues(customer, "2026-12-07") == (both, date(2027, 1, 6))
    assert dues(customer, "2027-01-07") == ((*both, date(2027, 1, 6)), None)


def test_the_rest_of_a_period_whose_minimum_was_paid_is_due_with_the_next_bill(ledger: Ledger) -> None:
    """The purchase is the older principal and is paid first; what is left of a period is not late by that."""
    customer = Customer(ledger, on="2026-10-05")
    customer.buy(1_000_000)
    customer.buy(300_000, periods=3)
    for issued, after, next_due_on in (
        ("2026-11-03", "2026-11-07", date(2026, 12, 6)),
        ("2026-12-03", "2026-12-07", date(2027, 1, 6)),
        ("2027-01-03", "2027-01-07", date(2027, 2, 6)),
    ):
        bill = customer.at(issued).facts.bill
        assert bill is not None
        customer.repay(bill.minimum_fen)
        assert dues(customer, after) == ((), next_due_on)
    assert not customer.facts.plans[0].remaining_fee_fen, "all its periods are billed"


def refused(customer: Customer, bill_id: int, periods: int = 3) -> dict[str, object]:
    with pytest.raises(InstalmentRefused) as error:
        plans.instal_bill(customer.ledger, customer.id, bill_id=bill_id, periods=periods, key=customer.key())
    return dict(error.value.details)


def test_every_refusal_says_why(customer: Customer) -> None:
    until = {"reason": "too_late", "until": "2026-11-06T22:00:00+08:00"}
    assert refused(customer, 2, periods=4) == {"reason": "not_offered", "periods": 4}
    with pytest.raises(UnknownBill) as unknown:
        plans.instal_bill(customer.ledger, customer.id, bill_id=1, periods=3, key="k")
    assert unknown.value.details == {"bill_id": 1}
    customer.at("2026-11-06", "22:01")
    assert refused(customer, 2) == until
    customer.at("2026-11-03").repay(2_250 + 119_001)
    assert refused(customer, 2) == {"reason": "too_small", "least_fen": 1_000}
    customer.repay(999)
    assert refused(customer, 2) == {"reason": "nothing_to_instal"}
    assert refused(customer.at("2026-11-07"), 2) == until


def test_an_order_below_the_smallest_instalment_is_refused_by_a_fen(ledger: Ledger) -> None:
    customer = Customer(ledger)
    for fen, offered in ((999, False), (1_000, True)):
        if offered:
            customer.buy(fen, periods=12)
        else:
            with pytest.raises(InstalmentRefused) as error:
                customer.buy(fen, periods=12)
            assert error.value.details == {"reason": "too_small", "least_fen": 1_000}
    assert [plan.principal_fen for plan in customer.facts.plans] == [1_000]


def test_the_same_key_is_the_same_plan_and_for_another_a_conflict(customer: Customer) -> None:
    def instal(**given: int) -> int:
        return plans.instal_bill(
            customer.ledger, customer.id, **{"bill_id": 2, "periods": 3, **given}, key="k"
        )

    assert instal() == instal() == 3
    for other in ({"periods": 6}, {"bill_id": 1}):
        with pytest.raises(IdempotencyConflict) as conflict:
            instal(**other)
        assert conflict.value.details["command"] == "instal_bill"

"""A bill from its issue to lateness as it is written down, beside a neighbour's with the same story."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from ledger import penalties, refunds
from ledger import tables as t
from ledger.clock import SHANGHAI
from ledger.database import Ledger
from tests.ledger.customer import Customer, assert_books_hold
from tests.ledger.written import Written, journals, rows

MINE = t.bills.c.account_id == 2
ISSUED = {"id": 2, "month": "2026-10", "issued_on": date(2026, 11, 1), "due_on": date(2026, 11, 6)}


@pytest.fixture
def customer(ledger: Ledger) -> Customer:
    """Bought for 1,000.00 on 5 October, as a neighbour did."""
    both = [Customer(ledger, customer_id, on="2026-10-05") for customer_id in ("c-0", "c-1")]
    for each in both:
        each.buy(100_000)
    return both[1]


def items(customer: Customer) -> list[Written]:
    return rows(customer.ledger, t.items, t.items.c.account_id == 2)


def test_what_was_paid_before_is_on_the_bill_and_what_was_refunded_is_not(customer: Customer) -> None:
    order_no = customer.buy(10_000)
    customer.repay(104_000)  # all of the first order, 40.00 of this one
    refunds.request(customer.ledger, order_no=order_no, amount_fen=1_000, key="ask")
    refunds.complete(customer.ledger, order_no=order_no, key="done")
    customer.at("2026-11-01").close_month("2026-10")
    assert rows(customer.ledger, t.bills, MINE) == [
        {
            **ISSUED,
            "total_fen": 9_000,
            "base_fen": 5_000,
            "minimum_fen": 500,
            "standing": "CURRENT",
            "accrued_to": date(2026, 11, 1),
        }
    ]
    assert journals(customer.ledger, 2)[-1] == (
        "bill",
        date(2026, 11, 1),
        [("receivable.billed", 5_000), ("receivable.unbilled", -5_000)],
    )
    assert [item.get("bill_id") for item in items(customer)] == [None, 2]
    assert_books_hold(customer.ledger)


def test_what_a_late_job_posts_counts_from_its_own_day(ledger: Ledger) -> None:
    """Fees from the bill day; the penalty from the bill day it was brought up to first, then from today."""
    customer = Customer(ledger, on="2026-10-05")
    customer.buy(300_000, periods=3)
    customer.buy(90_000, periods=3, fee_free=True)
    customer.at("2026-11-02").close_month("2026-10")
    customer.at("2026-12-03").close_month("2026-11")
    fee = [("receivable.fee", 2_250), ("income.fee", -2_250)]
    late, later = ([("receivable.penalty", fen), ("income.penalty", -fen)] for fen in (1_625, 130))
    assert [journal for journal in journals(ledger, 1) if journal[0] in ("fee", "penalty")] == [
        ("fee", date(2026, 11, 1), fee),
        ("penalty", date(2026, 12, 1), late),
        ("fee", date(2026, 12, 1), fee),
        ("penalty", date(2026, 12, 3), later),
    ]
    fees = [item for item in rows(ledger, t.items) if item["kind"] == "plan_fee"]
    assert [(item["plan_id"], item["period_no"], item["bill_id"], item["on"]) for item in fees] == [
        (1, 1, 1, date(2026, 11, 1)),
        (1, 2, 2, date(2026, 12, 1)),
    ]
    bills = rows(ledger, t.bills)
    assert [(bill["total_fen"], bill["base_fen"], bill["minimum_fen"]) for bill in bills] == [
        (132_250,) * 3
    ] * 2
    # 27 days late on 1,300.00 at 0.05 %: the fee bears none.
    assert (bills[0]["standing"], bills[0]["penalty_fen_days"]) == ("LATE", 27 * 130_000)


def test_the_minimum_paid_the_rest_is_carried_with_its_interest_and_then_late(customer: Customer) -> None:
    customer.at("2026-11-03").close_month("2026-10").repay(10_000)
    customer.buy(50_000)
    customer.at("2026-12-01").close_month("2026-11")
    first, second = rows(customer.ledger, t.bills, MINE)
    carried = {"total_fen": 100_000, "base_fen": 100_000, "minimum_fen": 10_000, "carried_fen": 90_000}
    # 900.00 from 7 November on: 25 days to 1 December.
    grown = {"standing": "REVOLVING", "accrued_to": date(2026, 12, 1), "interest_fen_days": 25 * 90_000}
    on_it = [item for item in items(customer) if item.get("bill_id") == second["id"]]
    assert first == {**ISSUED, **carried, **grown, "interest_item_id": on_it[-1]["id"]}
    issued = {"month": "2026-11", "issued_on": date(2026, 12, 1), "due_on": date(2026, 12, 6)}
    content = {"total_fen": 141_125, "base_fen": 141_125, "minimum_fen": 14_000 + 1_125}
    new = {"id": second["id"], **issued, **content}
    assert second == {**new, "standing": "CURRENT", "accrued_to": date(2026, 12, 1)}
    assert [(item["kind"], item["amount_fen"], item.get("revolving")) for item in on_it] == [
        ("purchase", 100_000, 1),
        ("purchase", 50_000, None),
        ("interest", 1_125, None),
    ]

    for day, late_days in (("2026-12-10", 4), ("2026-12-12", 6)):
        customer.at(day)
        penalties.run(customer.ledger)
        late = rows(customer.ledger, t.bills, MINE)[1]
        # Interest of the 900.00 carried over to the due day, then the penalty on all principal.
        days = {"interest_fen_days": 5 * 90_000, "penalty_fen_days": late_days * 140_000}
        grown = {"standing": "LATE", "accrued_to": date.fromisoformat(day), **days}
        ids = {name: late[name] for name in ("interest_item_id", "penalty_item_id")}
        assert late == {**new, **grown, **ids}
        by_id = {item["id"]: item for item in items(customer)}
        interest, penalty = (by_id[ids[name]] for name in ("interest_item_id", "penalty_item_id"))
        assert (interest["kind"], interest["amount_fen"], "bill_id" in interest) == ("interest", 225, False)
        assert (penalty["kind"], penalty["amount_fen"]) == ("penalty", late_days * 70)
        assert (penalty["bill_id"], penalty["on"]) == (second["id"], date(2026, 12, 10))
    assert rows(customer.ledger, t.bills, MINE)[0] == first
    grown_by = [each for each in journals(customer.ledger, 2) if each[0] in ("interest", "penalty")]
    assert grown_by[-3:] == [
        ("penalty", date(2026, 12, 10), [("receivable.penalty", 280), ("income.penalty", -280)]),
        ("interest", date(2026, 12, 10), [("receivable.interest", 225), ("income.interest", -225)]),
        ("penalty", date(2026, 12, 12), [("receivable.penalty", 140), ("income.penalty", -140)]),
    ]
    (freeze,) = customer.facts.freezes
    assert freeze.placed_at == datetime(2026, 12, 7, tzinfo=SHANGHAI)
    assert_books_hold(customer.ledger)

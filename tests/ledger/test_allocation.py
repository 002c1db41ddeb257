"""What a payment pays, in which order, and how that is written down, beside a neighbour who owes the same."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from ledger import allocation, purchases, refunds, settlement
from ledger import items as ledger_items
from ledger import tables as t
from ledger.database import Ledger
from ledger.gateway.interface import ChargeAnswer
from ledger.gateway.simulated import SimulatedGateway
from ledger.items import Item
from tests.ledger.customer import Customer, assert_books_hold
from tests.ledger.written import journals, rows

DUE = {1: date(2026, 11, 6), 2: date(2026, 12, 6)}


def item(number: int, kind: Any, on: str = "2026-10-05", bill_id: int | None = None, fen: int = 100) -> Item:
    return Item(number, kind, date.fromisoformat(on), None, None, 0, bill_id, 0, fen, 0, 0, 0)


def numbers(owed: list[Item]) -> list[int]:
    return [each.id for each in allocation.payable(owed, DUE)]


def test_within_a_bill_penalty_interest_fee_principal_the_oldest_first() -> None:
    kinds = ["plan_principal", "purchase", "plan_fee", "interest", "penalty", "purchase"]
    assert numbers([item(number, kind, bill_id=1) for number, kind in enumerate(kinds, 1)]) == [
        5,
        4,
        3,
        1,
        2,
        6,
    ]
    # A higher number that came first in the list stays behind.
    assert numbers([item(9, "purchase", bill_id=1), item(8, "purchase", bill_id=1)]) == [8, 9]


def test_the_oldest_bill_first_then_what_is_on_none() -> None:
    owed = [
        item(1, "penalty", bill_id=2),
        item(2, "purchase", bill_id=1),
        item(3, "purchase", "2026-11-20"),
        item(4, "purchase", "2026-11-19"),
        item(5, "interest", "2026-11-30"),
        item(6, "interest", "2026-11-29"),
        item(7, "purchase", "2026-11-19"),
    ]
    assert numbers(owed) == [2, 1, 6, 5, 4, 7, 3]


def test_a_charge_back_is_due_at_once() -> None:
    owed = [item(1, "purchase", bill_id=1), item(2, "purchase", bill_id=2)]
    for on, order in (
        ("2026-11-05", [3, 1, 2]),
        ("2026-11-06", [3, 1, 2]),
        ("2026-11-07", [1, 3, 2]),
        ("2026-12-07", [1, 2, 3]),
    ):
        assert numbers([*owed, item(3, "chargeback", on)]) == order


def test_periods_to_come_are_not_paid() -> None:
    assert numbers([item(1, "plan_principal"), item(2, "plan_fee"), item(3, "settlement_charge")]) == []


def test_nothing_is_split_into_no_parts() -> None:
    assert allocation.split([], 5) == ([], 5)
    assert allocation.split([item(1, "purchase")], 0) == ([], 0)


def test_what_leaves_a_book_is_one_line() -> None:
    parts = [
        (item(1, "purchase", bill_id=1), 5),
        (item(2, "purchase"), 7),
        (item(3, "purchase", bill_id=2), 11),
    ]
    assert ledger_items.credits(parts) == [("receivable.billed", -16), ("receivable.unbilled", -7)]


@pytest.fixture
def customer(ledger: Ledger) -> Customer:
    """Has 600.00 and 3,000.00 over 6 (22.50 a period) on October's bill, as a neighbour has."""
    both = [Customer(ledger, customer_id, on="2026-10-05") for customer_id in ("c-0", "c-1")]
    for each in both:
        each.buy(60_000)
        each.buy(300_000, periods=6)
    both[0].at("2026-11-03").close_month("2026-10")
    return both[1]


def paid(customer: Customer, kind: str) -> list[tuple[str, str, int, int]]:
    """What journals of this kind paid: how, on what, of which period, how much."""
    a, i, j = t.allocations.c, t.items.c, t.journals.c
    wanted = sa.select(a.effect, i.kind, i.period_no, a.amount_fen).join_from(t.allocations, t.items)
    wanted = wanted.join(t.journals, j.id == a.journal_id).where(j.kind == kind, i.account_id == 2)
    with customer.ledger.read() as conn:
        return [tuple(row) for row in conn.execute(wanted.order_by(a.id))]


def left(customer: Customer) -> dict[str, int]:
    """What is left of each kind of the neighbour's things."""
    sums: dict[str, int] = {}
    with customer.ledger.read() as conn:
        for each in ledger_items.owed(conn, 1):
            sums[each.kind] = sums.get(each.kind, 0) + each.left_fen
    return sums


def test_a_repayment_is_booked_part_by_part(customer: Customer, gateway: SimulatedGateway) -> None:
    """Sent on the 6th, known on the 9th; 100.00 too much is owed back."""
    customer.buy(700)
    neighbour = left(customer)
    gateway.set_mode("hold", customer.id)
    fen = 2_250 + 60_000 + 50_000 + 700 + 10_000
    number = customer.at("2026-11-06").repay(fen).number
    customer.at("2026-11-09")
    settlement.resolve(customer.ledger, number, ChargeAnswer(number, "SUCCEEDED", "GC", fen))
    captured = journals(customer.ledger, 2)[-1]
    assert captured == (
        "repayment",
        date(2026, 11, 6),
        [
            ("gateway.clearing", fen),
            ("receivable.fee", -2_250),
            ("receivable.billed", -60_000),
            ("receivable.plan", -50_000),
            ("receivable.unbilled", -700),
            ("customer.credit", -10_000),
        ],
    )
    assert paid(customer, "repayment") == [
        ("paid", "plan_fee", 1, 2_250),
        ("paid", "purchase", 0, 60_000),
        ("paid", "plan_principal", 1, 50_000),
        ("paid", "purchase", 0, 700),
    ]
    (row,) = rows(customer.ledger, t.journals, t.journals.c.kind == "repayment")
    assert (row["source"], row["reference"]) == ("gateway", f"capture:{number}")
    (payout,) = rows(customer.ledger, t.payouts)
    assert (payout["charge_number"], payout["amount_fen"]) == (number, 10_000)
    assert left(customer) == neighbour
    assert_books_hold(customer.ledger)


def test_settling_recognises_the_fees_and_ends_the_plans(customer: Customer) -> None:
    neighbour = left(customer)
    done = customer.confirm(customer.quote())
    assert done.amount_fen == 60_000 + 300_000 + 3 * 2_250
    assert journals(customer.ledger, 2)[-1] == (
        "settlement",
        date(2026, 11, 3),
        [
            ("receivable.fee", 4_500),
            ("income.fee", -4_500),
            ("gateway.clearing", 366_750),
            ("receivable.billed", -60_000),
            ("receivable.plan", -300_000),
            ("receivable.fee", -6_750),
        ],
    )
    assert paid(customer, "settlement") == [
        ("paid", "purchase", 0, 60_000),
        *(("paid", "plan_principal", number, 50_000) for number in range(1, 7)),
        ("paid", "plan_fee", 1, 2_250),
        ("paid", "plan_fee", 2, 2_250),
        ("paid", "settlement_charge", 0, 2_250),
    ]
    new = rows(customer.ledger, t.items, t.items.c.account_id == 2)[-2:]
    common = {"on": date(2026, 11, 3), "plan_id": 2, "amount_fen": 2_250, "paid_fen": 2_250}
    assert new == [
        {"id": new[0]["id"], "kind": "plan_fee", "period_no": 2, **common},
        {"id": new[1]["id"], "kind": "settlement_charge", **common},
    ]
    for plan_id, states in ((1, ["PENDING"] * 5), (2, ["SETTLED"] + ["DROPPED"] * 4)):
        fees = rows(customer.ledger, t.plan_fees, t.plan_fees.c.plan_id == plan_id)
        assert [fee["state"] for fee in fees] == ["BILLED", *states]
    assert left(customer) == neighbour
    assert customer.facts.credit_fen == 0
    assert_books_hold(customer.ledger)


def test_settling_before_the_last_period_pays_its_fee_and_no_charge(customer: Customer) -> None:
    for month in ("2026-11", "2026-12", "2027-01", "2027-02"):
        customer.repay_bills()
        year, number = divmod(int(month[:4]) * 12 + int(month[5:]), 12)
        customer.at(f"{year}-{number + 1:02}-03").close_month(month)
    customer.repay_bills()
    assert customer.confirm(customer.quote()).amount_fen == 50_000 + 2_250
    assert paid(customer, "settlement") == [
        ("paid", "plan_principal", 6, 50_000),
        ("paid", "plan_fee", 6, 2_250),
    ]
    fees = rows(customer.ledger, t.plan_fees, t.plan_fees.c.plan_id == 2)
    assert [fee["state"] for fee in fees] == ["BILLED"] * 5 + ["SETTLED"]
    assert_books_hold(customer.ledger)


def test_what_came_after_the_quote_is_neither_paid_nor_ended(
    customer: Customer, gateway: SimulatedGateway
) -> None:
    """A hold captured meanwhile makes a plan of its own; what was refunded meanwhile is owed back."""
    held = customer.hold(90_000, periods=3)
    gateway.set_mode("hold", customer.id)
    quote = customer.quote()
    customer.confirm(quote)
    purchases.capture(customer.ledger, held, "capture")
    refunds.request(customer.ledger, order_no="c-1-1", amount_fen=1_000, key="ask")
    refunds.complete(customer.ledger, order_no="c-1-1", key="done")
    settlement.resolve(customer.ledger, "S1-1", ChargeAnswer("S1-1", "SUCCEEDED", "GC", quote.total_fen))
    assert [(plan.principal_fen, plan.remaining_fee_fen) for plan in customer.facts.plans] == [
        (90_000, 3 * 675)
    ]
    assert (customer.facts.debts.total_fen, customer.facts.credit_fen) == (90_000, 1_000)
    assert journals(customer.ledger, 2)[-1][2][3:] == [
        ("receivable.billed", -59_000),
        ("receivable.plan", -300_000),
        ("receivable.fee", -6_750),
        ("customer.credit", -1_000),
    ]
    assert_books_hold(customer.ledger)


def test_what_a_bank_takes_back_is_owed_again(customer: Customer) -> None:
    number = customer.repay(62_250).number
    customer.at("2026-11-04")
    settlement.resolve(customer.ledger, number, ChargeAnswer(number, "CHARGED_BACK", "GC", 2_000))
    assert journals(customer.ledger, 2)[-1] == (
        "chargeback",
        date(2026, 11, 4),
        [("gateway.clearing", -2_000), ("receivable.chargeback", 2_000)][::-1],
    )
    (row,) = rows(customer.ledger, t.journals, t.journals.c.kind == "chargeback")
    assert (row["source"], row["reference"]) == ("gateway", f"chargeback:{number}")
    (owed,) = rows(customer.ledger, t.items, t.items.c.kind == "chargeback")
    assert owed == {"id": owed["id"], "kind": "chargeback", "on": date(2026, 11, 4), "amount_fen": 2_000}


def test_late_money_is_booked_on_the_day_it_was_sent(customer: Customer, gateway: SimulatedGateway) -> None:
    gateway.set_mode("hold", customer.id)
    number = customer.repay(5_000).number
    settlement.resolve(customer.ledger, number, ChargeAnswer(number, "CANCELLED"))
    customer.at("2026-11-05")
    settlement.resolve(customer.ledger, number, ChargeAnswer(number, "SUCCEEDED", "GC", 5_000))
    assert journals(customer.ledger, 2)[-1] == (
        "late_success",
        date(2026, 11, 3),
        [("gateway.clearing", 5_000), ("customer.credit", -5_000)],
    )
    (row,) = rows(customer.ledger, t.journals, t.journals.c.kind == "late_success")
    assert (row["source"], row["reference"]) == ("gateway", f"capture:{number}")


def test_being_late_ends_on_the_day_the_payment_was_sent(
    customer: Customer, gateway: SimulatedGateway
) -> None:
    gateway.set_mode("hold", customer.id)
    customer.at("2026-12-10").close_month("2026-11")
    owed = customer.facts.debts.overdue_fen  # 34 days late: the freeze stays
    number = customer.repay(owed).number
    customer.at("2026-12-12")
    settlement.resolve(customer.ledger, number, ChargeAnswer(number, "SUCCEEDED", "GC", owed))
    (freeze,) = rows(customer.ledger, t.freezes, t.freezes.c.account_id == 2)
    assert freeze["cleared_on"] == date(2026, 12, 10)

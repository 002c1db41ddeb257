"""Merchants are paid by cycle, net of refunds: each order and each refund once, whenever the job runs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from ledger import audit, journals, merchants, refunds
from ledger import tables as t
from ledger.database import Ledger
from tests.ledger.customer import Customer, assert_books_hold


@pytest.fixture
def customer(ledger: Ledger) -> Customer:
    return Customer(ledger, on="2026-11-02", limit_fen=3_000_000)


def refund(customer: Customer, order_no: str, amount_fen: int) -> None:
    refunds.request(customer.ledger, order_no=order_no, amount_fen=amount_fen, key=customer.key())
    refunds.complete(customer.ledger, order_no=order_no, key=customer.key())


def owed_fen(ledger: Ledger) -> int:
    """What all merchants together are still owed by the books."""
    with ledger.read() as conn:
        p = t.postings.c
        return -int(conn.scalar(sa.select(sa.func.sum(p.amount_fen)).where(p.book == journals.MERCHANT)) or 0)


def paid(ledger: Ledger, merchant: str = "shop") -> list[tuple[date, int, int]]:
    found = merchants.of_merchant(ledger, merchant)
    return [(each.until, each.sold_fen, each.refunded_fen) for each in found]


def test_a_day_is_paid_the_day_after_net_of_refunds(ledger: Ledger, customer: Customer) -> None:
    first = customer.buy(100_000)
    customer.buy(60_000, periods=6)  # in instalments too the merchant gets the full price at once
    customer.buy(5_000, merchant="other")
    refund(customer, first, 30_000)
    assert (merchants.run(ledger), owed_fen(ledger)) == (0, 135_000)
    customer.at("2026-11-03", "00:00").buy(7_000)
    assert merchants.run(ledger) == 2
    assert paid(ledger) == [(date(2026, 11, 3), 160_000, 30_000)]
    assert paid(ledger, "other") == [(date(2026, 11, 3), 5_000, 0)]
    assert merchants.of_merchant(ledger, "shop")[0].paid_fen == 130_000
    assert owed_fen(ledger) == 7_000
    assert_books_hold(ledger)


def test_a_cycle_is_paid_once_and_what_came_late_waits_for_the_next(
    ledger: Ledger, customer: Customer
) -> None:
    customer.buy(100_000)
    customer.at("2026-11-03")
    assert (merchants.run(ledger), merchants.run(ledger)) == (1, 0)
    customer.at("2026-11-02", "23:59").buy(1_000)  # committed after its day was paid
    customer.at("2026-11-03", "12:00")
    assert merchants.run(ledger) == 0
    customer.at("2026-11-04")
    assert merchants.run(ledger) == 1
    assert paid(ledger) == [(date(2026, 11, 4), 1_000, 0), (date(2026, 11, 3), 100_000, 0)]
    assert_books_hold(ledger)


def test_refunds_beyond_the_sales_are_carried_over(ledger: Ledger, customer: Customer) -> None:
    order_no = customer.buy(100_000)
    customer.at("2026-11-03")
    merchants.run(ledger)
    refund(customer, order_no, 100_000)
    customer.buy(40_000)
    customer.at("2026-11-04")
    assert (merchants.run(ledger), owed_fen(ledger)) == (0, -60_000)
    customer.buy(70_000)
    customer.at("2026-11-05")
    assert (merchants.run(ledger), owed_fen(ledger)) == (1, 0)
    assert paid(ledger)[0] == (date(2026, 11, 5), 110_000, 100_000)
    assert_books_hold(ledger)


def test_a_sale_that_was_refunded_whole_pays_nothing(ledger: Ledger, customer: Customer) -> None:
    refund(customer, customer.buy(100_000), 100_000)
    customer.at("2026-11-03")
    assert (merchants.run(ledger), paid(ledger)) == (0, [])
    assert_books_hold(ledger)


def test_a_refund_of_the_new_day_waits_for_its_own_cycle(ledger: Ledger, customer: Customer) -> None:
    order_no = customer.buy(100_000)
    refund(customer.at("2026-11-03", "00:00"), order_no, 30_000)
    assert merchants.run(ledger) == 1
    customer.buy(50_000)
    customer.at("2026-11-04")
    assert merchants.run(ledger) == 1
    assert paid(ledger) == [(date(2026, 11, 4), 50_000, 30_000), (date(2026, 11, 3), 100_000, 0)]


def test_held_orders_and_refunds_under_way_are_not_counted(ledger: Ledger, customer: Customer) -> None:
    customer.hold(50_000)
    order_no = customer.buy(100_000)
    refunds.request(ledger, order_no=order_no, amount_fen=30_000, key="asked")
    customer.at("2026-11-03")
    assert merchants.run(ledger) == 1
    assert paid(ledger) == [(date(2026, 11, 3), 100_000, 0)]


@pytest.mark.parametrize(
    ("cycle", "begin", "day_before"),
    [
        ("day", date(2026, 11, 18), "2026-11-17"),
        ("week", date(2026, 11, 16), "2026-11-15"),
        ("month", date(2026, 11, 1), "2026-10-31"),
    ],
)
def test_cycles_of_a_day_a_week_a_month(ledger: Ledger, cycle: Any, begin: date, day_before: str) -> None:
    assert merchants.begin_of_cycle(cycle, date(2026, 11, 18)) == begin  # a Wednesday
    assert merchants.begin_of_cycle(cycle, begin) == begin
    by_cycle = replace(ledger, rules=replace(ledger.terms, merchant_cycle=cycle))
    customer = Customer(by_cycle, on="2026-10-20")
    customer.at(day_before, "23:59").buy(10_000)
    customer.at(begin.isoformat(), "00:00").buy(5_000)
    customer.at("2026-11-18")
    assert merchants.run(by_cycle) == 1
    assert paid(by_cycle) == [(begin, 10_000, 0)]


def test_many_merchants_are_paid_page_by_page(
    ledger: Ledger, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merchants, "_BATCH", 2)
    for number in range(5):
        customer.buy(1_000, merchant=f"shop {number}")
    customer.at("2026-11-03")
    assert (merchants.run(ledger), owed_fen(ledger)) == (5, 0)
    assert_books_hold(ledger)


def test_two_jobs_at_once_pay_once(ledger: Ledger, customer: Customer) -> None:
    for number in range(6):
        customer.buy(1_000, merchant=f"shop {number}")
    customer.at("2026-11-03")
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _: merchants.run(ledger), range(4)))
    assert (sum(counts), owed_fen(ledger)) == (6, 0)
    assert_books_hold(ledger)


def test_one_merchant_that_fails_does_not_hold_up_the_others(
    ledger: Ledger, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer.buy(1_000, merchant="a")
    customer.buy(2_000, merchant="b")
    customer.at("2026-11-03")
    settle = merchants._settle

    def failing(conn: sa.Connection, merchant: str, *rest: Any) -> bool:
        done = settle(conn, merchant, *rest)
        if merchant == "a":
            raise RuntimeError("after everything was written")
        return done

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(merchants, "_settle", failing)
        merchants.run(ledger)
    assert (paid(ledger, "a"), len(paid(ledger, "b")), owed_fen(ledger)) == ([], 1, 1_000)
    assert (merchants.run(ledger), owed_fen(ledger)) == (1, 0)
    assert_books_hold(ledger)


@pytest.mark.parametrize(
    "damage",
    [
        sa.update(t.merchant_settlements).values(sold_fen=99_999),
        sa.update(t.purchases).values(merchant_settlement_id=None),
        sa.update(t.purchases).values(amount_fen=99_999),
    ],
)
def test_the_audit_sees_what_merchants_were_not_paid(
    ledger: Ledger, customer: Customer, damage: sa.Update
) -> None:
    customer.buy(100_000)
    customer.at("2026-11-03")
    merchants.run(ledger)
    assert_books_hold(ledger)
    with ledger.write() as conn:
        conn.execute(damage)
    assert any("settlement M" in line or "merchants are owed" in line for line in audit.audit(ledger))


def test_the_payments_form_a_chain_of_their_own(ledger: Ledger, customer: Customer) -> None:
    for day in ("2026-11-03", "2026-11-04", "2026-11-05"):
        customer.buy(1_000)
        customer.at(day)
        assert merchants.run(ledger) == 1
    j = t.journals.c
    with ledger.read() as conn:
        rows = conn.execute(sa.select(t.journals).where(j.account_id.is_(None)).order_by(j.id)).all()
    assert [row.previous_hash for row in rows] == ["", rows[0].hash, rows[1].hash]
    assert [(row.source, row.reference) for row in rows] == [("merchant", f"M{n}") for n in (1, 2, 3)]
    assert_books_hold(ledger)

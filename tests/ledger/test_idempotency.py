"""Same key and body, same answer; other body, a conflict; another customer, another space."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ledger import limits, purchases
from ledger import tables as t
from ledger.database import Ledger
from ledger.errors import BadInput, IdempotencyConflict, LedgerError
from tests.ledger.customer import Customer, assert_books_hold

VECTORS: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("vectors.json").read_text(encoding="utf-8")
)["idempotency"]


def same_or_conflict() -> list[dict[str, Any]]:
    """The public cases of the form: a key with one amount, then again with the same or another one."""
    return [
        case
        for case in VECTORS
        if {"amount"} <= case["first"].keys() & case["again"].keys() and "COUNTER" not in case["expect"]
    ]


@pytest.mark.parametrize("case", same_or_conflict(), ids=lambda case: case["expect"][:30])
def test_public_cases(ledger: Ledger, case: dict[str, Any]) -> None:
    customer = Customer(ledger)
    key = case["first"].get("key", "T101")
    order: dict[str, Any] = {"order_no": "A1", "merchant": "m", "item": "i", "key": key}
    first = purchases.authorise(ledger, customer.id, **order, amount_fen=case["first"]["amount"])
    held = customer.facts.holds_fen
    if case["first"]["amount"] == case["again"]["amount"]:
        assert purchases.authorise(ledger, customer.id, **order, amount_fen=case["again"]["amount"]) == first
    else:
        with pytest.raises(IdempotencyConflict):
            purchases.authorise(ledger, customer.id, **order, amount_fen=case["again"]["amount"])
    assert customer.facts.holds_fen == held == case["first"]["amount"]


def test_the_published_counter_example_does_not_happen(ledger: Ledger) -> None:
    """Apache Fineract answers a key with another body from its cache, across loans. Here it is a conflict,
    and another customer may use the same key."""
    assert any("COUNTER" in case["expect"] for case in VECTORS)
    one, other = Customer(ledger, "c-1"), Customer(ledger, "c-2")
    order: dict[str, Any] = {"merchant": "m", "item": "i", "key": "k1"}
    purchases.authorise(ledger, one.id, order_no="A", amount_fen=20_000, **order)
    with pytest.raises(IdempotencyConflict):
        purchases.authorise(ledger, one.id, order_no="B", amount_fen=30_000, **order)
    purchases.authorise(ledger, other.id, order_no="B", amount_fen=30_000, **order)
    assert (one.facts.holds_fen, other.facts.holds_fen) == (20_000, 30_000)


def test_a_key_is_not_shared_by_two_commands(ledger: Ledger) -> None:
    customer = Customer(ledger)
    order_no = customer.hold(100)
    purchases.capture(ledger, order_no, "same")
    with pytest.raises(IdempotencyConflict):
        purchases.release(ledger, order_no, "same")


@pytest.mark.parametrize("key", ["", "x" * 201, None, 7])
def test_what_is_no_key(ledger: Ledger, key: Any) -> None:
    customer = Customer(ledger)
    order_no = customer.hold(100)
    with pytest.raises(BadInput):
        purchases.capture(ledger, order_no, key)


def snapshot(ledger: Ledger) -> dict[str, list[Any]]:
    with ledger.read() as conn:
        return {
            table.name: sorted(map(repr, conn.execute(sa.select(table)).all()))
            for table in t.metadata.sorted_tables
        }


@pytest.mark.parametrize(
    "command",
    [
        lambda c: purchases.capture(c.ledger, "c-1-1", "again"),
        lambda c: limits.cut(c.ledger, c.id, new_fen=9_000_000, evidence={"why": "x"}, key="cut"),
        lambda c: limits.cut(c.ledger, c.id, new_fen=1, evidence={}, key="cut"),
        lambda c: c.buy(500, periods=3),
        lambda c: c.repay(0),
    ],
)
def test_a_refused_command_changes_no_row(ledger: Ledger, command: Callable[[Customer], Any]) -> None:
    customer = Customer(ledger)
    customer.buy(10_000)
    customer.at("2026-12-20")  # the job has not run: the refused command may not leave its catching up behind
    before = snapshot(ledger)
    with pytest.raises(LedgerError):
        command(customer)
    assert snapshot(ledger) == before


def test_eight_threads_with_one_key_do_it_once(ledger: Ledger) -> None:
    customer = Customer(ledger)
    order_no = customer.hold(10_000)
    with ThreadPoolExecutor(8) as threads:
        answers = set(threads.map(lambda _: purchases.capture(ledger, order_no, "once"), range(8)))
    assert len(answers) == 1
    assert customer.facts.debts.total_fen == 10_000
    assert_books_hold(ledger)

"""Using the limit: hold, capture, release, expiry, refusals as evidence, and no overspending."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ledger import accounts, closing, freezes, penalties, purchases
from ledger.clock import FixedClock
from ledger.database import Ledger
from ledger.errors import (
    AccountExists,
    BadInput,
    InstalmentRefused,
    InvalidAmount,
    NotVerified,
    PurchaseRefused,
    UnknownCustomer,
    UnknownOrder,
    WrongState,
)
from ledger.money import LARGEST_FEN
from tests.ledger.customer import Customer, assert_books_hold


def test_a_hold_takes_from_the_limit_and_a_capture_makes_it_owed(ledger: Ledger) -> None:
    customer = Customer(ledger, limit_fen=100_000)
    order_no = customer.hold(30_000)
    limit = customer.facts.limit
    assert (limit.used_fen, limit.held_fen, limit.available_fen) == (0, 30_000, 70_000)
    assert customer.facts.debts.total_fen == 0
    purchases.capture(ledger, order_no, "capture")
    limit = customer.facts.limit
    assert (limit.used_fen, limit.held_fen, limit.available_fen) == (30_000, 0, 70_000)
    assert customer.facts.debts.unbilled_fen == customer.facts.debts.total_fen == 30_000
    assert_books_hold(ledger)


def test_a_released_hold_returns_to_the_limit(ledger: Ledger) -> None:
    customer = Customer(ledger, limit_fen=100_000)
    order_no = customer.hold(30_000)
    purchases.release(ledger, order_no, "release")
    assert customer.facts.limit.available_fen == 100_000
    with pytest.raises(WrongState):
        purchases.capture(ledger, order_no, "capture")
    assert_books_hold(ledger)


def test_a_hold_expires(ledger: Ledger, clock: FixedClock) -> None:
    customer = Customer(ledger, limit_fen=100_000)
    order_no = customer.hold(30_000)
    clock.advance(timedelta(days=ledger.terms.hold_days))
    assert penalties.run(ledger) == 1
    assert penalties.run(ledger) == 0
    assert customer.facts.holds_fen == 0
    with pytest.raises(WrongState):
        purchases.capture(ledger, order_no, "capture")


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ({"amount_fen": 100_001}, "limit"),
        ({"amount_fen": 1, "shop_supported": False}, "shop"),
        ({"amount_fen": 1, "item_supported": False}, "item"),
        ({"amount_fen": 100_001, "item_supported": False}, "item"),
    ],
)
def test_a_refusal_is_kept_as_evidence(ledger: Ledger, order: dict[str, Any], reason: str) -> None:
    customer = Customer(ledger, limit_fen=100_000)
    with pytest.raises(PurchaseRefused) as refused:
        customer.buy(**order, merchant="a shop", item="a thing")
    (kept,) = customer.facts.refusals
    assert kept == refused.value.refusal
    assert (kept.reason, kept.merchant, kept.item) == (reason, "a shop", "a thing")
    assert (kept.amount_fen, kept.available_fen) == (order["amount_fen"], 100_000)
    assert customer.facts.limit.available_fen == 100_000


def test_the_same_key_is_refused_the_same_way_even_when_it_would_work_now(ledger: Ledger) -> None:
    customer = Customer(ledger)
    freezes.place(ledger, customer.id, "risk", {"logins": []}, key="freeze")
    order: dict[str, Any] = {"order_no": "A1", "merchant": "m", "item": "i", "amount_fen": 100, "key": "once"}
    with pytest.raises(PurchaseRefused) as first:
        purchases.authorise(ledger, customer.id, **order)
    freezes.lift(ledger, customer.id, "risk", key="lift")
    with pytest.raises(PurchaseRefused) as again:
        purchases.authorise(ledger, customer.id, **order)
    assert again.value.refusal == first.value.refusal
    assert first.value.refusal.reason == "freeze"
    purchases.authorise(ledger, customer.id, **{**order, "key": "another"})


def test_a_closed_account_buys_nothing(ledger: Ledger) -> None:
    customer = Customer(ledger)
    closing.close(ledger, customer.id, key="close")
    with pytest.raises(PurchaseRefused) as refused:
        customer.buy(100)
    assert refused.value.refusal.reason == "closed"


def test_a_refusal_is_forgotten_after_thirty_days(ledger: Ledger, clock: FixedClock) -> None:
    customer = Customer(ledger, limit_fen=100)
    with pytest.raises(PurchaseRefused):
        customer.buy(200)
    clock.advance(timedelta(days=31))
    assert customer.facts.refusals == ()


@pytest.mark.parametrize("amount", [0, -1, 1.0, True, "1", None, LARGEST_FEN + 1])
def test_what_is_no_amount_changes_nothing(ledger: Ledger, amount: Any) -> None:
    customer = Customer(ledger)
    with pytest.raises(InvalidAmount):
        customer.buy(amount)
    assert customer.facts.refusals == ()


def test_an_order_is_bought_once(ledger: Ledger) -> None:
    customer = Customer(ledger)
    order_no = customer.hold(100)
    with pytest.raises(WrongState):
        purchases.authorise(
            ledger, customer.id, order_no=order_no, merchant="m", item="i", amount_fen=100, key="other"
        )
    with pytest.raises(UnknownOrder):
        purchases.capture(ledger, "nowhere", "key")


def test_instalments_need_ten_yuan_and_an_offered_number(ledger: Ledger) -> None:
    customer = Customer(ledger)
    with pytest.raises(InstalmentRefused, match="too_small"):
        customer.buy(999, periods=3)
    with pytest.raises(InstalmentRefused, match="not_offered"):
        customer.buy(10_000, periods=9)
    customer.buy(1_000, periods=3)
    assert customer.facts.debts.product_plan_fen == 1_000


def test_opening_needs_a_real_name_and_a_card(ledger: Ledger) -> None:
    def open_(**changes: Any) -> int:
        given: dict[str, Any] = {
            "real_name_verified": True,
            "card_last4": "6688",
            "limit_fen": 100,
            "key": "k",
        }
        return accounts.open_account(ledger, "c-2", **{**given, **changes})

    for refusal, changes in (
        (NotVerified, {"real_name_verified": False}),
        (NotVerified, {"card_last4": None}),
        (BadInput, {"card_last4": "12345"}),
        (BadInput, {"limit_fen": ledger.terms.credit_limit_max_fen + 1}),
        (InvalidAmount, {"limit_fen": 0}),
    ):
        with pytest.raises(refusal):
            open_(**changes)
    opened = open_()
    assert open_() == opened
    with pytest.raises(AccountExists):
        open_(key="other")


def test_opening_again_after_closing_makes_a_new_account(ledger: Ledger) -> None:
    customer = Customer(ledger)
    first = customer.facts.account_id
    closing.close(ledger, customer.id, key="close")
    accounts.open_account(
        ledger, customer.id, real_name_verified=True, card_last4="1234", limit_fen=100, key="again"
    )
    assert customer.facts.account_id != first
    assert customer.facts.state == "ACTIVE"


def test_a_customer_nobody_knows(ledger: Ledger) -> None:
    with pytest.raises(UnknownCustomer):
        purchases.authorise(ledger, "nobody", order_no="A", merchant="m", item="i", amount_fen=1, key="k")

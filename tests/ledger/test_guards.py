"""What each guard against closing says, to the last detail, and that nobody is held up by somebody else's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ledger import closing, freezes, purchases, refunds, settlement
from ledger.clock import FixedClock
from ledger.database import Ledger
from ledger.errors import GuardRefused
from ledger.gateway.simulated import SimulatedGateway
from ledger.model import Guard
from tests.ledger.customer import Customer

TEN = "2026-11-03T10:00:00+08:00"


@pytest.fixture
def customer(ledger: Ledger) -> Customer:
    """Has an account beside somebody who may not close theirs for every reason there is."""
    neighbour = Customer(ledger, "c-0")
    order_no = neighbour.buy(300)
    refunds.request(ledger, order_no=order_no, amount_fen=300, key="ask")
    neighbour.hold(40)
    freezes.place(ledger, neighbour.id, "fraud", {}, key="fraud")
    freezes.place(ledger, neighbour.id, "dispute", {}, key="dispute")
    return Customer(ledger)


def standing(customer: Customer) -> tuple[Guard, ...]:
    return closing.guards(customer.ledger, customer.id)


def order(order_no: str, amount_fen: int) -> dict[str, Any]:
    return {"order_no": order_no, "merchant": "shop", "item": "thing", "amount_fen": amount_fen}


def test_nobody_else_stands_in_the_way(customer: Customer) -> None:
    assert standing(customer) == ()


def test_holds_are_told_in_their_order_until_they_are_captured(customer: Customer) -> None:
    """A hold not captured after seven days ends."""
    first, second = customer.hold(5_000), customer.at("2026-11-03", "10:01").hold(700)
    assert standing(customer) == (
        Guard("hold_open", {**order(first, 5_000), "expires_at": "2026-11-10T10:00:00+08:00"}),
        Guard("hold_open", {**order(second, 700), "expires_at": "2026-11-10T10:01:00+08:00"}),
    )
    purchases.capture(customer.ledger, first, "capture")
    purchases.release(customer.ledger, second, "release")
    assert standing(customer) == (Guard("owed_by_customer", {"amount_fen": 5_000}),)


def test_refunds_are_told_in_their_order_until_they_are_done(customer: Customer) -> None:
    bought = [customer.buy(5_000), customer.buy(700)]
    for order_no in reversed(bought):
        refunds.request(customer.ledger, order_no=order_no, amount_fen=600, key=f"ask {order_no}")
    customer.repay(5_700)
    assert standing(customer) == tuple(
        Guard("refund_open", {**order(order_no, 600), "requested_at": TEN}) for order_no in reversed(bought)
    )
    for order_no in bought:
        refunds.complete(customer.ledger, order_no=order_no, key=f"done {order_no}")
    assert standing(customer) == (Guard("owed_to_customer", {"amount_fen": 1_200}),)


@pytest.mark.parametrize(("kind", "expected"), [("fraud", "fraud_freeze"), ("dispute", "dispute_freeze")])
def test_a_freeze_is_told_with_its_moment(customer: Customer, kind: Any, expected: Any) -> None:
    freezes.place(customer.ledger, customer.id, kind, {}, key="freeze")
    assert standing(customer) == (Guard(expected, {"placed_at": TEN}),)


def test_an_open_charge_is_told_from_when_it_was_sent(
    customer: Customer, gateway: SimulatedGateway, clock: FixedClock
) -> None:
    customer.buy(5_000)
    quote = customer.quote()
    settlement._create(customer.ledger, customer.id, quote.quote_id, 5_000, "k")  # and the process dies here
    charge = {"number": "S1-1", "amount_fen": 5_000, "sent_at": TEN}
    owed = Guard("owed_by_customer", {"amount_fen": 5_000})
    assert standing(customer) == (Guard("charge_open", charge), owed)
    clock.advance(timedelta(minutes=5))
    gateway.set_mode("hold", customer.id)
    customer.confirm(quote)
    charge["sent_at"] = "2026-11-03T10:05:00+08:00"
    assert standing(customer) == (Guard("charge_open", charge), owed)


def test_settling_to_close_holds_up_another_closing(customer: Customer, gateway: SimulatedGateway) -> None:
    customer.buy(5_000)
    gateway.set_mode("hold", customer.id)
    customer.confirm(customer.quote(close_after=True))
    assert [guard.id for guard in standing(customer)] == [
        "closing_under_way",
        "charge_open",
        "owed_by_customer",
    ]
    with pytest.raises(GuardRefused):
        closing.close(customer.ledger, customer.id, key="close")

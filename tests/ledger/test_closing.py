"""Closing: every guard by its id, and nothing left behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from ledger import closing, days, freezes, journals, links, outbox, payouts, penalties, purchases, refunds
from ledger import tables as t
from ledger.clock import FixedClock
from ledger.database import Ledger
from ledger.errors import AccountClosed, GuardRefused, UnknownCustomer
from ledger.gateway.simulated import SimulatedGateway
from ledger.model import Guard
from tests.ledger.customer import Customer, assert_books_hold


@pytest.fixture
def customer(ledger: Ledger) -> Customer:
    return Customer(ledger, on="2026-10-05")


def guard_ids(customer: Customer) -> list[str]:
    return [guard.id for guard in closing.guards(customer.ledger, customer.id)]


def close(customer: Customer, key: str = "close") -> Any:
    return closing.close(customer.ledger, customer.id, key=key)


def test_an_account_that_owes_nothing_is_closed(customer: Customer, clock: FixedClock) -> None:
    assert closing.guards(customer.ledger, customer.id) == ()
    done = close(customer)
    assert (done.receipt, done.closed_at) == ("GB20261005-0001", clock.now())
    facts = customer.facts
    assert (facts.state, facts.closed_at, facts.close_receipt) == ("CLOSED", done.closed_at, done.receipt)
    assert (facts.limit.total_fen, facts.limit.available_fen) == (0, 0)
    assert_books_hold(customer.ledger)


def test_closing_a_closed_account_is_the_same_closing(customer: Customer, clock: FixedClock) -> None:
    done = close(customer)
    clock.advance(timedelta(days=3))
    assert close(customer) == close(customer, "another key") == done
    (guard,) = closing.guards(customer.ledger, customer.id)
    assert guard == Guard(
        "already_closed", {"closed_at": done.closed_at.isoformat(), "receipt": done.receipt}
    )


def test_the_customers_other_senders_hear_of_it(customer: Customer) -> None:
    for sender in ("web-c-1", "wxkf-1"):
        links.link(customer.ledger, sender, customer.id)
    done = closing.close(customer.ledger, customer.id, key="close", asked_by="web-c-1")
    told = [(item.sender, item.kind, item.ref) for item in outbox.claim(customer.ledger, 100, 3600)]
    assert told == [("wxkf-1", "close_result", done.receipt)]


def test_no_day_passes_over_a_closed_account(customer: Customer) -> None:
    close(customer)
    customer.at("2026-12-20")
    with customer.ledger.read() as conn:
        (before,) = conn.execute(sa.select(t.accounts)).all()
    days.bring_up(customer.ledger, before.id)
    with customer.ledger.read() as conn:
        assert conn.execute(sa.select(t.accounts)).all() == [before]


def test_what_keeps_an_account_back_is_raised(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **__: Any) -> int:
        raise ArithmeticError

    monkeypatch.setattr(days, "_bring_forward", fails)
    with pytest.raises(ArithmeticError):
        days.bring_up(customer.ledger, 1)


def hold(customer: Customer) -> None:
    customer.hold(5_000)


def refund_under_way(customer: Customer) -> None:
    order_no = customer.buy(5_000)
    customer.repay(5_000)
    refunds.request(customer.ledger, order_no=order_no, amount_fen=5_000, key="refund")


def credit(customer: Customer) -> None:
    customer.buy(5_000)
    customer.repay(6_000)


def unknown_charge(customer: Customer) -> None:
    customer.buy(5_000)
    gateway = customer.ledger.gateway
    assert isinstance(gateway, SimulatedGateway)
    gateway.set_mode("hold", customer.id)
    customer.repay(5_000)


def frozen(kind: Any) -> Callable[[Customer], None]:
    return lambda customer: (freezes.place(customer.ledger, customer.id, kind, {"x": 1}, key="f"), None)[1]


@pytest.mark.parametrize(
    ("prepare", "expected"),
    [
        (hold, ["hold_open"]),
        (refund_under_way, ["refund_open"]),
        (credit, ["owed_to_customer"]),
        (unknown_charge, ["charge_open", "owed_by_customer"]),
        (lambda customer: customer.buy(5_000), ["owed_by_customer"]),
        (lambda customer: customer.buy(5_000, periods=3), ["owed_by_customer"]),
        (frozen("fraud"), ["fraud_freeze"]),
        (frozen("dispute"), ["dispute_freeze"]),
    ],
)
def test_every_guard_refuses_by_its_id(
    customer: Customer, prepare: Callable[[Customer], Any], expected: list[str]
) -> None:
    prepare(customer)
    assert guard_ids(customer) == expected
    with pytest.raises(GuardRefused) as refused:
        close(customer)
    assert [guard.id for guard in refused.value.guards] == expected
    assert customer.facts.state == "ACTIVE"


@pytest.mark.parametrize("kind", ["risk", "bureau", "customer"])
def test_other_freezes_do_not_forbid_closing_and_end_with_it(customer: Customer, kind: Any) -> None:
    freezes.place(customer.ledger, customer.id, kind, {"x": 1}, key="f")
    assert guard_ids(customer) == []
    close(customer)
    assert customer.facts.freezes == ()
    with pytest.raises(AccountClosed):
        freezes.place(customer.ledger, customer.id, kind, {"x": 1}, key="g")


def test_a_late_customer_settles_and_closes(customer: Customer) -> None:
    customer.buy(100_000)
    customer.at("2026-12-30")
    penalties.run(customer.ledger)
    assert guard_ids(customer) == ["owed_by_customer"]
    done = customer.confirm(customer.quote(close_after=True))
    assert done.close_receipt
    assert customer.facts.state == "CLOSED"
    assert_books_hold(customer.ledger)


def test_a_guard_says_what_is_in_the_way(customer: Customer) -> None:
    refund_under_way(customer)
    hold(customer)
    held, refund = closing.guards(customer.ledger, customer.id)
    assert (held.details["amount_fen"], held.details["merchant"]) == (5_000, "shop")
    assert refund.details["amount_fen"] == 5_000
    assert refund.details["requested_at"] == "2026-10-05T10:00:00+08:00"


def test_a_guard_that_is_gone_lets_it_close(customer: Customer) -> None:
    credit(customer)
    payouts.send_due(customer.ledger)
    order_no = customer.hold(100)
    purchases.release(customer.ledger, order_no, "release")
    close(customer)
    with customer.ledger.read() as conn:
        assert set(journals.balances(conn, customer.facts.account_id).values()) == {0}
    assert_books_hold(customer.ledger)


def test_after_closing_nothing_is_billed(customer: Customer) -> None:
    customer.buy(5_000)
    customer.confirm(customer.quote(close_after=True))
    customer.at("2027-01-03")
    assert penalties.run(customer.ledger) == 0
    with customer.ledger.read() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(t.bills)) == 0


def test_a_refund_after_closing_goes_back_to_the_customer(customer: Customer) -> None:
    order_no = customer.buy(5_000)
    customer.confirm(customer.quote(close_after=True))
    refunds.request(customer.ledger, order_no=order_no, amount_fen=5_000, key="ask")
    refunds.complete(customer.ledger, order_no=order_no, key="done")
    assert (customer.facts.state, customer.facts.credit_fen) == ("CLOSED", 5_000)
    assert payouts.send_due(customer.ledger) == 1
    assert customer.facts.credit_fen == 0
    assert_books_hold(customer.ledger)


def test_nobody_closes_an_unknown_account(ledger: Ledger) -> None:
    with pytest.raises(UnknownCustomer):
        closing.guards(ledger, "nobody")
    with pytest.raises(UnknownCustomer):
        closing.close(ledger, "nobody", key="k")

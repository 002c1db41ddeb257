"""A charge whose outcome is not known at first: late, repeated and contradicting words of the gateway."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ledger import charges, closing, payouts, refunds, settlement, tickets, work_items
from ledger import tables as t
from ledger.clock import FixedClock
from ledger.database import Ledger
from ledger.errors import (
    SettlementUnderWay,
)
from ledger.gateway.interface import ChargeAnswer
from ledger.gateway.simulated import SimulatedGateway
from ledger.model import Quote, Settlement
from tests.ledger.customer import Customer, assert_books_hold, resolve, told

VECTORS: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("vectors.json").read_text(encoding="utf-8")
)["gateway_unknown_outcome"]


@pytest.fixture
def customer(ledger: Ledger) -> Customer:
    """Owes 1,000.00."""
    owing = Customer(ledger)
    owing.buy(100_000)
    return owing


@pytest.fixture
def unknown(customer: Customer, gateway: SimulatedGateway) -> Settlement:
    """A settlement of 1,000.00 whose outcome is not known."""
    gateway.set_mode("hold", customer.id)
    sent = customer.confirm(customer.quote())
    assert sent.state == "UNKNOWN"
    return sent


def lines_of(quote: Quote) -> list[tuple[str, int]]:
    return [(line.kind, line.amount_fen) for line in quote.lines]


def test_not_known_blocks_another_payment_and_new_use(customer: Customer, unknown: Settlement) -> None:
    facts = customer.facts
    assert facts.open_charge is not None
    assert (facts.open_charge.number, facts.open_charge.state) == ("S1-1", "UNKNOWN")
    for another in (customer.quote, lambda: customer.repay(1), lambda: customer.buy(1)):
        with pytest.raises(SettlementUnderWay) as open_:
            another()
        assert open_.value.charge.number == "S1-1"
    assert [guard.id for guard in closing.guards(customer.ledger, customer.id)] == [
        "charge_open",
        "owed_by_customer",
    ]


class Killed(BaseException):
    """Whoever was at it is gone, and handles nothing any more."""


def dies(*_: Any) -> Any:
    raise Killed


@pytest.mark.parametrize("when", ["before it was sent", "waiting for the answer"])
@pytest.mark.parametrize("anew", ["confirmed", "looked up"])
@pytest.mark.parametrize("word", ["SUCCEEDED", "DECLINED"])
def test_who_asks_again_after_the_first_call_died_is_told_the_outcome(
    customer: Customer, monkeypatch: pytest.MonkeyPatch, when: str, anew: str, word: str
) -> None:
    ledger, quote = customer.ledger, customer.quote()
    asked: dict[str, Any] = {
        "quote_id": quote.quote_id,
        "amount_fen": 100_000,
        "key": "press",
        "asked_by": "web-c-1",
    }
    with monkeypatch.context() as dying, pytest.raises(Killed):
        if when == "before it was sent":
            dying.setattr(charges, "send", dies)
        else:
            dying.setattr(SimulatedGateway, "charge", dies)
        settlement.confirm(ledger, customer.id, **asked)
    if anew == "confirmed" and when != "before it was sent":
        again: Settlement | None = settlement.confirm(ledger, customer.id, **asked)
    else:
        again = settlement.asked_again(ledger, customer.id, quote.quote_id, "web-c-1")
    assert again is not None and again.state == "UNKNOWN"
    resolve(ledger, "S1-1", word, reason="" if word == "SUCCEEDED" else "insufficient_funds")
    assert ("settlement_result", "S1") in told(ledger)
    assert_books_hold(ledger)


def test_who_did_not_confirm_it_takes_nobodys_answer_away(
    customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    quote = customer.quote()
    with monkeypatch.context() as waiting, pytest.raises(Killed):
        waiting.setattr(SimulatedGateway, "charge", dies)
        settlement.confirm(
            customer.ledger,
            customer.id,
            quote_id=quote.quote_id,
            amount_fen=100_000,
            key="k",
            asked_by="web-c-1",
        )
    found = settlement.asked_again(customer.ledger, customer.id, quote.quote_id, "wxkf-1")
    assert found is not None and found.state == "SENT"
    assert settlement.asked_again(customer.ledger, customer.id, "another", "web-c-1") is None


def test_one_that_was_never_sent_is_told_when_it_has_failed(customer: Customer, clock: FixedClock) -> None:
    quote = customer.quote()
    settlement._create(customer.ledger, customer.id, quote.quote_id, 100_000, "k", "web-c-1")
    clock.advance(timedelta(seconds=30))
    resolve(customer.ledger, "S1-1", "CANCELLED")
    assert told(customer.ledger) == [("settlement_result", "S1")]


@pytest.mark.parametrize("word", ["SUCCEEDED", "CHARGED_BACK"])
def test_known_later_is_settled_and_told(customer: Customer, unknown: Settlement, word: str) -> None:
    done = resolve(customer.ledger, "S1-1", word)
    assert (done.number, done.state) == ("S1", "SETTLED")
    assert told(customer.ledger)[0] == ("settlement_result", "S1")
    assert customer.facts.limit.used_fen == 0
    assert_books_hold(customer.ledger)


def test_known_later_to_have_failed_is_told_too(customer: Customer, unknown: Settlement) -> None:
    failed = resolve(customer.ledger, "S1-1", "DECLINED", reason="insufficient_funds")
    assert (failed.state, failed.reason) == ("FAILED", "insufficient_funds")
    assert told(customer.ledger) == [("settlement_result", "S1")]
    customer.buy(1)
    assert customer.facts.debts.unbilled_fen == 100_001
    assert_books_hold(customer.ledger)


def test_the_same_word_again_is_nothing_new(customer: Customer, unknown: Settlement) -> None:
    first = resolve(customer.ledger, "S1-1", "SUCCEEDED")
    facts = customer.facts
    for state in ("SUCCEEDED", "DECLINED", "NOT_FOUND", "PROCESSING", "CANCELLED", "CANCEL_REFUSED"):
        assert resolve(customer.ledger, "S1-1", state) == first
    assert customer.facts == facts
    assert told(customer.ledger) == [("settlement_result", "S1")]
    assert_books_hold(customer.ledger)


def test_not_found_is_not_failure_before_the_expiry(
    customer: Customer, unknown: Settlement, clock: FixedClock
) -> None:
    """Only what a cancel answers, or the expiry that the gateway enforces, ends it."""
    assert any("NEW out_trade_no after cancel" in str(vector.get("retry")) for vector in VECTORS)
    for state in ("NOT_FOUND", "PROCESSING", "CANCEL_REFUSED"):
        assert resolve(customer.ledger, "S1-1", state).state == "UNKNOWN"
    clock.advance(timedelta(minutes=customer.ledger.terms.charge_expires_minutes))
    assert resolve(customer.ledger, "S1-1", "NOT_FOUND").state == "UNKNOWN"  # clocks differ a little
    clock.advance(timedelta(minutes=1))
    failed = resolve(customer.ledger, "S1-1", "NOT_FOUND")
    assert (failed.state, failed.reason) == ("FAILED", "expired")


def test_a_cancel_that_was_accepted_ends_it(customer: Customer, unknown: Settlement) -> None:
    failed = resolve(customer.ledger, "S1-1", "CANCELLED")
    assert (failed.state, failed.reason) == ("FAILED", "cancelled")


def test_a_success_after_failure_is_owed_back_and_sent_back(
    customer: Customer, unknown: Settlement, gateway: SimulatedGateway
) -> None:
    """Public rule: a payment completed before or after its cancellation is refunded in full to the buyer."""
    assert any("refunded in full" in str(vector.get("rule")) for vector in VECTORS)
    resolve(customer.ledger, "S1-1", "CANCELLED")
    told(customer.ledger)
    gateway.set_mode("succeed", customer.id)  # and the money is taken after all
    late = resolve(customer.ledger, "S1-1", "SUCCEEDED")
    assert late.state == "FAILED"
    facts = customer.facts
    assert (facts.debts.total_fen, facts.credit_fen) == (100_000, 100_000)
    assert told(customer.ledger) == [("late_success", "S1-1")]
    resolve(customer.ledger, "S1-1", "SUCCEEDED")
    assert customer.facts.credit_fen == 100_000
    assert "owed_to_customer" in [guard.id for guard in closing.guards(customer.ledger, customer.id)]
    assert payouts.send_due(customer.ledger) == 1
    assert customer.facts.credit_fen == 0
    assert told(customer.ledger) == [("payout_done", "P1")]
    assert customer.confirm(customer.quote()).state == "SETTLED"
    assert_books_hold(customer.ledger)


def test_a_refund_told_twice_is_booked_once(customer: Customer, unknown: Settlement) -> None:
    resolve(customer.ledger, "S1-1", "CANCELLED")
    resolve(customer.ledger, "S1-1", "SUCCEEDED")
    for number in ("P1", "P1", "P9", "", "x"):
        resolve(customer.ledger, "S1-1", "REFUNDED", refund_number=number)
    assert customer.facts.credit_fen == 0
    assert_books_hold(customer.ledger)


def test_a_refund_the_gateway_refuses_stays_owed(customer: Customer, unknown: Settlement) -> None:
    """The simulated gateway holds the charge: it has taken nothing that it could send back."""
    resolve(customer.ledger, "S1-1", "CANCELLED")
    resolve(customer.ledger, "S1-1", "SUCCEEDED")
    assert payouts.send_due(customer.ledger) == 0
    assert customer.facts.credit_fen == 100_000
    with customer.ledger.read() as conn:
        assert conn.execute(sa.select(t.payouts.c.state, t.payouts.c.reason)).one() == (
            "REFUSED",
            "not_charged",
        )
    assert_books_hold(customer.ledger)


def test_a_charge_back_is_owed_again_with_a_ticket(customer: Customer) -> None:
    customer.confirm(customer.quote(close_after=True))
    assert customer.facts.state == "CLOSED"
    for _ in range(2):
        resolve(customer.ledger, "S1-1", "CHARGED_BACK")
    facts = customer.facts
    assert (facts.state, facts.debts.total_fen) == ("CLOSED", 100_000)
    assert told(customer.ledger) == [("chargeback", "S1-1")]
    (ticket,) = tickets.list_tickets(customer.ledger)
    assert (ticket.kind, ticket.customer_id, ticket.packet["charge"]) == ("chargeback", customer.id, "S1-1")
    assert_books_hold(customer.ledger)


def test_what_was_charged_back_is_not_sent_back_too(ledger: Ledger) -> None:
    """Three payments of 600.00, the second charged back and owed again: a refund goes back by the others."""
    customer = Customer(ledger)
    order_no = customer.buy(120_000)
    customer.repay(60_000)
    customer.repay(60_000)
    settlement.resolve(ledger, "R1-2", ChargeAnswer("R1-2", "CHARGED_BACK", amount_fen=60_000))
    assert lines_of(customer.quote()) == [("chargeback", 60_000)]
    customer.repay(60_000)
    refunds.request(ledger, order_no=order_no, amount_fen=100_000, key="ask")
    refunds.complete(ledger, order_no=order_no, key="done")
    p = t.payouts.c
    with ledger.read() as conn:
        rows = conn.execute(sa.select(p.charge_number, p.amount_fen).order_by(p.id)).all()
    assert [tuple(row) for row in rows] == [("R1-3", 60_000), ("R1-1", 40_000)]
    assert payouts.send_due(ledger) == 2
    assert customer.facts.credit_fen == 0
    assert_books_hold(ledger)


def test_another_amount_than_asked_is_left_to_a_person(customer: Customer, unknown: Settlement) -> None:
    assert resolve(customer.ledger, "S1-1", "SUCCEEDED", amount_fen=99_999).state == "UNKNOWN"
    charge = customer.facts.open_charge
    assert charge is not None and charge.reason == "amount_differs"
    (item,) = work_items.list_items(customer.ledger)
    assert (item.kind, item.key, item.details["told_fen"]) == ("amount_differs", "S1-1", 99_999)
    assert customer.facts.debts.total_fen == 100_000
    assert_books_hold(customer.ledger)


def test_a_refund_while_settling_is_not_known_leaves_the_quoted_fee_settled(
    customer: Customer, gateway: SimulatedGateway
) -> None:
    """3,000.00 over 6: the next fee and the settlement charge were quoted, so they are paid."""
    order_no = customer.buy(300_000, periods=6)
    gateway.set_mode("hold", customer.id)
    quote = customer.quote()
    assert customer.confirm(quote).state == "UNKNOWN"
    refunds.request(customer.ledger, order_no=order_no, amount_fen=300_000, key="ask")
    refunds.complete(customer.ledger, order_no=order_no, key="done")
    resolve(customer.ledger, "S1-1", "SUCCEEDED", amount_fen=quote.total_fen)
    f = t.plan_fees.c
    with customer.ledger.read() as conn:
        states = list(conn.scalars(sa.select(f.state).order_by(f.period_no)))
    assert states == ["SETTLED"] + ["DROPPED"] * 5
    assert (customer.facts.debts.total_fen, customer.facts.credit_fen) == (0, 300_000)
    assert_books_hold(customer.ledger)

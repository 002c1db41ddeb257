"""Settling exactly once: one charge for one quote, whatever fails, and whoever clicks at the same time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from ledger import charges, links, outbox, settlement
from ledger import tables as t
from ledger.clock import FixedClock
from ledger.database import Ledger
from ledger.errors import (
    IdempotencyConflict,
    UnknownCharge,
    UnknownQuote,
)
from ledger.gateway.interface import ChargeAnswer
from ledger.gateway.simulated import SimulatedGateway
from tests.ledger.customer import Customer, assert_books_hold, resolve, told


@pytest.fixture
def customer(ledger: Ledger) -> Customer:
    """Owes 1,000.00."""
    owing = Customer(ledger)
    owing.buy(100_000)
    return owing


def test_settled_with_a_receipt_and_the_account_stays_open(customer: Customer) -> None:
    quote = customer.quote()
    done = customer.confirm(quote)
    assert (done.number, done.state, done.amount_fen) == ("S1", "SETTLED", 100_000)
    assert (done.receipt, done.close_receipt) == ("JQ20261103-0001", "")
    facts = customer.facts
    assert (facts.state, facts.debts.total_fen, facts.limit.available_fen) == ("ACTIVE", 0, 2_000_000)
    assert (facts.last_settlement, facts.open_charge) == (done, None)
    assert settlement.for_quote(customer.ledger, customer.id, quote.quote_id) == done
    assert settlement.for_quote(customer.ledger, "c-2", quote.quote_id) is None
    assert told(customer.ledger) == []  # the customer hears it in the answer
    customer.buy(500)
    assert_books_hold(customer.ledger)


def test_the_journal_recognises_the_fees_then_pays(ledger: Ledger) -> None:
    customer = Customer(ledger)
    customer.buy(600_000, periods=6)
    assert customer.confirm(customer.quote()).state == "SETTLED"
    with ledger.read() as conn:
        j, p = t.journals.c, t.postings.c
        rows = sa.select(p.book, p.amount_fen).join_from(t.postings, t.journals)
        lines = conn.execute(rows.where(j.kind == "settlement").order_by(p.line_no)).all()
    assert [tuple(line) for line in lines] == [
        ("receivable.fee", 9_000),
        ("income.fee", -9_000),
        ("gateway.clearing", 609_000),
        ("receivable.plan", -600_000),
        ("receivable.fee", -9_000),
    ]


def test_a_decline_moves_nothing_and_another_try_is_a_new_quote(
    customer: Customer, gateway: SimulatedGateway
) -> None:
    gateway.set_mode("decline")
    quote = customer.quote(close_after=True)
    failed = customer.confirm(quote)
    assert (failed.state, failed.reason) == ("FAILED", "insufficient_funds")
    facts = customer.facts
    assert (facts.state, facts.debts.total_fen, facts.open_charge) == ("ACTIVE", 100_000, None)
    gateway.set_mode("succeed")
    assert customer.confirm(quote) == failed  # the same click again is the same settlement
    done = customer.confirm(customer.quote(close_after=True))
    assert (done.number, done.state) == ("S2", "SETTLED")
    assert customer.facts.state == "CLOSED"
    assert told(customer.ledger) == []
    assert_books_hold(customer.ledger)


def test_sent_is_committed_before_the_gateway_is_called(
    customer: Customer, gateway: SimulatedGateway
) -> None:
    seen: list[tuple[str, str]] = []

    class Watching(SimulatedGateway):
        def __init__(self) -> None:
            """Uses the fixture's file."""

        def charge(self, number: str, *rest: Any) -> ChargeAnswer:
            with customer.ledger.read() as conn:
                charge = conn.execute(sa.select(t.charges.c.state).where(t.charges.c.number == number))
                seen.append((number, charge.scalar_one()))
            return gateway.charge(number, *rest)

    watched = replace(customer.ledger, gateway=Watching())
    quote = customer.quote()
    settlement.confirm(watched, customer.id, quote_id=quote.quote_id, amount_fen=quote.total_fen, key="k")
    assert seen == [("S1-1", "SENT")]


@pytest.mark.parametrize("error", [ConnectionError("gone"), RuntimeError("500")])
def test_a_call_that_fails_is_not_a_payment_that_failed(customer: Customer, error: Exception) -> None:
    class Broken(SimulatedGateway):
        def __init__(self) -> None:
            """Has no file: every call fails."""

        def charge(self, *_: Any) -> ChargeAnswer:
            raise error

    broken = replace(customer.ledger, gateway=Broken())
    quote = customer.quote()
    sent = settlement.confirm(
        broken, customer.id, quote_id=quote.quote_id, amount_fen=quote.total_fen, key="k"
    )
    assert sent.state == "UNKNOWN"
    assert customer.facts.debts.total_fen == 100_000


def test_nobody_elses_charge(ledger: Ledger) -> None:
    with pytest.raises(UnknownCharge):
        resolve(ledger, "S9-1", "SUCCEEDED")


def test_the_same_key_for_another_quote_is_a_conflict(customer: Customer) -> None:
    customer.confirm(customer.quote(), key="once")
    customer.buy(500)
    with pytest.raises(IdempotencyConflict):
        customer.confirm(customer.quote(), key="once")
    assert customer.facts.debts.total_fen == 500


def test_a_crash_before_sending_is_finished_by_the_next_click(customer: Customer) -> None:
    """CREATED is committed, then the process dies. The same quote again sends that charge, not another."""
    quote = customer.quote()
    number = settlement._create(customer.ledger, customer.id, quote.quote_id, quote.total_fen, "k")
    assert customer.facts.open_charge is not None and customer.facts.open_charge.state == "CREATED"
    done = customer.confirm(quote)
    assert (done.number, done.state) == ("S1", "SETTLED")
    assert charges.send(customer.ledger, number) is None
    assert_books_hold(customer.ledger)


def test_a_crash_after_sending_is_told_when_known(customer: Customer, clock: FixedClock) -> None:
    quote = customer.quote()
    number = settlement._create(customer.ledger, customer.id, quote.quote_id, quote.total_fen, "k")
    answer = charges.send(customer.ledger, number)
    assert answer is not None and answer.state == "SUCCEEDED"  # and the process dies here
    assert customer.confirm(quote).state == "SENT"  # another click neither sends nor guesses
    clock.advance(timedelta(seconds=30))
    assert resolve(customer.ledger, number, "SUCCEEDED").state == "SETTLED"
    assert told(customer.ledger) == [("settlement_result", "S1")]
    assert_books_hold(customer.ledger)


def test_only_linked_senders_are_told(ledger: Ledger, gateway: SimulatedGateway) -> None:
    customer = Customer(ledger)
    links.link(ledger, "wxkf-1", customer.id)
    customer.buy(100_000)
    gateway.set_mode("hold", customer.id)
    customer.confirm(customer.quote())
    resolve(ledger, "S1-1", "SUCCEEDED")
    senders = {item.sender for item in outbox.claim(ledger, 10, 60)}
    assert senders == {"web-c-1", "wxkf-1"}


def test_an_unknown_quote_leaves_no_trace(customer: Customer) -> None:
    with pytest.raises(UnknownQuote):
        settlement.confirm(customer.ledger, customer.id, quote_id="q", amount_fen=1, key="k")
    assert customer.facts.last_settlement is None


def test_the_gateway_is_asked_with_an_expiry_it_can_enforce(
    customer: Customer, gateway: SimulatedGateway, clock: FixedClock
) -> None:
    """Sent too late, the gateway takes no money, and says why."""
    quote = customer.quote()
    settlement._create(customer.ledger, customer.id, quote.quote_id, quote.total_fen, "k")
    clock.advance(timedelta(minutes=31))
    failed = customer.confirm(quote)
    assert (failed.state, failed.reason) == ("FAILED", "expired")
    assert isinstance(failed.created_at, datetime)
    assert_books_hold(customer.ledger)


def test_the_same_key_answers_as_before_when_the_quote_is_long_over(ledger: Ledger) -> None:
    customer = Customer(ledger)
    customer.buy(100_000)
    quote = customer.quote()
    settled = customer.confirm(quote, key="k")
    customer.at("2027-02-03").buy(500)
    assert customer.confirm(quote, key="k") == settled
    with pytest.raises(IdempotencyConflict):
        customer.confirm(quote, key="k", amount_fen=100_001)
    assert [(each.number, each.amount_fen) for each in customer.facts.repayments] == [("S1-1", 100_000)]
    assert_books_hold(ledger)

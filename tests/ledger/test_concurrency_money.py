"""Real threads that settle, repay, close and refund at once: money is taken once, and for what was owed."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from ledger import (
    closing,
    payouts,
    reconciler,
    refunds,
    repayments,
    settlement,
)
from ledger import tables as t
from ledger.clock import FixedClock
from ledger.database import Ledger
from ledger.gateway.interface import ChargeAnswer
from ledger.gateway.simulated import SimulatedGateway
from tests.ledger.crowd import (
    BOUGHT,
    OWED_FEN,
    THREADS,
    ask_refund,
    at_once,
    buy,
    crowd,
    owing,
)
from tests.ledger.customer import Customer, assert_books_hold


@pytest.fixture
def customer(ledger: Ledger) -> Customer:
    return owing(ledger)


def taken_fen(ledger: Ledger) -> int:
    """What the gateway took and did not send back, by the ledger's own books."""
    p = t.postings.c
    taken = sa.select(sa.func.coalesce(sa.func.sum(p.amount_fen), 0)).where(p.book == "gateway.clearing")
    with ledger.read() as conn:
        return int(conn.execute(taken).scalar_one())


def settle(customer: Customer, quote_id: str, amount_fen: int, key: str) -> str:
    """The settlement's number and state."""
    done = settlement.confirm(customer.ledger, customer.id, quote_id=quote_id, amount_fen=amount_fen, key=key)
    return f"{done.number} {done.state}"


def test_one_quote_confirmed_eight_times_is_one_charge(customer: Customer, gateway: SimulatedGateway) -> None:
    quote = customer.quote()
    outcomes = crowd(partial(settle, customer, quote.quote_id, quote.total_fen))
    assert {outcome.split()[0] for outcome in outcomes} == {"S1"} and "S1 SETTLED" in outcomes
    assert (gateway.query("S1-1").amount_fen, gateway.query("S2-1").state) == (OWED_FEN, "NOT_FOUND")
    assert (taken_fen(customer.ledger), customer.facts.debts.total_fen) == (OWED_FEN, 0)
    assert_books_hold(customer.ledger)


def test_eight_quotes_and_confirms_of_their_own_settle_once(customer: Customer) -> None:
    def quote_and_settle(key: str) -> str:
        quote = customer.quote()
        return settle(customer, quote.quote_id, quote.total_fen, key)

    outcomes = crowd(quote_and_settle)
    assert "S1 SETTLED" in outcomes
    allowed = {"S1 SETTLED", "S1 CREATED", "S1 SENT", "settlement_under_way", "nothing_owed"}
    assert set(outcomes) <= allowed
    assert (taken_fen(customer.ledger), customer.facts.debts.total_fen) == (OWED_FEN, 0)
    assert_books_hold(customer.ledger)


@pytest.mark.parametrize("close_after", [False, True])
def test_settle_against_purchase(customer: Customer, close_after: bool) -> None:
    """A purchase that is in time changes the quote, so that nothing is charged; else it is refused or new."""
    quote = customer.quote(close_after=close_after)
    buyers = [partial(buy, customer, 3_000, f"A{number}") for number in range(4)]
    clicks = [partial(settle, customer, quote.quote_id, quote.total_fen, f"k{number}") for number in range(4)]
    outcomes = at_once([act for pair in zip(buyers, clicks, strict=True) for act in pair])
    bought, settled = outcomes[0::2].count("bought"), [each for each in outcomes if each == "S1 SETTLED"]
    taken = taken_fen(customer.ledger)
    assert taken == (OWED_FEN if settled else 0)
    facts = customer.facts
    assert facts.debts.total_fen + taken == OWED_FEN + bought * 3_000
    assert facts.state == ("CLOSED" if settled and close_after else "ACTIVE")
    if settled:
        assert not (close_after and bought)
        refused = {"bought", "settlement_under_way", "purchase_refused", "account_closed"}
        assert set(outcomes[0::2]) <= refused
    else:  # a hold that is not captured yet keeps the account from closing, before the quote is compared
        assert set(outcomes[1::2]) <= {"quote_changed", *(["guard_refused"] if close_after else [])}
        assert bought == 4
    assert_books_hold(customer.ledger)


def test_settle_against_repay(customer: Customer) -> None:
    quote = customer.quote()

    def repay(key: str) -> str:
        return repayments.repay(customer.ledger, customer.id, amount_fen=40_000, key=key).state

    clicks = [partial(settle, customer, quote.quote_id, quote.total_fen, f"s{n}") for n in range(4)]
    outcomes = at_once([*clicks, *[partial(repay, f"r{n}") for n in range(4)]])
    taken, facts = taken_fen(customer.ledger), customer.facts
    assert facts.debts.total_fen + taken - facts.credit_fen == OWED_FEN
    settled, repaid = outcomes.count("S1 SETTLED") > 0, outcomes.count("SUCCEEDED")
    assert settled != (repaid > 0), outcomes  # whichever comes first makes the other one's figure wrong
    assert taken == (OWED_FEN if settled else repaid * 40_000)
    assert_books_hold(customer.ledger)


def test_eight_repayments_never_share_a_charge(customer: Customer) -> None:
    def repay(key: str) -> str:
        done = repayments.repay(customer.ledger, customer.id, amount_fen=OWED_FEN // 4, key=key)
        return f"{done.number} {done.state}"

    outcomes = crowd(repay)
    done = [outcome for outcome in outcomes if outcome.endswith(" SUCCEEDED")]
    assert len(set(done)) == len(done) and 1 <= len(done) <= 4
    assert set(outcomes) - set(done) <= {"settlement_under_way", "nothing_owed"}
    assert taken_fen(customer.ledger) == len(done) * OWED_FEN // 4
    assert customer.facts.debts.total_fen == OWED_FEN - taken_fen(customer.ledger)
    assert_books_hold(customer.ledger)


def test_close_against_purchase(customer: Customer) -> None:
    customer.repay(OWED_FEN)

    def close(key: str) -> str:
        return closing.close(customer.ledger, customer.id, key=key).receipt[:2]

    buyers = [partial(buy, customer, 3_000, f"A{number}") for number in range(4)]
    outcomes = at_once([*buyers, *[partial(close, f"k{number}") for number in range(4)]])
    bought, closed = outcomes.count("bought"), outcomes.count("GB")
    assert (bought, closed) in ((4, 0), (0, 4)), outcomes
    assert customer.facts.debts.total_fen == bought * 3_000
    assert customer.facts.state == ("CLOSED" if closed else "ACTIVE")
    assert_books_hold(customer.ledger)


def test_refund_against_settle(customer: Customer) -> None:
    """Whatever comes first: what was paid twice is owed back, to the fen."""
    ask_refund(customer, "ask")
    quote = customer.quote()
    refund = partial(refunds.complete, customer.ledger, order_no=BOUGHT, key="refund")
    outcomes = at_once(
        [refund, *[partial(settle, customer, quote.quote_id, OWED_FEN, f"k{n}") for n in range(7)]]
    )
    facts, taken = customer.facts, taken_fen(customer.ledger)
    assert (outcomes[0], facts.debts.total_fen) == (1, 0)
    assert taken == facts.credit_fen == (OWED_FEN if "S1 SETTLED" in outcomes else 0)
    payouts.send_due(customer.ledger)
    assert (taken_fen(customer.ledger), customer.facts.credit_fen) == (0, 0)
    assert_books_hold(customer.ledger)


def test_eight_words_of_the_gateway_at_once_are_booked_once(
    customer: Customer, gateway: SimulatedGateway
) -> None:
    gateway.set_mode("timeout")
    assert customer.confirm(customer.quote()).state == "UNKNOWN"
    answer = ChargeAnswer("S1-1", "SUCCEEDED", "GC-S1-1", OWED_FEN)
    outcomes = crowd(lambda _: settlement.resolve(customer.ledger, "S1-1", answer).state)
    assert outcomes == ["SETTLED"] * THREADS
    assert taken_fen(customer.ledger) == OWED_FEN
    assert_books_hold(customer.ledger)


def test_eight_reconcilers_send_money_back_once(
    customer: Customer, gateway: SimulatedGateway, clock: FixedClock
) -> None:
    """The answer was lost, the cancel was accepted, and then the money came after all."""
    gateway.set_mode("late")
    assert customer.confirm(customer.quote()).state == "UNKNOWN"
    for _ in range(3):
        clock.advance(timedelta(seconds=10))
        crowd(lambda _: reconciler.run_once(customer.ledger))
    facts = customer.facts
    assert (facts.debts.total_fen, facts.credit_fen, taken_fen(customer.ledger)) == (OWED_FEN, 0, 0)
    with customer.ledger.read() as conn:
        kinds = conn.scalars(sa.select(t.journals.c.kind).order_by(t.journals.c.id)).all()
    assert kinds.count("late_success") == kinds.count("payout") == 1
    assert_books_hold(customer.ledger)

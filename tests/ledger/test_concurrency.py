"""Real threads on a real database: exact counts of successes, never an overspend, and books that hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from ledger import (
    accounts,
    bills,
    closing,
    freezes,
    limits,
    links,
    payouts,
    penalties,
    plans,
    purchases,
    quotes,
    reconciler,
    refunds,
    repayments,
    settlement,
    tickets,
)
from ledger import tables as t
from ledger.clock import FixedClock
from ledger.database import Ledger
from ledger.gateway.interface import ChargeAnswer
from ledger.gateway.simulated import SimulatedGateway
from tests.ledger.crowd import THREADS, at_once, counted, crowd
from tests.ledger.customer import Customer, assert_books_hold

OWED_FEN = 100_000
BOUGHT = "c-1-1"  # the order that is owed for
HELD = "c-1-2"  # the one after it


@pytest.fixture
def customer(ledger: Ledger) -> Customer:
    """Owes 1,000 yuan for a purchase that is not on a bill yet."""
    owing = Customer(ledger)
    owing.buy(OWED_FEN)
    return owing


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


def buy(customer: Customer, amount_fen: int, key: str) -> str:
    order = {"merchant": "m", "item": "i", "amount_fen": amount_fen}
    purchases.buy(customer.ledger, customer.id, order_no=key, key=key, **order)
    return "bought"


def ask_refund(customer: Customer, key: str, fen: int = OWED_FEN) -> int:
    return refunds.request(customer.ledger, order_no=BOUGHT, amount_fen=fen, key=key)


def instal(customer: Customer, key: str) -> int:
    return plans.instal_bill(customer.ledger, customer.id, bill_id=1, periods=3, key=key)


def open_account(customer: Customer, key: str) -> int:
    given: dict[str, Any] = {"real_name_verified": True, "card_last4": "6688", "limit_fen": 100}
    return accounts.open_account(customer.ledger, "c-2", key=key, **given)


def take_ticket(customer: Customer, key: str) -> str:
    return tickets.take(customer.ledger, 1, key).taken_by


def file_ticket(customer: Customer) -> None:
    asked: dict[str, Any] = {"sender": "web-c-1", "customer_id": customer.id, "kind": "human", "packet": {}}
    tickets.open_ticket(customer.ledger, **asked, key="k")


@dataclass(frozen=True)
class Race:
    """All want the same thing, each under a key of its own: one gets it, the others hear this code."""

    act: Callable[[Customer, str], Any]
    others: str
    prepare: Callable[[Customer], object] = lambda customer: None


RACES = {
    "capture": Race(
        lambda c, key: purchases.capture(c.ledger, HELD, key), "wrong_state", lambda c: c.hold(5)
    ),
    "release": Race(
        lambda c, key: purchases.release(c.ledger, HELD, key), "wrong_state", lambda c: c.hold(5)
    ),
    "ask for a refund": Race(ask_refund, "wrong_state"),
    "complete a refund": Race(
        lambda c, key: refunds.complete(c.ledger, order_no=BOUGHT, key=key),
        "wrong_state",
        lambda c: ask_refund(c, "ask"),
    ),
    "make a bill a plan": Race(
        instal, "instalment_refused", lambda c: c.at("2026-12-02").close_month("2026-11")
    ),
    "open an account": Race(open_account, "account_exists"),
    "lift a freeze": Race(
        lambda c, key: freezes.lift(c.ledger, c.id, "risk", key=key),
        "wrong_state",
        lambda c: freezes.place(c.ledger, c.id, "risk", {}, key="place"),
    ),
    "cut the limit": Race(
        lambda c, key: limits.cut(c.ledger, c.id, new_fen=9, evidence={"why": "late"}, key=key), "bad_input"
    ),
    "take a ticket": Race(take_ticket, "ticket_refused", file_ticket),
}


@pytest.mark.parametrize("name", RACES)
def test_one_of_eight_gets_it(customer: Customer, name: str) -> None:
    race = RACES[name]
    race.prepare(customer)
    outcomes = crowd(partial(race.act, customer))
    assert outcomes.count(race.others) == THREADS - 1, outcomes
    assert_books_hold(customer.ledger)


SAME: dict[str, tuple[Callable[[Customer], object], Callable[[Customer, str], Any]]] = {
    "close": (lambda c: c.repay(OWED_FEN), lambda c, key: closing.close(c.ledger, c.id, key=key).receipt),
    "freeze": (lambda c: None, lambda c, key: freezes.place(c.ledger, c.id, "risk", {}, key=key)),
    "apply to unfreeze": (
        lambda c: freezes.place(c.ledger, c.id, "risk", {}, key="place"),
        lambda c, key: freezes.apply_unfreeze(c.ledger, c.id, key=key).number,
    ),
    "quote": (lambda c: None, lambda c, key: quotes.make(c.ledger, c.id, close_after=False).quote_id),
    "open a ticket": (lambda c: None, lambda c, key: file_ticket(c)),
    "link": (lambda c: None, lambda c, key: links.link(c.ledger, "web-x", c.id)),
}


@pytest.mark.parametrize("name", SAME)
def test_all_eight_get_the_same(customer: Customer, name: str) -> None:
    prepare, act = SAME[name]
    prepare(customer)
    outcomes = crowd(partial(act, customer))
    assert len(set(outcomes)) == 1, outcomes
    assert_books_hold(customer.ledger)


def test_one_limit_is_never_overspent(ledger: Ledger) -> None:
    customer = Customer(ledger, limit_fen=200_000)
    outcomes = at_once([partial(buy, customer, 30_000, f"A{number}") for number in range(2 * THREADS)])
    assert counted(outcomes) == {"bought": 6, "purchase_refused": 10}
    limit = customer.facts.limit
    assert (limit.used_fen, limit.held_fen, limit.available_fen) == (180_000, 0, 20_000)
    assert [refusal.available_fen for refusal in customer.facts.refusals] == [20_000] * 10
    assert_books_hold(ledger)


def test_a_limit_that_is_cut_meanwhile_is_never_overspent(ledger: Ledger) -> None:
    customer = Customer(ledger, limit_fen=200_000)
    cut = partial(limits.cut, ledger, customer.id, new_fen=60_000, evidence={"why": "late"}, key="cut")
    outcomes = at_once([*[partial(buy, customer, 30_000, f"A{n}") for n in range(7)], cut])
    bought = outcomes.count("bought")
    assert outcomes[-1] == 60_000 and 2 <= bought <= 6
    assert bought + outcomes.count("purchase_refused") == 7
    assert customer.facts.limit.used_fen == bought * 30_000
    # Whoever was refused had less than the price left, by the limit in force at that moment.
    assert all(refusal.available_fen < 30_000 for refusal in customer.facts.refusals)
    assert_books_hold(ledger)


def test_one_order_number_is_one_purchase_whoever_pays(ledger: Ledger) -> None:
    customers = [Customer(ledger, f"c-{number}") for number in range(THREADS)]
    outcomes = at_once([partial(buy, customer, 100, "A1") for customer in customers])
    assert counted(outcomes) == {"bought": 1, "wrong_state": THREADS - 1}
    assert_books_hold(ledger)


def test_capture_against_release(customer: Customer) -> None:
    customer.hold(5_000)
    both = (purchases.capture, purchases.release)
    outcomes = at_once([partial(both[n % 2], customer.ledger, HELD, f"k{n}") for n in range(THREADS)])
    assert outcomes.count("wrong_state") == THREADS - 1
    captured = outcomes[0::2].count("wrong_state") < THREADS // 2
    assert customer.facts.debts.total_fen == OWED_FEN + (5_000 if captured else 0)
    assert customer.facts.holds_fen == 0
    assert_books_hold(customer.ledger)


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


def test_eight_jobs_at_once_bill_and_accrue_once(ledger: Ledger) -> None:
    customers = [Customer(ledger, f"c-{number}") for number in range(4)]
    for customer in customers:
        customer.buy(OWED_FEN)
    customers[0].at("2026-12-10")
    month = partial(bills.close_month, ledger, "2026-11")
    changed = at_once([*[month] * 4, *[partial(penalties.run, ledger)] * 4])
    assert sum(changed) == len(customers)
    for customer in customers:
        # Four days late on 1,000 yuan at 0.05 % a day.
        assert (len(customer.facts.bills), customer.facts.debts.penalty_fen) == (1, 200)
    assert_books_hold(ledger)


def test_customers_do_not_stand_in_each_others_way(ledger: Ledger) -> None:
    customers = [Customer(ledger, f"c-{number}") for number in range(THREADS)]

    def life(customer: Customer) -> str:
        order_no = customer.buy(OWED_FEN, periods=3)
        refunds.request(ledger, order_no=order_no, amount_fen=10_000, key="ask")
        refunds.complete(ledger, order_no=order_no, key="refund")
        return customer.confirm(customer.quote(close_after=True)).close_receipt[:2]

    assert at_once([partial(life, customer) for customer in customers]) == ["GB"] * THREADS
    assert {customer.facts.state for customer in customers} == {"CLOSED"}
    assert_books_hold(ledger)

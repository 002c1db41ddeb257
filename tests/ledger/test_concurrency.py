"""Real threads on a real database: exact counts of successes, never an overspend, and books that hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from ledger import (
    accounts,
    bills,
    closing,
    freezes,
    limits,
    links,
    penalties,
    plans,
    purchases,
    quotes,
    refunds,
    tickets,
)
from ledger.database import Ledger
from tests.ledger.crowd import (
    BOUGHT,
    HELD,
    OWED_FEN,
    THREADS,
    ask_refund,
    at_once,
    buy,
    counted,
    crowd,
    owing,
)
from tests.ledger.customer import Customer, assert_books_hold


@pytest.fixture
def customer(ledger: Ledger) -> Customer:
    return owing(ledger)


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

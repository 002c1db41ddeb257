"""What each word of the gateway means for a charge: how much it pays, what is owed back, and who is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from ledger import charges, repayments, settlement, tickets, work_items
from ledger import tables as t
from ledger.clock import FixedClock
from ledger.database import Ledger
from ledger.gateway.interface import AnswerState, ChargeAnswer
from ledger.gateway.simulated import SimulatedGateway
from tests.ledger.customer import Customer, assert_books_hold, told
from tests.ledger.settling import FEN, Recording, created, row, say, two_settling


@pytest.fixture
def customer(ledger: Ledger, gateway: SimulatedGateway) -> Customer:
    return two_settling(ledger, gateway)


@pytest.mark.parametrize(("seconds", "tells"), [(0, False), (2, False), (3, True)])
@pytest.mark.parametrize("word", ["SUCCEEDED", "DECLINED"])
@pytest.mark.parametrize("kind", ["settlement_result", "repayment_result"])
def test_a_result_is_told_when_nobody_waits_for_the_call_any_more(
    customer: Customer, clock: FixedClock, seconds: int, tells: bool, word: AnswerState, kind: str
) -> None:
    """The caller hears it for as long as the call may last and two seconds more, the time-out included."""
    ref = number = "R2-1"
    if kind == "settlement_result":
        created(customer)
        ref, number = "S2", "S2-1"
        charges.send(customer.ledger, number)
    else:
        with pytest.raises(KeyboardInterrupt):
            hung = replace(customer.ledger, gateway=Recording(KeyboardInterrupt()))  # type: ignore[arg-type]
            repayments.repay(hung, customer.id, amount_fen=FEN, key="k")
    clock.advance(timedelta(seconds=customer.ledger.terms.charge_timeout_s + seconds))
    settlement.resolve(customer.ledger, number, ChargeAnswer(number, word, amount_fen=FEN))
    assert told(customer.ledger) == ([(kind, ref)] if tells else [])


@pytest.mark.parametrize(("minutes", "tells"), [(0, False), (5, True)])
def test_of_a_charge_that_was_never_sent_the_call_began_with_its_making(
    customer: Customer, clock: FixedClock, minutes: int, tells: bool
) -> None:
    created(customer)
    clock.advance(timedelta(minutes=minutes))
    say(customer, "SUCCEEDED")
    assert told(customer.ledger) == ([("settlement_result", "S2")] if tells else [])


@pytest.mark.parametrize(
    ("word", "fen", "state", "owed_fen"),
    [
        ("SUCCEEDED", FEN, "SUCCEEDED", 0),
        ("SUCCEEDED", FEN - 1, "UNKNOWN", FEN),
        ("SUCCEEDED", FEN + 1, "UNKNOWN", FEN),
        ("CHARGED_BACK", FEN + 1, "UNKNOWN", FEN),
        ("CHARGED_BACK", FEN, "SUCCEEDED", FEN),
        ("CHARGED_BACK", FEN - 1, "SUCCEEDED", FEN - 1),
        ("CHARGED_BACK", 1, "SUCCEEDED", 1),
        ("CHARGED_BACK", 0, "UNKNOWN", FEN),
    ],
)
def test_only_the_amount_asked_for_pays_and_a_part_of_it_may_be_taken_back(
    customer: Customer, word: AnswerState, fen: int, state: str, owed_fen: int
) -> None:
    created(customer)
    charges.send(customer.ledger, "S2-1")
    say(customer, word, fen, reference="GC-7")
    assert (row(customer, t.charges)["state"], customer.facts.debts.total_fen) == (state, owed_fen)
    found = [(item.kind, item.key, item.details) for item in work_items.list_items(customer.ledger)]
    details = {"asked_fen": FEN, "told_fen": fen, "reference": "GC-7"}
    assert found == ([("amount_differs", "S2-1", details)] if state == "UNKNOWN" else [])
    assert row(customer, t.charges)["reason"] == ("amount_differs" if state == "UNKNOWN" else "")
    assert_books_hold(customer.ledger)


@pytest.mark.parametrize(("fen", "came_fen"), [(0, FEN), (1, 1), (FEN, FEN), (FEN + 1, FEN)])
def test_late_money_and_what_is_taken_back_of_it_are_told_once_each(
    customer: Customer, fen: int, came_fen: int
) -> None:
    """An amount of 0, or above what was asked for, is the whole charge."""
    created(customer)
    say(customer, "CANCELLED")
    for _ in range(2):
        say(customer, "SUCCEEDED", fen)
    assert customer.facts.credit_fen == came_fen
    for _ in range(2):
        say(customer, "CHARGED_BACK", fen)
    assert told(customer.ledger) == [("late_success", "S2-1"), ("chargeback", "S2-1")]
    (ticket,) = tickets.list_tickets(customer.ledger)
    assert (ticket.kind, ticket.customer_id) == ("chargeback", "c-1")
    assert ticket.packet == {"charge": "S2-1", "amount_fen": came_fen}
    assert row(customer, t.charges)["state"] == "FAILED"
    assert_books_hold(customer.ledger)


def test_a_charge_back_first_means_that_all_had_come(customer: Customer) -> None:
    created(customer)
    say(customer, "CANCELLED")
    say(customer, "CHARGED_BACK", 300)
    with customer.ledger.read() as conn:
        j, p = t.journals.c, t.postings.c
        lines = sa.select(j.kind, p.amount_fen).join_from(t.postings, t.journals)
        booked = conn.execute(
            lines.where(p.book == "gateway.clearing", j.account_id == 2).order_by(j.id)
        ).all()
    assert [tuple(line) for line in booked] == [("late_success", FEN), ("chargeback", -300)]
    assert_books_hold(customer.ledger)


@pytest.mark.parametrize(("minutes", "state"), [(30, "UNKNOWN"), (31, "FAILED")])
def test_not_found_is_failure_a_minute_after_the_expiry(
    customer: Customer, clock: FixedClock, minutes: int, state: str
) -> None:
    created(customer)
    clock.advance(timedelta(minutes=minutes))
    say(customer, "NOT_FOUND", reason="gone")
    charge = row(customer, t.charges)
    assert (charge["state"], charge["reason"]) == (state, "expired" if state == "FAILED" else "gone")

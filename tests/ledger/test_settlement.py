"""Settling exactly once: declines, time-outs, late and repeated answers, crashes, two at a time."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ledger import charges, closing, links, outbox, payouts, plans, purchases, refunds, settlement, tickets
from ledger import tables as t
from ledger.clock import FixedClock
from ledger.database import Ledger
from ledger.errors import (
    IdempotencyConflict,
    PurchaseRefused,
    QuoteChanged,
    SettlementUnderWay,
    UnknownCharge,
    UnknownQuote,
    WrongState,
)
from ledger.gateway.interface import ChargeAnswer
from ledger.gateway.simulated import SimulatedGateway
from ledger.model import Quote, Settlement
from tests.ledger.customer import Customer, assert_books_hold

VECTORS: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("vectors.json").read_text(encoding="utf-8")
)["gateway_unknown_outcome"]


@pytest.fixture
def customer(ledger: Ledger) -> Customer:
    """Owes 1,000.00."""
    owing = Customer(ledger)
    owing.buy(100_000)
    return owing


def told(ledger: Ledger) -> list[tuple[str, str]]:
    return [(item.kind, item.ref) for item in outbox.claim(ledger, 100, 3600)]


def resolve(ledger: Ledger, number: str, state: Any, **more: Any) -> Settlement:
    answer = ChargeAnswer(number, state, reference=f"GC-{number}", **{"amount_fen": 100_000, **more})
    settled = settlement.resolve(ledger, number, answer)
    assert isinstance(settled, Settlement)
    return settled


@pytest.fixture
def unknown(customer: Customer, gateway: SimulatedGateway) -> Settlement:
    """A settlement of 1,000.00 whose outcome is not known."""
    gateway.set_mode("hold", customer.id)
    sent = customer.confirm(customer.quote())
    assert sent.state == "UNKNOWN"
    return sent


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


def test_what_was_charged_back_is_not_sent_back_too(customer: Customer) -> None:
    """The order is refunded after its payment was charged back: that charge has nothing left to refund."""
    order_no = customer.buy(20_000)
    customer.repay(120_000)
    answer = ChargeAnswer("R1-1", "CHARGED_BACK", amount_fen=120_000)
    settlement.resolve(customer.ledger, "R1-1", answer)
    assert customer.facts.debts.total_fen == 120_000
    refunds.request(customer.ledger, order_no=order_no, amount_fen=20_000, key="ask")
    refunds.complete(customer.ledger, order_no=order_no, key="done")
    facts = customer.facts
    assert (facts.debts.total_fen, facts.credit_fen) == (100_000, 0)
    assert payouts.send_due(customer.ledger) == 0
    assert lines_of(customer.quote()) == [("chargeback", 100_000)]
    assert customer.confirm(customer.quote()).state == "SETTLED"
    assert_books_hold(customer.ledger)


def lines_of(quote: Quote) -> list[tuple[str, int]]:
    return [(line.kind, line.amount_fen) for line in quote.lines]


def test_another_amount_than_asked_is_left_to_a_person(customer: Customer, unknown: Settlement) -> None:
    assert resolve(customer.ledger, "S1-1", "SUCCEEDED", amount_fen=99_999).state == "UNKNOWN"
    charge = customer.facts.open_charge
    assert charge is not None and charge.reason == "amount_differs"
    assert customer.facts.debts.total_fen == 100_000
    assert_books_hold(customer.ledger)


def test_nobody_elses_charge(ledger: Ledger) -> None:
    with pytest.raises(UnknownCharge):
        resolve(ledger, "S9-1", "SUCCEEDED")


def test_two_confirms_at_once_are_one_charge(customer: Customer, gateway: SimulatedGateway) -> None:
    quote = customer.quote()

    def click(number: int) -> Settlement:
        return customer.confirm(quote, key=f"click-{number % 4}")

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(click, range(8)))
    assert {answer.number for answer in answers} == {"S1"}
    assert "SETTLED" in {answer.state for answer in answers}
    with customer.ledger.read() as conn:
        assert conn.scalars(sa.select(t.charges.c.number)).all() == ["S1-1"]
    assert customer.facts.debts.total_fen == 0
    assert gateway.query("S1-1").amount_fen == 100_000
    assert gateway.query("S2-1").state == "NOT_FOUND"
    assert_books_hold(customer.ledger)


def test_a_confirm_against_a_purchase(customer: Customer) -> None:
    """The purchase comes first and nothing is charged, or is refused while settling, or comes after."""
    quote = customer.quote()

    def buy(_: object) -> str:
        try:
            customer.buy(3_000)
        except SettlementUnderWay:
            return "refused"
        return "bought"

    def settle(_: object) -> str:
        try:
            return customer.confirm(quote).state
        except QuoteChanged as changed:
            assert changed.quote.total_fen >= 100_000
            return "changed"

    with ThreadPoolExecutor(2) as threads:
        bought, settled = threads.submit(buy, 0), threads.submit(settle, 0)
        outcome = (bought.result(), settled.result())
    owed = customer.facts.debts.total_fen
    assert owed == {
        ("bought", "changed"): 103_000,
        ("bought", "SETTLED"): 3_000,
        ("refused", "SETTLED"): 0,
    }.get(outcome, owed)
    assert outcome[1] in ("changed", "SETTLED")
    assert_books_hold(customer.ledger)


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


def test_a_refund_while_the_outcome_is_open_goes_back(ledger: Ledger, gateway: SimulatedGateway) -> None:
    customer = Customer(ledger)
    order_no = customer.buy(100_000)
    gateway.set_mode("hold", customer.id)
    customer.confirm(customer.quote())
    refunds.request(ledger, order_no=order_no, amount_fen=30_000, key="ask")
    refunds.complete(ledger, order_no=order_no, key="done")
    assert resolve(ledger, "S1-1", "SUCCEEDED").state == "SETTLED"
    facts = customer.facts
    assert (facts.debts.total_fen, facts.credit_fen) == (0, 30_000)
    assert_books_hold(ledger)


def test_what_happens_while_the_outcome_is_open_is_not_lost(
    ledger: Ledger, gateway: SimulatedGateway
) -> None:
    """A hold made before is captured, a month ends, penalty days pass; then the payment is known."""
    customer = Customer(ledger, on="2026-10-05")
    customer.buy(100_000)
    held = customer.hold(30_000, periods=3)
    customer.at("2026-10-08")
    gateway.set_mode("hold", customer.id)
    sent = customer.confirm(customer.quote())
    purchases.capture(ledger, held, "capture")
    customer.at("2026-11-10").close_month("2026-10")
    assert customer.facts.bills == ()
    with pytest.raises(SettlementUnderWay):
        plans.instal_bill(ledger, customer.id, bill_id=1, periods=3, key="plan")
    gateway.set_mode("succeed", customer.id)
    answer = gateway.query("S1-1")
    assert settlement.resolve(ledger, "S1-1", answer) == settlement.for_quote(
        ledger, customer.id, sent.quote_id
    )
    facts = customer.facts
    assert facts.last_settlement is not None and facts.last_settlement.state == "SETTLED"
    # The plan began on 8 October; its first period was due on 6 November, 4 days late now.
    assert [bill.outstanding_fen for bill in facts.bills] == [10_000 + 225 + 20]
    assert (facts.debts.product_plan_fen, facts.debts.unbilled_fen) == (30_000, 0)
    assert_books_hold(ledger)


def test_what_was_captured_on_the_bill_day_is_not_on_that_bill(
    ledger: Ledger, gateway: SimulatedGateway
) -> None:
    """Also when the bill had to wait for a payment whose outcome was open."""
    customer = Customer(ledger, on="2026-10-31")
    customer.buy(100_000)
    held, in_periods = customer.hold(30_000), customer.hold(60_000, periods=3)
    gateway.set_mode("hold", customer.id)
    customer.confirm(customer.quote())
    customer.at("2026-11-01")
    purchases.capture(ledger, held, "capture")
    purchases.capture(ledger, in_periods, "capture too")
    resolve(ledger, "S1-1", "SUCCEEDED")
    facts = customer.facts
    assert facts.bills == ()
    assert (facts.debts.unbilled_fen, facts.debts.product_plan_fen) == (30_000, 60_000)
    assert_books_hold(ledger)


def test_settling_and_closing_is_one_decision(customer: Customer) -> None:
    done = customer.confirm(customer.quote(close_after=True))
    assert (done.state, done.receipt, done.close_receipt) == ("SETTLED", "JQ20261103-0001", "GB20261103-0001")
    facts = customer.facts
    assert (facts.state, facts.close_receipt, facts.limit.total_fen) == ("CLOSED", done.close_receipt, 0)
    with pytest.raises(PurchaseRefused):
        customer.buy(1)
    assert_books_hold(customer.ledger)


def test_settling_and_closing_survives_an_unknown_outcome(
    customer: Customer, gateway: SimulatedGateway
) -> None:
    gateway.set_mode("hold", customer.id)
    customer.confirm(customer.quote(close_after=True))
    sent = customer.facts
    assert sent.state == "CLOSING"
    assert "closing_under_way" in [guard.id for guard in closing.guards(customer.ledger, customer.id)]
    with pytest.raises(WrongState):
        closing.withdraw(customer.ledger, customer.id, key="too late")
    done = resolve(customer.ledger, "S1-1", "SUCCEEDED")
    assert done.close_receipt
    assert customer.facts.state == "CLOSED"


def test_a_failed_settlement_takes_closing_back(customer: Customer, gateway: SimulatedGateway) -> None:
    gateway.set_mode("hold", customer.id)
    customer.confirm(customer.quote(close_after=True))
    resolve(customer.ledger, "S1-1", "DECLINED")
    assert customer.facts.state == "ACTIVE"
    customer.buy(1)


def test_closing_waits_for_its_guards(ledger: Ledger, gateway: SimulatedGateway) -> None:
    """A refund is under way when the payment is known: all quoted is settled, the account stays open."""
    customer = Customer(ledger)
    order_no = customer.buy(100_000)
    gateway.set_mode("hold", customer.id)
    customer.confirm(customer.quote(close_after=True))
    refunds.request(ledger, order_no=order_no, amount_fen=100, key="ask")
    done = resolve(ledger, "S1-1", "SUCCEEDED")
    assert (done.state, done.close_receipt, customer.facts.state) == ("SETTLED", "", "ACTIVE")
    assert_books_hold(ledger)


def test_withdrawing_before_it_is_sent(customer: Customer) -> None:
    quote = customer.quote(close_after=True)
    number = settlement._create(customer.ledger, customer.id, quote.quote_id, quote.total_fen, "k")
    closing.withdraw(customer.ledger, customer.id, key="withdraw")
    facts = customer.facts
    assert (facts.state, facts.open_charge) == ("ACTIVE", None)
    assert facts.last_settlement is not None and facts.last_settlement.reason == "withdrawn"
    assert charges.send(customer.ledger, number) is None
    with pytest.raises(WrongState):
        closing.withdraw(customer.ledger, customer.id, key="again")


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

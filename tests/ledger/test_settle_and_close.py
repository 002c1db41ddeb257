"""What happens while a payment is open, and settling and closing as one decision."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from ledger import charges, closing, freezes, plans, purchases, refunds, settlement
from ledger import tables as t
from ledger.database import Ledger
from ledger.errors import (
    PurchaseRefused,
    SettlementUnderWay,
    WrongState,
)
from ledger.gateway.simulated import SimulatedGateway
from tests.ledger.customer import Customer, assert_books_hold, resolve


@pytest.fixture
def customer(ledger: Ledger) -> Customer:
    """Owes 1,000.00."""
    owing = Customer(ledger)
    owing.buy(100_000)
    return owing


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


def test_closing_ends_the_freezes_of_this_account_that_are_in_force(customer: Customer) -> None:
    Customer(customer.ledger, "c-2")
    now = customer.ledger.clock.now()
    for customer_id, kind in (("c-2", "risk"), ("c-1", "bureau"), ("c-1", "risk")):
        freezes.place(customer.ledger, customer_id, kind, {}, key=kind)
    freezes.lift(customer.ledger, "c-1", "bureau", key="lift")
    f = t.freezes.c
    wanted = sa.select(f.kind, f.lifted_at, f.lift_reason).order_by(f.id)
    with customer.ledger.read() as conn:
        before = [tuple(each) for each in conn.execute(wanted)]
    customer.at("2026-11-03", "10:01").confirm(customer.quote(close_after=True))
    with customer.ledger.read() as conn:
        after = [tuple(each) for each in conn.execute(wanted)]
    assert after == [*before[:2], ("risk", now + timedelta(minutes=1), "closed")]
    assert before[0][1] is None and before[1][1] == now and before[1][2] != "closed"


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

"""Repaying and refunding: the order, the limit, and what goes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from ledger import allocation, payouts, purchases, refunds, settlement, work_items
from ledger import tables as t
from ledger.database import Ledger
from ledger.errors import BadInput, InvalidAmount, NothingOwed, SettlementUnderWay, WrongState
from ledger.gateway.interface import ChargeAnswer
from ledger.gateway.simulated import SimulatedGateway
from ledger.items import Item
from tests.ledger.customer import Customer, assert_books_hold


@pytest.fixture
def customer(ledger: Ledger) -> Customer:
    return Customer(ledger, on="2026-10-05")


def test_the_oldest_bill_first_and_within_it_penalty_fee_principal(customer: Customer) -> None:
    customer.buy(600_000, periods=6)
    customer.at("2026-11-05").buy(10_000)
    customer.at("2026-12-01").close_month("2026-11")
    customer.at("2026-12-03")
    # October's bill: 1,000.00 + 45.00, 27 days late: 13.50. November's: 100.00 + 1,000.00 + 45.00.
    before = customer.facts
    assert before.debts.penalty_fen == 1_350
    for fen, left in (
        (1_000, {"penalty": 350, "fee": 9_000, "principal": 100_000}),
        (350 + 4_000, {"penalty": 0, "fee": 5_000, "principal": 100_000}),
        (500 + 60_000, {"penalty": 0, "fee": 4_500, "principal": 40_000}),
    ):
        assert customer.repay(fen).state == "SUCCEEDED"
        facts = customer.facts
        assert facts.debts.penalty_fen == left["penalty"]
        fees = facts.debts.billed_fen - facts.debts.penalty_fen - 10_000
        assert fees == left["fee"]
        bill = facts.bill
        assert bill is not None and bill.month == "2026-10"
        assert sum(i.outstanding_fen for i in bill.items if i.kind == "plan_principal") == left["principal"]
    assert facts.debts.product_plan_fen == 540_000
    assert_books_hold(customer.ledger)


def test_the_limit_comes_back_by_the_principal_repaid(customer: Customer) -> None:
    customer.buy(600_000, periods=6)
    customer.buy(10_000)
    customer.at("2026-11-01").close_month("2026-10")
    assert customer.facts.limit.used_fen == 610_000
    customer.repay(4_500)  # the fee
    assert customer.facts.limit.used_fen == 610_000
    customer.repay(110_000)
    assert customer.facts.limit.used_fen == 500_000


def test_purchases_not_billed_can_be_repaid_but_not_periods_to_come(customer: Customer) -> None:
    customer.buy(10_000)
    customer.buy(300_000, periods=3)
    customer.repay(12_000)
    facts = customer.facts
    assert (facts.debts.unbilled_fen, facts.debts.product_plan_fen) == (0, 300_000)
    assert facts.credit_fen == 2_000


def test_more_than_owed_goes_back_by_a_refund_of_the_charge(
    customer: Customer, gateway: SimulatedGateway
) -> None:
    customer.buy(10_000)
    done = customer.repay(12_500)
    assert customer.facts.credit_fen == 2_500
    assert payouts.send_due(customer.ledger) == 1
    assert payouts.send_due(customer.ledger) == 0
    assert customer.facts.credit_fen == 0
    assert gateway.refund(done.number, "P1", 2_500).state == "REFUNDED"  # the same refund, not a second one
    assert gateway.refund(done.number, "P2", 10_001).state == "DECLINED"
    assert_books_hold(customer.ledger)


@pytest.mark.parametrize("wrong", [{"amount_fen": 2_499}, {"number": "R9-1"}])
def test_a_refund_answered_with_what_was_not_asked_books_nothing_and_is_asked_about_again(
    customer: Customer, gateway: SimulatedGateway, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any]
) -> None:
    customer.buy(10_000)
    done = customer.repay(12_500)
    answer = ChargeAnswer(done.number, "REFUNDED", "G1", 2_500, refund_number="P1")
    with monkeypatch.context() as wire:
        wire.setattr(SimulatedGateway, "refund", lambda *_: replace(answer, **wrong))
        assert payouts.send_due(customer.ledger) == 0
    (item,) = work_items.list_items(customer.ledger)
    assert (item.kind, item.key, item.details["told_fen"]) == (
        "amount_differs",
        "P1",
        wrong.get("amount_fen", 2_500),
    )
    assert customer.facts.credit_fen == 2_500
    customer.at("2027-01-01")
    assert payouts.send_due(customer.ledger) == 1
    assert customer.facts.credit_fen == 0


def test_credit_is_sent_back_once_however_it_grows(customer: Customer) -> None:
    customer.buy(10_000)
    customer.repay(12_000)
    customer.buy(500)
    customer.repay(1_500)
    assert customer.facts.credit_fen == 3_000
    with customer.ledger.read() as conn:
        assert conn.scalars(sa.select(t.payouts.c.amount_fen).order_by(t.payouts.c.id)).all() == [
            2_000,
            1_000,
        ]
    assert payouts.send_due(customer.ledger) == 2
    assert customer.facts.credit_fen == 0
    assert_books_hold(customer.ledger)


def test_a_repayment_says_how_and_when(customer: Customer) -> None:
    customer.buy(10_000)
    done = customer.repay(4_000, key="once")
    assert (done.state, done.amount_fen, done.method, done.card_last4) == ("SUCCEEDED", 4_000, "card", "6688")
    assert customer.repay(4_000, key="once") == done
    assert customer.facts.last_repayment == done
    assert customer.facts.debts.total_fen == 6_000


def test_a_declined_repayment_moves_nothing(customer: Customer, gateway: SimulatedGateway) -> None:
    customer.buy(10_000)
    gateway.set_mode("decline")
    assert customer.repay(10_000).state == "FAILED"
    assert customer.facts.debts.total_fen == 10_000
    gateway.set_mode("succeed")
    assert customer.repay(10_000).state == "SUCCEEDED"
    assert_books_hold(customer.ledger)


def test_a_payment_counts_from_the_day_it_was_sent(customer: Customer, gateway: SimulatedGateway) -> None:
    """Sent on the due day, known three days later: not late."""
    customer.buy(10_000)
    customer.at("2026-11-06", "20:00").close_month("2026-10")
    gateway.set_mode("hold", customer.id)
    number = customer.repay(10_000).number
    with pytest.raises(SettlementUnderWay) as open_:
        customer.repay(10_000)
    assert open_.value.charge.number == number
    customer.at("2026-11-09")
    assert customer.facts.debts.penalty_fen == 0
    gateway.set_mode("succeed", customer.id)
    settlement.resolve(customer.ledger, number, gateway.query(number))
    facts = customer.facts
    assert (facts.debts.total_fen, facts.freezes) == (0, ())
    with customer.ledger.read() as conn:
        paid = sa.select(t.journals.c.value_on).where(t.journals.c.kind == "repayment")
        assert conn.execute(paid).scalar_one() == date(2026, 11, 6)
    assert_books_hold(customer.ledger)


def test_a_payment_that_failed_in_the_end_was_late(customer: Customer, gateway: SimulatedGateway) -> None:
    customer.buy(10_000)
    customer.at("2026-11-06", "20:00").close_month("2026-10")
    gateway.set_mode("hold", customer.id)
    number = customer.repay(10_000).number
    customer.at("2026-11-09")
    gateway.set_mode("decline", customer.id)
    settlement.resolve(customer.ledger, number, gateway.query(number))
    facts = customer.facts
    assert (facts.debts.penalty_fen, facts.freezes[0].kind) == (15, "overdue")


@pytest.mark.parametrize("fen", [0, -5, 0.5, True])
def test_what_is_no_amount(customer: Customer, fen: Any) -> None:
    customer.buy(10_000)
    with pytest.raises(InvalidAmount):
        customer.repay(fen)


def test_nothing_owed_nothing_to_repay(customer: Customer) -> None:
    with pytest.raises(NothingOwed):
        customer.repay(100)


def refund(customer: Customer, order_no: str, fen: int) -> None:
    refunds.request(customer.ledger, order_no=order_no, amount_fen=fen, key=customer.key())
    refunds.complete(customer.ledger, order_no=order_no, key=customer.key())
    assert_books_hold(customer.ledger)


def test_a_refund_before_the_bill_offsets_and_restores_the_limit(customer: Customer) -> None:
    order_no = customer.buy(10_000)
    refunds.request(customer.ledger, order_no=order_no, amount_fen=4_000, key="ask")
    (pending,) = customer.facts.refunds
    assert (pending.state, pending.amount_fen) == ("PENDING", 4_000)
    assert customer.facts.debts.unbilled_fen == 10_000  # not before it arrives
    refunds.complete(customer.ledger, order_no=order_no, key="done")
    (done,) = customer.facts.refunds
    assert (done.state, done.offset_fen, done.credited_fen) == ("DONE", 4_000, 0)
    assert customer.facts.debts.unbilled_fen == customer.facts.limit.used_fen == 6_000
    customer.at("2026-11-01").close_month("2026-10")
    bill = customer.facts.bill
    assert bill is not None and bill.total_fen == 6_000


def test_a_refund_of_a_billed_order_offsets_the_bill(customer: Customer) -> None:
    order_no = customer.buy(10_000)
    customer.at("2026-11-01").close_month("2026-10")
    refund(customer, order_no, 10_000)
    bill = customer.facts.bill
    assert bill is not None and (bill.outstanding_fen, bill.state) == (0, "PAID")
    customer.at("2026-11-20")
    assert customer.facts.freezes == ()


def test_a_refund_of_a_repaid_order_offsets_other_debt_then_goes_back(customer: Customer) -> None:
    order_no = customer.buy(10_000)
    customer.repay(10_000)
    customer.buy(3_000)
    refund(customer, order_no, 10_000)
    facts = customer.facts
    assert (facts.debts.total_fen, facts.credit_fen) == (0, 7_000)
    assert (facts.refunds[0].offset_fen, facts.refunds[0].credited_fen) == (3_000, 7_000)
    assert payouts.send_due(customer.ledger) == 1
    assert customer.facts.credit_fen == 0


def test_a_refund_of_instalments_takes_the_last_periods_and_their_fees(customer: Customer) -> None:
    """6,000.00 over 6, one period billed. 2,500.00 back: periods 6 and 5 are gone, half of 4."""
    order_no = customer.buy(600_000, periods=6)
    customer.at("2026-11-01").close_month("2026-10")
    refund(customer, order_no, 250_000)
    (plan,) = customer.facts.plans
    assert (plan.remaining_principal_fen, plan.remaining_fee_fen) == (350_000, 3 * 4_500)
    refund(customer, order_no, 350_000)
    facts = customer.facts
    assert facts.debts.total_fen == 4_500  # the fee already charged stays
    assert facts.limit.used_fen == 0
    customer.at("2026-12-01").close_month("2026-11")
    assert len(customer.facts.bills) == 1


def test_a_refund_of_an_order_in_a_bill_plan_offsets_that_plan(customer: Customer) -> None:
    order_no = customer.buy(120_000)
    customer.at("2026-11-01").close_month("2026-10").instal_bill(12)
    refund(customer, order_no, 30_000)
    assert customer.facts.debts.bill_plan_fen == 90_000


def test_what_cannot_be_refunded(customer: Customer) -> None:
    held, bought = customer.hold(1_000), customer.buy(1_000)
    for order_no, fen, refusal in ((held, 1_000, WrongState), (bought, 1_001, BadInput)):
        with pytest.raises(refusal):
            refunds.request(customer.ledger, order_no=order_no, amount_fen=fen, key=customer.key())
    with pytest.raises(WrongState):
        refunds.complete(customer.ledger, order_no=bought, key="early")
    refunds.request(customer.ledger, order_no=bought, amount_fen=600, key="ask")
    with pytest.raises(WrongState):
        refunds.request(customer.ledger, order_no=bought, amount_fen=100, key="twice")
    refunds.complete(customer.ledger, order_no=bought, key="done")
    with pytest.raises(BadInput):
        refunds.request(customer.ledger, order_no=bought, amount_fen=401, key="more")
    with pytest.raises(WrongState):
        purchases.release(customer.ledger, bought, "release")


def test_splitting_gives_no_more_than_is_left() -> None:
    def item(number: int, fen: int) -> Item:
        return Item(number, "purchase", date(2026, 1, 1), None, None, 0, None, 0, fen, 0, 0, 0)

    first, second = item(1, 5), item(2, 7)
    assert allocation.split([first, second], 4) == ([(first, 4)], 0)
    assert allocation.split([first, second], 6) == ([(first, 5), (second, 1)], 0)
    assert allocation.split([first, second], 20) == ([(first, 5), (second, 7)], 8)

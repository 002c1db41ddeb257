"""Money that a bank took back, in any order with what the gateway says late: it is lost to nobody."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from ledger import lookups, payouts, penalties, reconciler, refunds, settlement
from ledger import tables as t
from ledger.clock import FixedClock
from ledger.database import Ledger
from ledger.errors import IdempotencyConflict, NothingOwed, PurchaseRefused, SettlementUnderWay
from ledger.gateway import simulated_tables as gateway_tables
from ledger.gateway.interface import AnswerState, ChargeAnswer, GatewayTimeout
from ledger.gateway.simulated import SimulatedGateway
from tests.ledger.customer import Customer, assert_books_hold

FEN = 10_000


@pytest.fixture
def customer(ledger: Ledger) -> Customer:
    return Customer(ledger)


@pytest.fixture
def failed(customer: Customer, gateway: SimulatedGateway) -> str:
    """The number of a settlement's charge that was cancelled; the debt is still owed."""
    customer.buy(FEN)
    gateway.set_mode("late", customer.id)
    number = f"{customer.confirm(customer.quote()).number}-1"
    say(customer, number, "CANCELLED")
    return number


class Faulty:
    """The gateway, but for one call that does what the test wants."""

    def __init__(self, gateway: SimulatedGateway, name: str, call: Any) -> None:
        self._gateway, self._name, self._call = gateway, name, call

    def __getattr__(self, name: str) -> Any:
        return self._call if name == self._name else getattr(self._gateway, name)


def say(customer: Customer, number: str, word: AnswerState, fen: int = FEN) -> None:
    settlement.resolve(customer.ledger, number, ChargeAnswer(number, word, "GC", fen))


def bank_takes_back(gateway: SimulatedGateway) -> None:
    """At the gateway, every charge so far."""
    with gateway_tables.open_engine(gateway._engine.url.database or "").begin() as conn:
        conn.execute(sa.update(gateway_tables.charges).values(state="CHARGED_BACK"))


def in_clearing(ledger: Ledger) -> int:
    p = t.postings.c
    with ledger.read() as conn:
        total = conn.scalar(sa.select(sa.func.sum(p.amount_fen)).where(p.book == "gateway.clearing"))
    return int(total or 0)


@pytest.mark.parametrize("words", [("SUCCEEDED", "CHARGED_BACK"), ("CHARGED_BACK", "SUCCEEDED")])
def test_late_money_taken_back_is_not_ours_to_send_back(
    customer: Customer, gateway: SimulatedGateway, failed: str, words: tuple[AnswerState, AnswerState]
) -> None:
    for word in words:
        say(customer, failed, word)
    bank_takes_back(gateway)
    payouts.send_due(customer.ledger)  # refused: the charge holds no money any more
    assert in_clearing(customer.ledger) == 0
    assert customer.facts.credit_fen == 0
    assert customer.facts.debts.total_fen == FEN
    assert_books_hold(customer.ledger)


def test_late_money_sent_back_and_then_taken_back_is_owed(
    customer: Customer, gateway: SimulatedGateway, failed: str
) -> None:
    with gateway_tables.open_engine(gateway._engine.url.database or "").begin() as conn:
        conn.execute(sa.update(gateway_tables.charges).values(state="SUCCEEDED"))
    say(customer, failed, "SUCCEEDED")
    assert payouts.send_due(customer.ledger) == 1
    say(customer, failed, "CHARGED_BACK")
    assert in_clearing(customer.ledger) == -FEN
    assert (customer.facts.credit_fen, customer.facts.debts.total_fen) == (0, 2 * FEN)
    assert_books_hold(customer.ledger)


def test_late_money_is_as_much_as_the_gateway_says(customer: Customer, failed: str) -> None:
    say(customer, failed, "SUCCEEDED", fen=1)
    assert (customer.facts.credit_fen, in_clearing(customer.ledger)) == (1, 1)


def test_a_part_taken_back_is_a_part_owed(customer: Customer) -> None:
    customer.buy(FEN)
    number = customer.repay(FEN).number
    assert not lookups.taken_back(customer.ledger, number)
    say(customer, number, "CHARGED_BACK", fen=3_000)
    assert customer.facts.debts.total_fen == 3_000
    assert lookups.taken_back(customer.ledger, number)
    again = customer.repay(3_000).number
    kept = [lookups.taken_back(customer.ledger, each) for each in (number, again)]
    assert kept == [True, False]


def test_a_part_taken_back_before_the_success_was_heard_is_a_part_owed(
    customer: Customer, gateway: SimulatedGateway
) -> None:
    customer.buy(FEN)
    gateway.set_mode("timeout", customer.id)
    charge = customer.repay(FEN)
    assert charge.state == "UNKNOWN"
    for word, fen in (("CHARGED_BACK", 3_000), ("SUCCEEDED", FEN)):
        settlement.resolve(customer.ledger, charge.number, ChargeAnswer(charge.number, word, "GC", fen))
    assert in_clearing(customer.ledger) == FEN - 3_000
    assert (customer.facts.credit_fen, customer.facts.debts.total_fen) == (0, 3_000)
    assert_books_hold(customer.ledger)


def test_of_late_money_a_part_taken_back_leaves_the_rest_owed_to_the_customer(
    customer: Customer, failed: str
) -> None:
    say(customer, failed, "CHARGED_BACK", fen=3_000)
    say(customer, failed, "SUCCEEDED")
    assert in_clearing(customer.ledger) == FEN - 3_000
    assert_books_hold(customer.ledger)


def test_credit_goes_back_by_what_the_bank_has_left_of_a_charge(
    customer: Customer, gateway: SimulatedGateway
) -> None:
    order = customer.buy(FEN)
    number = customer.repay(FEN).number
    say(customer, number, "CHARGED_BACK", fen=3_000)
    refunds.request(customer.ledger, order_no=order, amount_fen=FEN, key="request")
    refunds.complete(customer.ledger, order_no=order, key="complete")  # 3,000 of it pay what was taken back
    assert customer.facts.credit_fen == FEN - 3_000
    assert payouts.send_due(customer.ledger) == 1
    assert (customer.facts.credit_fen, customer.facts.debts.total_fen) == (0, 0)
    assert in_clearing(customer.ledger) == 0
    assert_books_hold(customer.ledger)


@pytest.mark.parametrize("refused_first", [True, False])
def test_credit_whose_charge_was_taken_back_pays_the_charge_back(
    customer: Customer, gateway: SimulatedGateway, refused_first: bool
) -> None:
    customer.buy(FEN)
    number = customer.repay(FEN + 2_000).number
    bank_takes_back(gateway)
    if refused_first:
        payouts.send_due(customer.ledger)
        say(customer, number, "CHARGED_BACK", fen=FEN + 2_000)
    else:
        say(customer, number, "CHARGED_BACK", fen=FEN + 2_000)
        payouts.send_due(customer.ledger)
    assert (customer.facts.credit_fen, customer.facts.debts.total_fen) == (0, FEN)
    assert_books_hold(customer.ledger)


def test_credit_that_one_charge_cannot_send_back_goes_back_by_the_next(
    customer: Customer, gateway: SimulatedGateway
) -> None:
    customer.buy(FEN)
    customer.repay(FEN + 2_000)
    bank_takes_back(gateway)  # and has not told us yet
    payouts.send_due(customer.ledger)
    assert customer.facts.credit_fen == 2_000
    customer.buy(FEN)
    customer.repay(FEN)
    payouts.send_due(customer.ledger)
    assert customer.facts.credit_fen == 0
    assert_books_hold(customer.ledger)


def test_what_was_taken_back_is_not_available_for_use(ledger: Ledger) -> None:
    customer = Customer(ledger, limit_fen=FEN)
    customer.buy(FEN)
    say(customer, customer.repay(FEN).number, "CHARGED_BACK")
    with pytest.raises(PurchaseRefused) as refused:
        customer.buy(1)
    assert refused.value.refusal.reason == "limit"
    customer.repay(FEN)
    customer.buy(FEN)


def test_a_refund_that_fails_does_not_hold_up_the_next(ledger: Ledger, gateway: SimulatedGateway) -> None:
    first, second = Customer(ledger, "c-1"), Customer(ledger, "c-2")
    for one in (first, second):
        one.buy(FEN)
        one.repay(FEN + 1)

    def refund(number: str, *rest: Any) -> ChargeAnswer:
        if number.startswith("R1-"):
            raise ConnectionError("reset by peer")
        return gateway.refund(number, *rest)

    broken: Any = Faulty(gateway, "refund", refund)
    with pytest.raises(ConnectionError):
        reconciler.run_once(replace(ledger, gateway=broken))
    assert (first.facts.credit_fen, second.facts.credit_fen) == (1, 0)


@pytest.mark.parametrize("error", [GatewayTimeout("no answer"), ConnectionError("reset by peer")])
def test_notifications_that_fail_do_not_hold_up_the_questions(
    customer: Customer, gateway: SimulatedGateway, clock: FixedClock, error: Exception
) -> None:
    customer.buy(FEN)
    gateway.set_mode("timeout", customer.id)
    customer.repay(FEN)
    clock.advance(timedelta(seconds=30))

    def notifications() -> list[ChargeAnswer]:
        raise error

    broken: Any = Faulty(gateway, "notifications", notifications)
    with contextlib.suppress(ConnectionError):  # told, once the round is over
        reconciler.run_once(replace(customer.ledger, gateway=broken))
    done = customer.facts.last_repayment
    assert done is not None and done.state == "SUCCEEDED"


def test_days_late_end_on_the_day_the_payment_was_sent(ledger: Ledger, gateway: SimulatedGateway) -> None:
    customer = Customer(ledger, on="2026-10-10")
    customer.buy(FEN)
    customer.at("2026-12-06")  # 30 days late: clearing lifts the freeze
    penalties.run(ledger)
    gateway.set_mode("timeout", customer.id)
    assert customer.repay(customer.facts.debts.total_fen).state == "UNKNOWN"
    customer.at("2026-12-08")
    reconciler.run_once(ledger)
    assert customer.facts.debts.total_fen == 0
    assert customer.facts.freezes == ()


def test_no_money_is_taken_for_what_a_repayment_cannot_pay(customer: Customer) -> None:
    customer.buy(FEN, periods=3)
    with pytest.raises(NothingOwed):
        customer.repay(5_000)


def test_a_second_click_on_a_confirmed_quote_binds_its_key_and_its_amount(
    customer: Customer, gateway: SimulatedGateway
) -> None:
    customer.buy(FEN)
    gateway.set_mode("hold", customer.id)
    quote = customer.quote()
    first = customer.confirm(quote, key="click-1")
    assert customer.confirm(quote, key="click-2") == first
    with pytest.raises(SettlementUnderWay):
        customer.confirm(quote, key="click-3", amount_fen=FEN + 1)
    gateway.set_mode("decline", customer.id)
    reconciler_round(customer)
    with pytest.raises(IdempotencyConflict):
        customer.confirm(customer.quote(), key="click-2")


def reconciler_round(customer: Customer) -> None:
    assert isinstance(customer.ledger.clock, FixedClock)
    customer.ledger.clock.advance(timedelta(seconds=30))
    reconciler.run_once(customer.ledger)

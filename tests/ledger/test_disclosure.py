"""What a plan would cost is what the plan then costs, on both databases."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ledger import disclosure, settlement
from ledger.database import Ledger
from ledger.gateway.interface import ChargeAnswer
from tests.ledger.customer import Customer


def test_a_daily_rate_over_a_year() -> None:
    assert disclosure.annual_simple(Decimal("0.0005")) == Decimal("0.1825")


def test_the_offer_in_worked_numbers(ledger: Ledger) -> None:
    """1,000.00 over 3 at 0.90 %: 333.33 and 9.00 a period, 27.00 of fees, 16.13 % a year."""
    customer = Customer(ledger, on="2026-10-05")
    customer.buy(100_000)
    customer.at("2026-11-03").close_month("2026-10")
    facts = customer.facts
    offers = disclosure.bill_plans(ledger.terms, facts.bill, facts.now)
    assert not isinstance(offers, str)
    assert [offer.periods for offer in offers] == [3, 6, 12]
    first = offers[0]
    assert (first.principal_fen, first.principal_per_period_fen) == (100_000, 33_333)
    assert (first.fee_per_period_fen, first.fee_total_fen) == (900, 2_700)
    assert first.apr_simple == Decimal("0.1613")


@pytest.mark.parametrize("periods", [3, 6, 12])
def test_the_plan_made_costs_what_was_disclosed(ledger: Ledger, periods: int) -> None:
    customer = Customer(ledger, on="2026-10-05")
    customer.buy(123_457)
    customer.at("2026-11-03").close_month("2026-10")
    offers = disclosure.bill_plans(ledger.terms, customer.facts.bill, customer.facts.now)
    assert not isinstance(offers, str)
    offer = next(each for each in offers if each.periods == periods)
    customer.instal_bill(periods)
    (plan,) = customer.facts.plans
    assert plan.principal_fen == offer.principal_fen
    assert plan.principal_per_period_fen == offer.principal_per_period_fen
    assert plan.fee_per_period_fen == offer.fee_per_period_fen
    assert plan.remaining_fee_fen == offer.fee_total_fen
    assert Decimal(plan.apr_simple) == offer.apr_simple


@pytest.mark.parametrize(
    ("amount_fen", "day", "time", "why"),
    [
        (50_000, "2026-11-06", "22:01", "too_late"),
        (50_000, "2026-11-07", "00:10", "overdue"),
        (999, "2026-11-03", "10:00", "too_small"),
    ],
)
def test_why_there_is_no_offer(ledger: Ledger, amount_fen: int, day: str, time: str, why: str) -> None:
    customer = Customer(ledger, on="2026-10-05")
    customer.buy(amount_fen)
    customer.at("2026-11-03").close_month("2026-10").at(day, time)
    assert disclosure.bill_plans(ledger.terms, customer.facts.bill, customer.facts.now) == why


def test_no_bill_and_a_bill_of_instalments_alone(ledger: Ledger) -> None:
    customer = Customer(ledger, on="2026-10-05")
    assert disclosure.bill_plans(ledger.terms, customer.facts.bill, customer.facts.now) == "no_bill"
    customer.buy(60_000, periods=3)
    customer.at("2026-11-03").close_month("2026-10")
    facts = customer.facts
    assert disclosure.bill_plans(ledger.terms, facts.bill, facts.now) == "nothing_to_instal"


@pytest.mark.parametrize(("amount_fen", "periods"), [(1_000, 3), (300_000, 12), (99_999, 6)])
def test_the_purchase_made_costs_what_was_disclosed(ledger: Ledger, amount_fen: int, periods: int) -> None:
    offers = disclosure.product_plans(ledger.terms, amount_fen)
    assert not isinstance(offers, str)
    offer = next(each for each in offers if each.periods == periods)
    customer = Customer(ledger, on="2026-10-05")
    customer.buy(amount_fen, periods=periods)
    (plan,) = customer.facts.plans
    disclosed = offer.principal_fen, offer.principal_per_period_fen, offer.fee_per_period_fen
    assert (plan.principal_fen, plan.principal_per_period_fen, plan.fee_per_period_fen) == disclosed
    assert (plan.remaining_fee_fen, Decimal(plan.apr_simple)) == (offer.fee_total_fen, offer.apr_simple)


def test_a_purchase_too_small_for_a_plan(ledger: Ledger) -> None:
    assert disclosure.product_plans(ledger.terms, 999) == "too_small"


@pytest.mark.parametrize(
    ("day", "paid_fen"), [("2026-11-03", 4_000), ("2026-11-03", 70_000), ("2026-11-20", 20_000)]
)
def test_a_part_paid_leaves_what_was_told(ledger: Ledger, day: str, paid_fen: int) -> None:
    customer = Customer(ledger, on="2026-10-05")
    customer.buy(100_000)
    customer.at(day).close_month("2026-10")
    told = disclosure.part_payment(customer.facts, paid_fen)
    assert told is not None
    customer.repay(paid_fen)
    bill = customer.facts.bill
    assert bill is not None
    assert (told.left_fen, told.minimum_left_fen) == (bill.outstanding_fen, bill.minimum_fen)
    assert told.overdue_left_fen == customer.facts.debts.overdue_fen


def test_what_pays_the_whole_bill_is_no_part(ledger: Ledger) -> None:
    customer = Customer(ledger, on="2026-10-05")
    assert disclosure.part_payment(customer.facts, 1) is None  # there is no bill
    customer.buy(100_000)
    customer.at("2026-11-03").close_month("2026-10")
    assert disclosure.part_payment(customer.facts, 100_000) is None
    assert disclosure.part_payment(customer.facts, 99_999) is not None


def test_nothing_is_told_of_a_part_where_a_charge_back_may_come_first(ledger: Ledger) -> None:
    customer = Customer(ledger, on="2026-10-05")
    customer.buy(100_000)
    number = customer.at("2026-11-03").close_month("2026-10").repay(60_000).number
    settlement.resolve(ledger, number, ChargeAnswer(number, "CHARGED_BACK", "GC", 60_000))
    assert customer.facts.debts.chargeback_fen == 60_000
    assert disclosure.part_payment(customer.facts, 10_000) is None

"""Closing a month, the minimum payment, and instalments on bills."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from ledger import bills, lookups, penalties, plans, refunds
from ledger import tables as t
from ledger.database import Ledger
from ledger.errors import BadInput, InstalmentRefused, UnknownBill
from ledger.model import Bill
from tests.ledger.customer import Customer, assert_books_hold


@pytest.fixture
def customer(ledger: Ledger) -> Customer:
    """Opened on 5 October 2026 with a limit of 20,000.00."""
    return Customer(ledger, on="2026-10-05")


def bill_of(customer: Customer) -> Bill:
    bill = customer.facts.bill
    assert bill is not None
    return bill


def test_the_months_purchases_are_on_its_bill(customer: Customer) -> None:
    customer.buy(10_000, merchant="a", item="b")
    customer.at("2026-10-31", "23:59").buy(2_000)
    customer.at("2026-11-01", "00:00").buy(300)
    customer.close_month("2026-10")
    bill = bill_of(customer)
    assert (bill.month, bill.issued_on, bill.due_on) == ("2026-10", date(2026, 11, 1), date(2026, 11, 6))
    assert (bill.total_fen, bill.paid_fen, bill.outstanding_fen, bill.state) == (12_000, 0, 12_000, "OPEN")
    assert [(item.kind, item.amount_fen) for item in bill.items] == [
        ("purchase", 10_000),
        ("purchase", 2_000),
    ]
    assert (bill.items[0].merchant, bill.items[0].item) == ("a", "b")
    debts = customer.facts.debts
    assert (debts.unbilled_fen, debts.billed_fen, debts.total_fen) == (300, 12_000, 12_300)
    assert [item.amount_fen for item in customer.facts.unbilled] == [300]
    assert (customer.facts.next_bill_on, customer.facts.next_due_on) == (date(2026, 12, 1), date(2026, 12, 6))
    assert_books_hold(customer.ledger)


def test_closing_a_month_twice_changes_nothing(customer: Customer) -> None:
    customer.buy(10_000)
    customer.at("2026-11-01", "00:05")
    assert bills.close_month(customer.ledger, "2026-10") == 1
    first = customer.facts
    assert bills.close_month(customer.ledger, "2026-10") == 0
    assert penalties.run(customer.ledger) == 0
    assert customer.facts == first


@pytest.mark.parametrize("month", ["2026-11", "2026-13", "october", ""])
def test_a_month_that_is_not_over_is_not_closed(customer: Customer, month: str) -> None:
    customer.at("2026-11-30")
    with pytest.raises(BadInput):
        bills.close_month(customer.ledger, month)


def test_a_month_nobody_closed_is_closed_before_the_next_command(customer: Customer) -> None:
    customer.buy(10_000)
    customer.at("2026-11-03").buy(500)
    assert [(bill.month, bill.outstanding_fen) for bill in customer.facts.bills] == [("2026-10", 10_000)]
    assert customer.facts.debts.unbilled_fen == 500


def test_an_account_that_owes_nothing_gets_no_bill(customer: Customer) -> None:
    customer.at("2026-11-01").close_month("2026-10")
    assert customer.facts.bills == ()
    assert customer.facts.bill is None


def test_a_plan_is_billed_period_by_period(customer: Customer) -> None:
    """6,000.00 over 6 at 0.75 %: 1,000.00 and 45.00 a period."""
    customer.buy(600_000, periods=6, merchant="shop", item="phone")
    (plan,) = customer.facts.plans
    assert (plan.kind, plan.label, plan.apr_simple) == ("product", "shop phone", "0.1527")
    assert (plan.remaining_principal_fen, plan.remaining_fee_fen) == (600_000, 27_000)
    assert plan.next_due_on == date(2026, 11, 6)
    for number, month in enumerate(("2026-10", "2026-11", "2026-12", "2027-01", "2027-02", "2027-03"), 1):
        issued_on = date.fromisoformat(f"{month}-28").replace(day=1)
        following = date(issued_on.year + issued_on.month // 12, issued_on.month % 12 + 1, 3)
        customer.at(following.isoformat()).close_month(month)
        assert bill_of(customer).total_fen == 104_500
        assert customer.facts.plans[0].billed_periods == number
        assert customer.repay_bills().state == "SUCCEEDED"
    assert customer.facts.plans == ()
    assert customer.facts.debts.total_fen == 0
    customer.at("2027-06-01").close_month("2027-05")
    assert len(customer.facts.bills) == 6
    assert_books_hold(customer.ledger)


def test_the_minimum_is_a_tenth_of_purchases_and_all_instalments_and_fees(customer: Customer) -> None:
    customer.buy(100_005)
    customer.buy(600_000, periods=6)
    customer.at("2026-11-01").close_month("2026-10")
    assert bill_of(customer).minimum_fen == 10_001 + 104_500
    customer.repay(50_000)
    assert bill_of(customer).minimum_fen == 10_001 + 54_500
    customer.repay(64_501)
    assert bill_of(customer).minimum_fen == 0


def test_the_minimum_paid_leaves_interest_not_lateness(customer: Customer) -> None:
    """1,000.00, 100.00 paid: 900.00 at 0.05 % a day from 7 November, 25 days to 1 December: 11.25."""
    customer.buy(100_000)
    customer.at("2026-11-01").close_month("2026-10")
    customer.at("2026-11-06", "23:59").repay(10_000)
    customer.at("2026-11-20")
    assert customer.facts.freezes == ()
    assert customer.facts.debts.interest_fen == 630  # 14 days, whether a job has run or not
    customer.at("2026-12-01").close_month("2026-11")
    bill = bill_of(customer)
    assert (bill.month, bill.outstanding_fen) == ("2026-11", 90_000 + 1_125)
    assert bill.minimum_fen == 9_000 + 1_125
    assert [item.kind for item in bill.items] == ["purchase", "interest"]
    first = customer.facts.bills[-1]
    assert (first.total_fen, first.paid_fen, first.outstanding_fen, first.state) == (
        100_000,
        10_000,
        0,
        "PAID",
    )
    # The carried principal bears interest to the day it is paid: 5 more days by 6 December.
    customer.at("2026-12-06").repay(91_125)
    assert customer.facts.debts.total_fen == customer.facts.debts.interest_fen == 225
    customer.at("2027-01-06").close_month("2026-12").repay(225)
    assert customer.facts.debts.total_fen == 0
    assert_books_hold(customer.ledger)


def test_a_fee_carried_over_bears_no_interest(customer: Customer) -> None:
    """A refund of the purchase meets the minimum, so the period's fee of 2.25 goes over to the next bill."""
    bought = customer.buy(1_000_000)
    customer.buy(30_000, periods=3)
    customer.at("2026-11-01").close_month("2026-10")
    minimum_fen = 100_000 + 10_225
    assert bill_of(customer).minimum_fen == minimum_fen
    refunds.request(customer.ledger, order_no=bought, amount_fen=minimum_fen, key="refund")
    refunds.complete(customer.ledger, order_no=bought, key="refunded")
    customer.at("2026-12-01").close_month("2026-11")
    bill = bill_of(customer)
    # 8,897.75 of the purchase and 100.00 of the plan, 25 days at 0.05 %; the 2.25 bears none.
    carried_fen, interest_fen = 1_000_000 - minimum_fen + 10_000, 11_247
    assert carried_fen * 25 * 5 // 10_000 == interest_fen
    assert bill.total_fen == carried_fen + 225 + interest_fen + 10_225
    customer.at("2026-12-06")
    # To the due day the carried principal bears on, 5 days; its fee does not.
    assert customer.facts.debts.interest_fen == interest_fen + carried_fen * 5 * 5 // 10_000
    assert_books_hold(customer.ledger)


def test_a_fen_short_of_the_minimum_is_late(customer: Customer) -> None:
    customer.buy(100_000)
    customer.at("2026-11-01").close_month("2026-10").repay(9_999)
    customer.at("2026-11-07")
    penalties.run(customer.ledger)
    assert bill_of(customer).state == "OVERDUE"
    assert bill_of(customer).minimum_fen == bill_of(customer).outstanding_fen == 90_001 + 45


def test_a_later_bills_minimum_includes_what_is_overdue(customer: Customer) -> None:
    customer.buy(100_000)
    customer.at("2026-11-05").buy(10_000)
    customer.at("2026-12-01").close_month("2026-11")
    newest, oldest = customer.facts.bills
    assert oldest.state == "OVERDUE"
    assert newest.minimum_fen == 1_000 + oldest.outstanding_fen == 1_000 + 100_000 + 1_250


def test_a_bill_becomes_a_plan(customer: Customer) -> None:
    """Only its purchases: the instalment that is on the bill stays due, all of it."""
    customer.buy(120_000)
    customer.buy(300_000, periods=3)
    customer.at("2026-11-01").close_month("2026-10")
    customer.at("2026-11-06", "21:59").instal_bill(12)
    debts = customer.facts.debts
    assert (debts.bill_plan_fen, debts.product_plan_fen) == (120_000, 300_000)
    assert debts.billed_fen == 2_250
    bill = bill_of(customer)
    assert bill.outstanding_fen == bill.minimum_fen == 102_250
    plan = customer.facts.plans[1]
    assert (plan.kind, plan.label, plan.periods, plan.fee_per_period_fen) == ("bill", "2026-10", 12, 1_080)
    customer.repay_bills()
    assert customer.facts.bills[0].state == "INSTALMENT"
    customer.at("2026-12-01").close_month("2026-11")
    bill = bill_of(customer)
    assert {(item.kind, item.amount_fen, item.period_no) for item in bill.items} == {
        ("plan_principal", 10_000, 1),
        ("plan_fee", 1_080, 1),
        ("plan_principal", 100_000, 2),
        ("plan_fee", 2_250, 2),
    }
    assert_books_hold(customer.ledger)


def test_when_a_bill_cannot_become_a_plan(customer: Customer) -> None:
    customer.buy(900)
    customer.at("2026-11-01").close_month("2026-10")
    with pytest.raises(InstalmentRefused, match="too_small"):
        customer.instal_bill(3)
    customer.at("2026-11-02").buy(5_000)
    customer.at("2026-12-01").close_month("2026-11")
    with pytest.raises(InstalmentRefused, match="too_late"):  # the older bill is overdue
        customer.instal_bill(3)
    newest = customer.facts.bills[0].id
    with pytest.raises(InstalmentRefused, match="not_offered"):
        plans.instal_bill(customer.ledger, customer.id, bill_id=newest, periods=4, key="k4")
    customer.at("2026-12-06", "22:01")
    with pytest.raises(InstalmentRefused, match="too_late"):
        plans.instal_bill(customer.ledger, customer.id, bill_id=newest, periods=3, key="k3")
    with pytest.raises(UnknownBill):
        plans.instal_bill(customer.ledger, customer.id, bill_id=99, periods=3, key="k5")
    other = Customer(customer.ledger, "c-2")
    with pytest.raises(UnknownBill):
        plans.instal_bill(customer.ledger, other.id, bill_id=newest, periods=3, key="k6")


def test_a_paid_bill_has_nothing_to_instal(customer: Customer) -> None:
    customer.buy(5_000)
    customer.at("2026-11-01").close_month("2026-10").repay(5_000)
    with pytest.raises(InstalmentRefused, match="nothing_to_instal"):
        customer.instal_bill(3)


def test_a_fee_free_plan_has_no_fee(customer: Customer) -> None:
    customer.buy(100_000, periods=3, fee_free=True)
    customer.at("2026-11-01").close_month("2026-10")
    assert bill_of(customer).outstanding_fen == 33_333
    (plan,) = customer.facts.plans
    assert (plan.fee_free, plan.apr_simple, plan.remaining_fee_fen) == (True, "0.0000", 0)


def test_closing_is_one_transaction_an_account(ledger: Ledger) -> None:
    for number in range(3):
        Customer(ledger, f"c-{number}", on="2026-10-05").buy(1_000 + number)
    Customer(ledger, "c-9").at("2026-11-01").close_month("2026-10")
    with ledger.read() as conn:
        totals = conn.scalars(sa.select(t.bills.c.total_fen).order_by(t.bills.c.id)).all()
    assert totals == [1_000, 1_001, 1_002]
    assert_books_hold(ledger)


def test_what_stands_on_a_bill_is_told_to_its_customer_alone(ledger: Ledger, customer: Customer) -> None:
    customer.buy(10_000, merchant="a", item="b")
    other = Customer(ledger, "c-other", on="2026-10-05")
    customer.at("2026-11-01").close_month("2026-10")
    bill = bill_of(customer)
    assert lookups.bill_items(ledger, customer.id, bill.id) == bill.items
    with pytest.raises(UnknownBill):
        lookups.bill_items(ledger, other.id, bill.id)

"""What settling early costs: worked numbers, and when a quote stops being true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import closing, freezes, limits, purchases, quotes, refunds, terms
from ledger.database import Ledger
from ledger.errors import (
    AccountClosed,
    GuardRefused,
    NothingOwed,
    QuoteChanged,
    QuoteExpired,
    UnknownCustomer,
    UnknownQuote,
)
from ledger.model import Quote
from tests.ledger.customer import Customer, assert_books_hold

RULES = terms.load()


@pytest.fixture
def customer(ledger: Ledger) -> Customer:
    return Customer(ledger, on="2026-09-05")


def lines(quote: Quote) -> list[tuple[str, int]]:
    return [(line.kind, line.amount_fen) for line in quote.lines]


def bill_plan_of_six(customer: Customer, paid: int) -> None:
    """6,000.00 over 6 at 0.90 %, 54.00 a period; some periods paid, now it is the 3rd after."""
    customer.buy(600_000)
    customer.at("2026-10-03").close_month("2026-09").instal_bill(6)
    for number in range(paid):
        month = 11 + number
        customer.at(f"{2026 + (month - 1) // 12}-{(month - 1) % 12 + 1:02}-03")
        customer.close_month(f"{2026 + (month - 2) // 12}-{(month - 2) % 12 + 1:02}")
        customer.repay_bills()


def test_the_worked_example(customer: Customer) -> None:
    """4,000.00 + 54.00 + 54.00 = 4,108.00, and 108.00 of fees falls away."""
    bill_plan_of_six(customer, paid=2)
    quote = customer.quote()
    assert lines(quote) == [("bill_plan", 400_000), ("next_fee", 5_400), ("settlement_charge", 5_400)]
    assert (quote.total_fen, quote.waived_fen) == (410_800, 10_800)
    assert {line.label for line in quote.lines} == {"2026-09"}
    assert customer.confirm(quote).state == "SETTLED"
    assert customer.facts.debts.total_fen == 0
    assert_books_hold(customer.ledger)


@pytest.mark.parametrize(
    ("paid", "total", "waived"),
    [(0, 610_800, 21_600), (3, 310_800, 5_400), (4, 210_800, 0), (5, 105_400, 0)],
)
def test_settling_never_costs_more_than_the_fees_to_come(
    customer: Customer, paid: int, total: int, waived: int
) -> None:
    bill_plan_of_six(customer, paid)
    quote = customer.quote()
    assert (quote.total_fen, quote.waived_fen) == (total, waived)


@given(st.lists(st.integers(0, 200_000), max_size=36))
def test_fees_due_and_waived_are_the_fees_to_come(to_come: list[int]) -> None:
    next_fee, charge, waived = quotes.early_fees(RULES, to_come)
    assert next_fee + charge + waived == sum(to_come)
    assert min(next_fee, charge, waived) >= 0
    assert charge == 0 or len(to_come) > 1


def test_terms_decide_what_settling_early_costs() -> None:
    without = replace(RULES, settle_fee_periods=0)
    assert quotes.early_fees(without, [5_400] * 4) == (5_400, 0, 16_200)
    assert quotes.early_fees(replace(without, settle_next_fee=False), [5_400] * 4) == (0, 0, 21_600)
    assert quotes.early_fees(RULES, [5_400] * 4) == (5_400, 5_400, 10_800)
    no_next_fee = replace(RULES, settle_next_fee=False)
    assert quotes.early_fees(no_next_fee, [5_400]) == (0, 0, 5_400)  # the last-but-one period is billed


def test_all_kinds_of_debt_and_what_is_not_included(customer: Customer) -> None:
    customer.buy(60_000)
    customer.buy(300_000, periods=3, merchant="shop", item="tv")
    customer.buy(90_000, periods=3, fee_free=True, merchant="shop", item="free")
    customer.at("2026-10-03").close_month("2026-09").instal_bill(3)
    customer.repay_bills()
    customer.buy(2_000)
    customer.at("2026-11-03").close_month("2026-10").buy(700)
    held = customer.hold(5_000, merchant="shop", item="later")
    quote = customer.quote()
    assert sorted(lines(quote)) == sorted(
        [
            ("bill_plan", 60_000),
            ("product_plan", 200_000),
            ("product_plan", 60_000),
            ("billed_fee", 540 + 2_250),
            ("billed", 2_000),
            ("unbilled", 700),
            ("next_fee", 540),
            ("settlement_charge", 540),
            ("next_fee", 2_250),  # its last period: no settlement charge
        ]
    )
    assert [(line.label, line.amount_fen) for line in quote.excluded] == [("shop later", 5_000)]
    assert quote.total_fen == sum(line.amount_fen for line in quote.lines)
    assert quote.waived_fen == 0
    assert customer.confirm(quote).state == "SETTLED"
    facts = customer.facts
    assert (facts.debts.total_fen, facts.plans, facts.holds_fen) == (0, (), 5_000)
    purchases.capture(customer.ledger, held, "capture")
    customer.at("2026-12-03").close_month("2026-11")
    assert [bill.total_fen for bill in customer.facts.bills[:1]] == [5_000]
    assert_books_hold(customer.ledger)


def test_penalty_includes_today(customer: Customer) -> None:
    customer.buy(100_000)
    customer.at("2026-10-16")
    quote = customer.quote()
    assert lines(quote) == [("billed", 100_000), ("penalty", 500)]
    assert customer.confirm(quote).state == "SETTLED"
    assert customer.facts.freezes == ()


def test_a_quote_lasts_fifteen_minutes_and_never_past_midnight(customer: Customer) -> None:
    customer.buy(1_000)
    quote = customer.quote()
    assert (quote.valid_until - quote.made_at).total_seconds() == 900
    assert customer.at("2026-09-05", "23:50").quote().valid_until.isoformat() == "2026-09-06T00:00:00+08:00"


def test_nothing_changed_is_the_same_quote(customer: Customer) -> None:
    customer.buy(1_000)
    first = customer.quote()
    again = customer.at("2026-09-05", "10:05").quote()
    assert again.quote_id == first.quote_id
    assert again.valid_until > first.valid_until
    assert customer.quote(close_after=True).quote_id != first.quote_id
    assert first.terms_version == RULES.version


def changes_of_an_account() -> list[Any]:
    return [
        pytest.param(lambda c, o: c.buy(1), id="bought"),
        pytest.param(lambda c, o: c.repay(1), id="repaid"),
        pytest.param(
            lambda c, o: (
                refunds.request(c.ledger, order_no=o, amount_fen=5, key="r"),
                refunds.complete(c.ledger, order_no=o, key="d"),
            ),
            id="refunded",
        ),
        pytest.param(
            lambda c, o: limits.cut(c.ledger, c.id, new_fen=900_000, evidence={"x": 1}, key="l"), id="cut"
        ),
        pytest.param(lambda c, o: freezes.place(c.ledger, c.id, "risk", {}, key="f"), id="frozen"),
        pytest.param(lambda c, o: c.hold(7), id="held"),
    ]


@pytest.mark.parametrize("change", changes_of_an_account())
def test_a_quote_that_no_longer_matches_charges_nothing(
    customer: Customer, change: Callable[[Customer, str], Any]
) -> None:
    order_no = customer.buy(10_000)
    old = customer.quote()
    change(customer, order_no)
    owed = customer.facts.debts.total_fen
    with pytest.raises(QuoteChanged) as changed:
        customer.confirm(old)
    new = changed.value.quote
    assert (new.total_fen, new.close_after) == (owed, False)
    assert customer.facts.debts.total_fen == owed
    assert customer.facts.last_settlement is None
    assert customer.confirm(new).state == "SETTLED"


def test_another_amount_than_quoted_charges_nothing(customer: Customer) -> None:
    customer.buy(10_000)
    quote = customer.quote()
    with pytest.raises(QuoteChanged) as changed:
        customer.confirm(quote, amount_fen=9_999)
    assert changed.value.quote.quote_id == quote.quote_id
    assert customer.facts.debts.total_fen == 10_000


def test_an_expired_quote_brings_a_new_one(customer: Customer) -> None:
    customer.buy(10_000)
    old = customer.quote(close_after=True)
    customer.at("2026-09-05", "10:15")
    with pytest.raises(QuoteExpired) as expired:
        customer.confirm(old)
    new = expired.value.quote
    assert (new.total_fen, new.close_after) == (10_000, True)
    assert new.valid_until > old.valid_until
    assert customer.facts.last_settlement is None


def test_a_new_day_of_penalty_is_noticed(customer: Customer) -> None:
    """Made at 23:59 of a late day, confirmed at 00:00 of the next: expired, and 0.50 more."""
    customer.buy(100_000)
    old = customer.at("2026-10-10", "23:59").quote()
    customer.at("2026-10-11", "00:00")
    with pytest.raises(QuoteExpired) as expired:
        customer.confirm(old)
    assert expired.value.quote.total_fen == old.total_fen + 50


def test_another_customers_quote_is_unknown(ledger: Ledger, customer: Customer) -> None:
    customer.buy(10_000)
    other = Customer(ledger, "c-2")
    other.buy(10_000)
    for quote_id in (customer.quote().quote_id, "nothing"):
        with pytest.raises(UnknownQuote):
            other.confirm(replace(other.quote(), quote_id=quote_id))
    assert other.facts.last_settlement is None


def test_when_there_is_nothing_to_quote(ledger: Ledger, customer: Customer) -> None:
    with pytest.raises(NothingOwed):
        customer.quote()
    with pytest.raises(UnknownCustomer):
        quotes.make(ledger, "nobody", close_after=False)
    closing.close(ledger, customer.id, key="close")
    with pytest.raises(AccountClosed):
        customer.quote()


def test_settling_is_not_forbidden_by_a_freeze_but_closing_by_some(
    ledger: Ledger, customer: Customer
) -> None:
    customer.buy(10_000)
    freezes.place(ledger, customer.id, "risk", {"logins": []}, key="risk")
    assert customer.quote(close_after=True).total_fen == 10_000
    freezes.place(ledger, customer.id, "fraud", {}, key="fraud")
    with pytest.raises(GuardRefused) as refused:
        customer.quote(close_after=True)
    assert [guard.id for guard in refused.value.guards] == ["fraud_freeze"]
    assert customer.confirm(customer.quote()).state == "SETTLED"

"""A quote line by line: where each amount comes from, what falls away, and what the quote's id stands for."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from datetime import datetime

import pytest
import sqlalchemy as sa

from ledger import purchases, quotes, terms
from ledger import tables as t
from ledger.clock import SHANGHAI
from ledger.database import Ledger
from ledger.model import Quote, QuoteLine
from tests.ledger.customer import Customer

RULES = terms.load()


@pytest.fixture
def customer(ledger: Ledger) -> Customer:
    """Has, as a neighbour has, a purchase, 3,000.00 over 6 (22.50 a period) on a bill, and a hold."""
    both = [Customer(ledger, customer_id, on="2026-09-05") for customer_id in ("c-0", "c-1")]
    for each in both:
        each.buy(60_000)
        each.buy(300_000, periods=6, item=f"tv of {each.id}")
    both[0].at("2026-10-03").close_month("2026-09")
    for each in both:
        each.hold(65_000)
    return both[1]


def test_each_line_says_where_it_comes_from(customer: Customer) -> None:
    customer.buy(900)
    assert customer.quote() == Quote(
        quote_id=customer.quote().quote_id,
        customer_id="c-1",
        lines=(
            QuoteLine("billed", 60_000, "2026-09"),
            QuoteLine("product_plan", 300_000, "shop tv of c-1", 2),
            QuoteLine("billed_fee", 2_250, "2026-09"),
            QuoteLine("unbilled", 900),
            QuoteLine("next_fee", 2_250, "shop tv of c-1", 2),
            QuoteLine("settlement_charge", 2_250, "shop tv of c-1", 2),
        ),
        waived=(QuoteLine("next_fee", 3 * 2_250, "shop tv of c-1", 2),),
        excluded=(QuoteLine("unbilled", 65_000, "shop thing"),),
        total_fen=367_650,
        made_at=datetime(2026, 10, 3, 10, tzinfo=SHANGHAI),
        valid_until=datetime(2026, 10, 3, 10, 15, tzinfo=SHANGHAI),
        close_after=False,
        terms_version=RULES.version,
    )


def test_interest_and_penalty_are_told_by_bill(customer: Customer) -> None:
    """Late from 7 October: 0.05 % a day of the 600.00 and the first 500.00 of the plan, 55 fen."""
    late = [line for line in customer.at("2026-10-16").quote().lines if line.kind in ("penalty", "interest")]
    assert late == [QuoteLine("penalty", 10 * 55, "2026-09")]


def test_interest_that_waits_for_the_next_bill_has_no_month(ledger: Ledger) -> None:
    customer = Customer(ledger, on="2026-09-05")
    customer.buy(100_000)
    customer.at("2026-10-03").repay(10_000)  # the minimum: 900.00 bears 45 fen a day from the 7th
    assert customer.at("2026-10-16").quote().lines == (
        QuoteLine("billed", 90_000, "2026-09"),
        QuoteLine("interest", 450),
    )


def test_the_id_is_a_hash_of_the_lines_the_terms_and_the_accounts_version(customer: Customer) -> None:
    quote = customer.quote(close_after=False)
    a = t.accounts.c
    with customer.ledger.read() as conn:
        account = conn.execute(sa.select(a.id, a.version).where(a.customer_id == "c-1")).one()
    content = {
        "account": account.id,
        "version": account.version,
        "terms": RULES.version,
        "close_after": False,
        "lines": [asdict(line) for line in quote.lines],
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    assert quote.quote_id == hashlib.sha256(text.encode()).hexdigest()[:32]


def test_a_hold_that_ends_meanwhile_is_not_told_any_more(customer: Customer) -> None:
    first = customer.quote()
    later = customer.hold(900, item="two")
    both = customer.at("2026-10-03", "10:05").quote()
    assert [line.label for line in both.excluded] == ["shop thing", "shop two"]
    purchases.release(customer.ledger, later, "release")
    again = customer.at("2026-10-03", "10:06").quote()
    assert (again.excluded, again.lines, again.waived) == (first.excluded, first.lines, first.waived)


def test_of_fees_that_differ_the_next_ones_count() -> None:
    """The charge is as much as the next period's fee, or as what is still to come after it."""
    assert quotes.early_fees(RULES, [540, 541, 542, 543]) == (540, 540, 1_086)
    assert quotes.early_fees(RULES, [541, 540]) == (541, 540, 0)
    assert quotes.early_fees(RULES, [540]) == (540, 0, 0)
    assert quotes.early_fees(RULES, []) == (0, 0, 0)
    twice = replace(RULES, settle_fee_periods=2)
    assert quotes.early_fees(twice, [540, 541, 542, 543]) == (540, 1_080, 546)


def test_a_plan_without_fees_costs_its_principal(ledger: Ledger) -> None:
    customer = Customer(ledger)
    customer.buy(90_000, periods=3, fee_free=True)
    quote = customer.quote()
    assert quote.lines == (QuoteLine("product_plan", 90_000, "shop thing", 1),)
    assert quote.waived == ()


def test_a_plan_whose_last_period_is_billed_is_named_by_its_principal(ledger: Ledger) -> None:
    customer = Customer(ledger, on="2026-09-05")
    customer.buy(90_000, periods=3, fee_free=True)
    plan = customer.at("2026-12-03").close_month("2026-11").quote().lines[0]
    assert plan == QuoteLine("product_plan", 90_000, "shop thing", 1)

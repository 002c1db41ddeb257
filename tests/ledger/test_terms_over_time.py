"""Rules that change: what was agreed keeps its version, and a version that was in force never changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal

import pytest
import sqlalchemy as sa

from ledger import debits, jobs, penalties, purchases, terms, terms_store
from ledger import tables as t
from ledger.clock import SHANGHAI, FixedClock
from ledger.database import Ledger
from ledger.errors import InvalidTerms, QuoteExpired
from ledger.terms import Terms, Versions
from tests.ledger.customer import Customer, assert_books_hold

FIRST = terms.load_versions().all[0]
SECOND = replace(
    FIRST,
    version="b",
    effective_from=date(2026, 11, 10),
    due_day=8,
    penalty_rate=Decimal("0.0003"),
    daily_rate=Decimal("0.0002"),
    minimum_ratio=Decimal("0.20"),
    fee_rate={"product": Decimal("0.0050"), "bill": Decimal("0.0060")},
    debit_times=(time(9, 30),),
)


@pytest.fixture
def changing(ledger: Ledger) -> Ledger:
    """A ledger whose rules change on 10 November 2026."""
    return replace(ledger, rules=Versions((FIRST, SECOND)))


@pytest.mark.parametrize("nightly", [False, True])
def test_a_bill_keeps_the_rates_of_its_issue_day(changing: Ledger, *, nightly: bool) -> None:
    customer = Customer(changing, on="2026-10-05")
    customer.buy(100_000)
    customer.at("2026-11-05").buy(200_000)
    for day in ("2026-11-07", "2026-11-09", "2026-11-10", "2026-12-01", "2026-12-08", "2026-12-09"):
        customer.at(day)
        if nightly:
            penalties.run(changing)
    customer.at("2026-12-13").close_month("2026-11")
    facts = customer.facts
    # October's bill: 37 days late at 0.05 %; November's, due on the 8th by the new terms: 5 days at 0.03 %.
    assert [bill.due_on for bill in facts.bills] == [date(2026, 12, 8), date(2026, 11, 6)]
    assert facts.debts.penalty_fen == 37 * 50 + 5 * 60
    assert customer.at("2026-12-14").facts.debts.penalty_fen == 38 * 50 + 6 * 60
    assert_books_hold(changing)


def test_the_minimum_and_its_interest_are_those_of_the_bill(changing: Ledger) -> None:
    customer = Customer(changing, on="2026-10-05")
    customer.buy(100_000)
    customer.at("2026-11-02").repay(10_000)
    customer.buy(50_000)
    customer.at("2026-11-30")
    assert customer.facts.debts.interest_fen == 24 * 45  # 0.05 % a day of 900.00 from the 7th
    bill = customer.at("2026-12-01").close_month("2026-11").facts.bill
    assert bill is not None
    interest = 25 * 45
    assert bill.minimum_fen == 28_000 + interest  # 20 % of 1,400.00
    assert customer.at("2026-12-08").facts.debts.interest_fen == interest + 7 * 18  # 0.02 % of the rest


def test_the_next_bill_and_due_day_are_those_to_come(changing: Ledger) -> None:
    facts = Customer(changing, on="2026-11-09").facts
    assert (facts.next_bill_on, facts.next_due_on) == (date(2026, 12, 1), date(2026, 12, 8))


def test_a_plan_keeps_what_was_agreed_when_the_order_was_placed(changing: Ledger) -> None:
    customer = Customer(changing, on="2026-11-08")
    order_no = customer.hold(600_000, periods=6)
    customer.at("2026-11-12")
    purchases.capture(changing, order_no, key="capture")
    customer.buy(600_000, periods=6)
    assert [plan.fee_per_period_fen for plan in customer.facts.plans] == [4_500, 3_000]
    with changing.read() as conn:
        assert list(conn.scalars(sa.select(t.plans.c.terms_version))) == [FIRST.version, "b"]


def test_a_plan_is_settled_early_by_what_was_agreed(ledger: Ledger) -> None:
    free = replace(SECOND, settle_fee_periods=0, settle_next_fee=False)
    changing = replace(ledger, rules=Versions((FIRST, free)))
    customer = Customer(changing, on="2026-11-08")
    customer.buy(600_000, periods=6)
    customer.at("2026-11-12").buy(600_000, periods=6)
    fees = [line for line in customer.quote().lines if line.kind in ("next_fee", "settlement_charge")]
    assert [(line.kind, line.amount_fen) for line in fees] == [
        ("next_fee", 4_500),
        ("settlement_charge", 4_500),
    ]


def test_terms_that_something_was_agreed_under_cannot_get_lost(changing: Ledger) -> None:
    customer = Customer(changing, on="2026-11-08")
    customer.buy(600_000, periods=6)
    customer.ledger = replace(changing, rules=Versions((SECOND,)))
    with pytest.raises(InvalidTerms) as refused:
        customer.quote()
    assert refused.value.details["version"] == FIRST.version


def test_a_quote_keeps_its_version_and_ends_with_its_day(changing: Ledger) -> None:
    customer = Customer(changing, on="2026-11-08")
    customer.buy(600_000, periods=6)
    quote = customer.at("2026-11-09", "23:55").quote()
    assert quote.terms_version == FIRST.version
    assert quote.valid_until == datetime(2026, 11, 10, tzinfo=SHANGHAI)
    customer.at("2026-11-10", "00:01")
    with pytest.raises(QuoteExpired) as expired:
        customer.confirm(quote)
    assert expired.value.quote.terms_version == "b"
    with changing.read() as conn:
        kept = conn.execute(sa.select(t.quotes.c.quote_id, t.quotes.c.terms_version)).all()
    assert dict(kept)[quote.quote_id] == FIRST.version


def test_automatic_debit_tries_at_the_times_of_the_due_day(changing: Ledger) -> None:
    customer = Customer(changing, on="2026-11-05", auto_debit=True)
    customer.buy(5_000)
    customer.at("2026-12-08", "09:29")
    assert jobs.run(changing) and debits.run(changing) == 0
    customer.at("2026-12-08", "09:30")
    assert (debits.run(changing), customer.facts.debts.total_fen) == (1, 0)


def published(ledger: Ledger) -> list[str]:
    with ledger.read() as conn:
        order = t.terms_versions.c.effective_from
        return list(conn.scalars(sa.select(t.terms_versions.c.version).order_by(order)))


def test_versions_are_recorded_once(ledger: Ledger) -> None:
    both = Versions((FIRST, SECOND))
    assert (terms_store.publish(ledger, both), published(ledger)) == (2, [FIRST.version, "b"])
    terms_store.publish(ledger, both)
    assert published(ledger) == [FIRST.version, "b"]


def test_what_is_still_to_come_may_change(ledger: Ledger) -> None:
    terms_store.publish(ledger, Versions((FIRST, SECOND)))
    later = replace(SECOND, version="c", effective_from=date(2026, 12, 1))
    terms_store.publish(ledger, Versions((FIRST, later)))
    assert published(ledger) == [FIRST.version, "c"]


def in_force(ledger: Ledger) -> None:
    terms_store.publish(ledger, Versions((FIRST, SECOND)))
    assert isinstance(ledger.clock, FixedClock)
    ledger.clock.set(datetime(2026, 11, 10, tzinfo=SHANGHAI))


@pytest.mark.parametrize(
    ("versions", "key"),
    [
        ((FIRST, replace(SECOND, penalty_rate=Decimal("0.0004"))), "penalty_rate"),
        ((FIRST, replace(SECOND, effective_from=date(2026, 11, 11))), "effective_from"),
        ((FIRST,), "version"),
        ((FIRST, SECOND, replace(SECOND, version="c", effective_from=date(2026, 11, 10))), "effective_from"),
        ((FIRST, replace(SECOND, version="c")), "version"),
    ],
)
def test_what_was_in_force_never_changes(ledger: Ledger, versions: tuple[Terms, ...], key: str) -> None:
    in_force(ledger)
    with pytest.raises(InvalidTerms) as refused:
        terms_store.publish(ledger, Versions(versions))
    with pytest.raises(InvalidTerms):
        terms_store.verify(ledger, Versions(versions))
    assert refused.value.details["key"] in (key, "effective_from") and refused.value.details["version"]
    assert published(ledger) == [FIRST.version, "b"]


def test_a_rule_the_program_learns_later_is_no_change(ledger: Ledger) -> None:
    in_force(ledger)
    with ledger.write() as conn:
        row = conn.execute(sa.select(t.terms_versions)).first()
        assert row is not None
        without = {key: value for key, value in row.content.items() if key != "hold_days"}
        where = t.terms_versions.c.version == row.version
        conn.execute(sa.update(t.terms_versions).where(where).values(content=without))
    terms_store.publish(ledger, Versions((FIRST, SECOND)))


def test_what_is_only_told_may_change_at_any_time(ledger: Ledger) -> None:
    in_force(ledger)
    told = {"hotline": "", "bill_path": "我 > 账单", "human_hours": (time(8), time(20)), "refund_days": (1,)}
    changed = Versions((replace(FIRST, **told), replace(SECOND, **told)))
    assert terms_store.publish(ledger, changed) == 0
    terms_store.verify(ledger, changed)


def test_every_rule_that_moves_money_is_recorded() -> None:
    later = {"credit_limit_max_fen": 1, "hold_days": 1, "merchant_cycle": "week", "apr_cap": Decimal("0.2")}
    kept = terms_store.content(replace(FIRST, **later))
    assert {key: kept[key] for key in later} == {**later, "apr_cap": "0.2"}
    assert kept["fee_rate"] == {"product": "0.0075", "bill": "0.0090"}
    assert kept["debit_times"] == ["08:00:00", "17:00:00", "20:00:00"]

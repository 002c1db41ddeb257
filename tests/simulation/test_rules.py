"""The model's rules are the product's, and the model gives the specification's worked numbers by itself."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from ledger import terms
from ledger.clock import SHANGHAI
from simulation import rules
from simulation.debts import Hold
from simulation.model import Account
from simulation.product import versions

RATE = Decimal(100_000)


def test_rules_are_the_products() -> None:
    same(terms.load(), rules.FIRST)
    product = terms.load()
    assert product.bill_day == rules.BILL_DAY
    assert (product.debit_times[-1], product.bill_window_until) == (rules.LAST_DEBIT, rules.BILL_WINDOW_UNTIL)
    assert product.freeze_kept_after_days_late == rules.FREEZE_KEPT_AFTER_DAYS_LATE


def test_rules_that_change_are_the_ledgers_from_their_day() -> None:
    changing = rules.changing(date(2026, 5, 1), random.Random("x"))
    agreed = versions(changing)
    assert len(changing.versions) == len(agreed.all) > 2
    for version in changing.versions:
        for day in (version.since, version.since - timedelta(days=1)):
            same(agreed.at(day), changing.at(day))
    assert len({each.version for each in agreed.all}) == len(agreed.all)


def same(product: terms.Terms, version: rules.Version) -> None:
    assert (product.due_day, product.hold_days) == (version.due_day, version.hold_days)
    rates = {"product": version.product_fee / RATE, "bill": version.bill_fee / RATE}
    assert product.fee_rate == rates
    assert (product.daily_rate, product.penalty_rate) == (version.interest / RATE, version.penalty / RATE)
    assert product.minimum_ratio == Decimal(version.minimum_percent) / 100
    assert product.min_instalment_fen == version.least_instalment_fen
    assert product.unfreeze_wait_days == version.unfreeze_wait_days
    early = (version.settle_next_fee, version.settle_fee_periods)
    assert (product.settle_next_fee, product.settle_fee_periods) == early


@pytest.fixture
def account() -> Account:
    return Account(date(2026, 1, 2), 3_000_000)


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T10:00").replace(tzinfo=SHANGHAI)


def bought(account: Account, fen: int, day: str, periods: int = 1) -> Account:
    account.catch_up(at(day))
    account.holds["o"] = Hold(fen, periods, False, at(day) + timedelta(days=7))
    account.capture("o", at(day).date())
    return account


def test_settling_a_bill_plan_early_costs_a_fee_and_a_charge(account: Account) -> None:
    """6,000.00 over 6 at 0.90 %, two periods billed and paid: 4,000.00 + 54.00 + 54.00, 108.00 falls away."""
    bought(account, 600_000, "2026-01-05").catch_up(at("2026-02-03"))
    account.instal("2026-01", 6, date(2026, 2, 3))
    for day in ("2026-03-03", "2026-04-03"):
        account.catch_up(at(day))
        account.repay(105_400, at(day).date())
    quoted = account.quote()
    assert (quoted.total_fen, quoted.waived_fen) == (410_800, 10_800)
    account.settle(410_800, date(2026, 4, 3))
    assert account.balances() == {}
    assert account.income["fee"] == 4 * 5_400


def test_penalty_of_a_bill_paid_late(account: Account) -> None:
    """0.05 % a day on 1,000.00 from the day after the due day: ten days are 5.00; 31 keep the freeze."""
    bought(account, 100_000, "2026-01-05").catch_up(at("2026-02-06"))
    assert account.overdue is None
    account.catch_up(at("2026-02-16"))
    assert account.balances()["receivable.penalty"] == 500
    account.repay(100_500, date(2026, 2, 16))
    assert account.overdue is None and not account.debts


def test_minimum_paid_bears_interest_not_penalty(account: Account) -> None:
    """10 % of 1,000.00 paid: 900.00 at 0.05 % a day from the 7th to the 1st, on the next bill."""
    bought(account, 100_000, "2026-01-05").catch_up(at("2026-02-03"))
    account.repay(10_000, date(2026, 2, 3))
    account.catch_up(at("2026-03-01"))
    assert account.balances() == {"receivable.billed": 90_000, "receivable.interest": 1_035}
    assert account.overdue is None


def test_refund_of_a_plan_works_backwards(account: Account) -> None:
    """2,000.00 over 3: a refund of the last period takes its fee away, billed fees stay."""
    bought(account, 200_000, "2026-01-05", periods=3).catch_up(at("2026-02-01"))
    assert account.balances() == {"receivable.plan": 200_000, "receivable.fee": 1_500}
    assert account.refund("o", 66_668, date(2026, 2, 2)) == (66_668, 0)
    assert [fee for plan in account.plans for fee in plan.fees] == [1_500]
    assert account.refund("o", 133_332, date(2026, 2, 2)) == (133_332, 0)
    assert account.balances() == {"receivable.fee": 1_500}

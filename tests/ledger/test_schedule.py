"""Instalments and dates, against public numbers and for every amount."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import schedule

VECTORS: dict[str, Any] = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "vector", VECTORS["cn_handling_fee"], ids=lambda v: f"{v['principal_minor']}x{v['n']}"
)
def test_published_handling_fees(vector: dict[str, Any]) -> None:
    rate = Decimal(vector["monthly_fee_pct"]) / 100
    fees = schedule.fees(vector["principal_minor"], rate, vector["n"])
    assert fees[0] == vector["fee_each_minor"]
    assert sum(fees) == vector["total_fee_minor"]


def test_the_last_period_takes_the_rest() -> None:
    assert schedule.principals(200_000, 3) == (66_666, 66_666, 66_668)
    assert schedule.principals(600_000, 6) == (100_000,) * 6
    assert schedule.fees(600_000, Decimal("0.0090"), 6) == (5_400,) * 6
    # 10.01 yuan at 0.75 %: 7.5075 fen is 8 each, 23 in all.
    assert schedule.fees(1_001, Decimal("0.0075"), 3) == (8, 8, 7)
    assert schedule.fees(600_000, Decimal(0), 12) == (0,) * 12


@given(
    st.integers(1_000, 20_000_000),
    st.sampled_from([3, 6, 12]),
    st.sampled_from(["0.0075", "0.0090", "0.011"]),
)
def test_periods_add_up_to_the_whole(principal: int, periods: int, rate: str) -> None:
    parts = schedule.principals(principal, periods)
    assert sum(parts) == principal
    assert min(parts) >= 0 and parts[-1] >= parts[0]
    fees = schedule.fees(principal, Decimal(rate), periods)
    assert sum(fees) == int((principal * Decimal(rate) * periods).quantize(Decimal(1), "ROUND_HALF_UP"))
    assert min(fees) >= 0 and abs(fees[-1] - fees[0]) <= periods


def published(number: int) -> dict[str, Any]:
    vector: dict[str, Any] = VECTORS["due_dates"][number]
    return vector


def dates(texts: list[str]) -> tuple[date, ...]:
    return tuple(date.fromisoformat(text) for text in texts)


def test_published_due_dates_of_a_purchase_in_instalments() -> None:
    vector = published(0)
    due_day = vector["bill_day"] + vector["due_offset_days"]
    dues = schedule.instalment_dues(
        date.fromisoformat(vector["purchase"]), vector["n"], bill_day=vector["bill_day"], due_day=due_day
    )
    assert dues == dates(vector["due"])


def test_published_months_are_clamped_from_the_anchor_day() -> None:
    for vector, start in ((published(1), "purchase"), (published(4), "start")):
        day = date.fromisoformat(vector[start])
        assert tuple(schedule.add_months(day, n) for n in range(1, vector["n"] + 1)) == dates(vector["due"])
    assert schedule.add_months(date(2024, 2, 29), 1, anchor_day=31) == date(2024, 3, 31)


def test_published_first_due_day_in_the_cycle_and_after_the_bill() -> None:
    in_cycle, after_bill = published(2), published(3)
    for day in in_cycle["cycle"]:
        dues = schedule.instalment_dues(date.fromisoformat(day), 3, bill_day=1, due_day=10)
        assert dues[0] == date.fromisoformat(in_cycle["first_due"])
    for day in after_bill["applied_between"]:
        dues = schedule.instalment_dues(date.fromisoformat(day), 3, bill_day=1, due_day=10)
        assert dues[0] == date.fromisoformat(after_bill["first_due"])


@pytest.mark.parametrize(
    ("bought", "free_days"),
    [(date(2026, 10, 1), 36), (date(2026, 10, 31), 6), (date(2026, 2, 1), 33), (date(2026, 12, 31), 6)],
)
def test_interest_free_days(bought: date, free_days: int) -> None:
    (due,) = schedule.instalment_dues(bought, 1, bill_day=1, due_day=6)
    assert (due - bought).days == free_days


def test_the_month_of_a_bill_is_the_one_before_its_day() -> None:
    assert schedule.bill_month(date(2026, 11, 1)) == "2026-10"
    assert schedule.bill_month(date(2027, 1, 1)) == "2026-12"


def test_a_plan_begins_on_the_first_bill_after_it() -> None:
    """Billed on the 15th, due on the 20th: what starts on the 15th itself waits for the next month."""
    for started_on, first in (("2026-04-14", "2026-04-20"), ("2026-04-15", "2026-05-20")):
        dues = schedule.instalment_dues(date.fromisoformat(started_on), 2, bill_day=15, due_day=20)
        assert dues[0] == date.fromisoformat(first)
        assert dues[1].month == dues[0].month + 1 and dues[1].day == 20
    assert schedule.next_bill_on(date(2026, 4, 14), 15) == date(2026, 4, 15)
    assert schedule.next_bill_on(date(2026, 12, 15), 15) == date(2027, 1, 15)
    assert schedule.next_bill_on(date(2026, 2, 5), 31) == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("rate", "periods", "apr"),
    [
        ("0", 12, "0.0000"),
        ("0.0075", 3, "0.1345"),
        ("0.0075", 6, "0.1527"),
        ("0.0075", 12, "0.1622"),
        ("0.0090", 6, "0.1828"),
        ("1", 1, "12.0000"),
    ],
)
def test_the_yearly_rate_makes_the_instalments_worth_what_was_bought(
    rate: str, periods: int, apr: str
) -> None:
    schedule.apr.cache_clear()
    told = schedule.apr(Decimal(rate), periods)
    assert told == Decimal(apr) and str(told) == apr
    instalment = 1 / periods + float(rate)

    def worth(per_period: float) -> float:
        return sum(instalment / (1 + per_period) ** number for number in range(1, periods + 1))

    half = 0.00005  # of the last decimal told
    assert worth((float(apr) + half) / 12) < 1.0000001 and worth(max(0.0, float(apr) - half) / 12) > 0.9999999

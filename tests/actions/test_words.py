"""Figures as a customer reads them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from actions import words
from ledger.clock import SHANGHAI


@pytest.mark.parametrize(
    ("amount_fen", "text"),
    [(0, "¥0.00"), (5, "¥0.05"), (123450, "¥1,234.50"), (100000000, "¥1,000,000.00"), (-5, "-¥0.05")],
)
def test_money_is_yuan_with_two_decimals(amount_fen: int, text: str) -> None:
    assert words.money(amount_fen) == text


def test_a_date_names_its_year_only_when_it_is_another() -> None:
    assert words.day(date(2026, 11, 6), today=date(2026, 11, 3)) == "11月6日"
    assert words.day(date(2025, 11, 6), today=date(2026, 11, 3)) == "2025年11月6日"
    assert words.moment(datetime(2026, 1, 2, 9, 5, tzinfo=SHANGHAI)) == "1月2日 09:05"


def test_a_rate_is_said_with_its_annual_rate() -> None:
    assert words.percent(Decimal("0.0090")) == "0.9%"
    assert words.percent("0.10") == "10%"
    assert words.rate_with_apr("0.0075", Decimal("0.1530")) == "每期0.75%，年化（单利）约15.3%"


def test_a_plan_of_a_bill_is_named_by_its_month() -> None:
    assert words.label("2026-09") == "9月账单"
    assert words.label("某店 2026-型 耳机") == "某店 2026-型 耳机"


def test_an_unknown_decline_still_has_a_sentence() -> None:
    assert words.decline_reason("something_new") == words.DECLINE_REASONS["declined"]

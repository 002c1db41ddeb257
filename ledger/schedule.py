"""Arithmetic of instalments and dates: pure functions, integer fen, calendar dates.

Rules: principal is floored per period and the last period takes the rest; the fee of a period is half-up
(principal × rate), the last one takes what is left of half-up(principal × rate × periods). Twelve periods a
year.
"""

from __future__ import annotations

import calendar
from datetime import date
from decimal import Decimal
from functools import lru_cache

from ledger.money import half_up

_BISECTIONS = 60


def principals(principal_fen: int, periods: int) -> tuple[int, ...]:
    """Principal of each period, summing to `principal_fen`: 200,000 over 3 -> 66,666 66,666 66,668."""
    each = principal_fen // periods
    return (*[each] * (periods - 1), principal_fen - each * (periods - 1))


def fees(principal_fen: int, rate: Decimal, periods: int) -> tuple[int, ...]:
    """Fee of each period, summing to half-up(principal × rate × periods), none below zero.

    Where half-up(principal × rate) rounded up so often that nothing, or less, is left for the last periods
    (tiny principals), these periods pay what is left, then nothing.
    """
    left = half_up(principal_fen * rate * periods)
    each = half_up(principal_fen * rate)
    result = []
    for _ in range(periods - 1):
        result.append(min(each, left))
        left -= result[-1]
    return (*result, left)


@lru_cache(maxsize=256)
def apr(rate: Decimal, periods: int) -> Decimal:
    """年化（单利）: twelve times the internal rate of return per period of equal instalments.

    `rate` is the fee per period on the original principal. A fraction, half-up to four decimals:
    0.0075 over 6 -> 0.1527, 0.0090 over 6 -> 0.1828, 0 -> 0.0000.
    """
    per_period = _internal_rate(Decimal(1) / periods + rate, periods)
    return (per_period * 12).quantize(Decimal("0.0001"), rounding="ROUND_HALF_UP")


def _internal_rate(instalment: Decimal, periods: int) -> Decimal:
    """The rate per period at which that many instalments, the first after one period, are worth 1 now."""
    low, high = Decimal(0), Decimal(1)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        worth = sum((instalment / (1 + middle) ** period for period in range(1, periods + 1)), Decimal(0))
        low, high = (middle, high) if worth > 1 else (low, middle)
    return low


def add_months(day: date, months: int, anchor_day: int | None = None) -> date:
    """The same day `months` later, clamped to the month's end, always from `anchor_day`."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    wanted = anchor_day or day.day
    return date(year, month, min(wanted, calendar.monthrange(year, month)[1]))


def next_bill_on(day: date, bill_day: int) -> date:
    """The first bill day after `day`: something bought on a bill day is billed a month later."""
    this_month = add_months(day, 0, bill_day)
    return this_month if this_month > day else add_months(day, 1, bill_day)


def due_on(issued_on: date, due_day: int) -> date:
    """The due day of a bill issued on `issued_on`; it is in the same month."""
    return add_months(issued_on, 0, due_day)


def bill_month(issued_on: date) -> str:
    """The month whose purchases the bill of that day holds: 2026-11-01 -> "2026-10"."""
    before = add_months(issued_on, -1)
    return f"{before.year:04d}-{before.month:02d}"


def instalment_dues(started_on: date, periods: int, *, bill_day: int, due_day: int) -> tuple[date, ...]:
    """Due days of a plan: its first period is on the first bill issued after it started.

    A purchase of 5 April over 3, bill day 1, due day 10 -> 10 May, 10 June, 10 July; a bill instalment agreed
    between bill day 1 February and due day -> first due in March.
    """
    first = next_bill_on(started_on, bill_day)
    return tuple(due_on(add_months(first, number), due_day) for number in range(periods))

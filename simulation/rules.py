"""The product's rules written down a second time, as plain numbers; a test compares them with the terms.

Money in fen; rates as whole hundred-thousandths, so that no arithmetic of the ledger's is used.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Final

BILL_DAY: Final = 1
LAST_DEBIT: Final = time(20, 0)  # on the due day: of the times at which an automatic debit is tried
BILL_WINDOW_UNTIL: Final = time(22, 0)  # of the due day: until then a bill may become a plan
FREEZE_KEPT_AFTER_DAYS_LATE: Final = 30


@dataclass(frozen=True)
class Version:
    """The rules that hold from one day until the next version's. Rates in hundred-thousandths."""

    since: date
    due_day: int
    hold_days: int
    product_fee: int  # a period, of the original principal
    bill_fee: int
    interest: int  # a day
    penalty: int  # a day
    minimum_percent: int
    least_instalment_fen: int
    settle_next_fee: bool
    settle_fee_periods: int
    unfreeze_wait_days: int


FIRST: Final = Version(date(2026, 1, 1), 6, 7, 750, 900, 50, 50, 10, 1_000, True, 1, 60)
_LATER: Final = (
    Version(date.max, 10, 5, 600, 1_000, 40, 60, 20, 500, True, 0, 30),
    Version(date.max, 6, 7, 900, 750, 50, 45, 15, 2_000, False, 1, 60),
)
_ROUNDS: Final = 5


@dataclass(frozen=True)
class Rules:
    """The rules of any day."""

    versions: tuple[Version, ...] = (FIRST,)

    def at(self, day: date) -> Version:
        return next((each for each in reversed(self.versions) if each.since <= day), self.versions[0])


def changing(start: date, dice: random.Random) -> Rules:
    """The product's rules now, and changes of nearly all of them, there and back, within a world's years."""
    versions = [FIRST]
    for later in _LATER * _ROUNDS:
        start += timedelta(days=dice.randint(20, 200))
        versions.append(replace(later, since=start))
    return Rules(tuple(versions))


def half_up(numerator: int, denominator: int) -> int:
    """Rounded to the nearest whole, halves away from zero; of what is not negative."""
    return (2 * numerator + denominator) // (2 * denominator)


def grown_fen(fen_days: int, rate: int) -> int:
    """Interest or penalty of so many fen over so many days."""
    return half_up(fen_days * rate, 100_000)


def minimum_fen(bought_fen: int, rest_fen: int, percent: int) -> int:
    """Of a bill: a part of purchases, and everything else."""
    return half_up(bought_fen * percent, 100) + rest_fen


def fees(fen: int, rate: int, periods: int) -> list[int]:
    """Of each period, half-up; the last ones pay what is left of the whole fee, never below zero."""
    left, each, result = half_up(fen * rate * periods, 100_000), half_up(fen * rate, 100_000), []
    for _ in range(periods - 1):
        result.append(min(each, left))
        left -= result[-1]
    return [*result, left]


def early_fees(version: Version, to_come: list[int]) -> int:
    """Of settling early: the next fee and the settlement charge, never more than was still to come."""
    next_fee = to_come[0] if version.settle_next_fee else 0
    charge = to_come[0] * version.settle_fee_periods if len(to_come) > 1 else 0
    return min(sum(to_come), next_fee + charge)


def principals(fen: int, periods: int) -> list[int]:
    """Of each period: floored, the last one takes the rest."""
    return [fen // periods] * (periods - 1) + [fen - fen // periods * (periods - 1)]

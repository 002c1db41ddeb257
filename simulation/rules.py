"""The product's rules written down a second time, as plain numbers; a test compares them with the terms.

Money in fen; rates as whole hundred-thousandths, so that no arithmetic of the ledger's is used.
"""

from __future__ import annotations

from datetime import time
from typing import Final

BILL_DAY: Final = 1
DUE_DAY: Final = 6
HOLD_DAYS: Final = 7
LAST_DEBIT: Final = time(20, 0)  # on the due day: of the times at which an automatic debit is tried
FEE_RATE: Final = {"product": 750, "bill": 900}  # a period, in hundred-thousandths of the original principal
DAILY_RATE: Final = 50  # interest, and penalty, a day, in hundred-thousandths
MINIMUM_PERCENT: Final = 10
LEAST_INSTALMENT_FEN: Final = 1_000
FREEZE_KEPT_AFTER_DAYS_LATE: Final = 30
UNFREEZE_WAIT_DAYS: Final = 60


def half_up(numerator: int, denominator: int) -> int:
    """Rounded to the nearest whole, halves away from zero; of what is not negative."""
    return (2 * numerator + denominator) // (2 * denominator)


def grown_fen(fen_days: int) -> int:
    """Interest or penalty of so many fen over so many days."""
    return half_up(fen_days * DAILY_RATE, 100_000)


def minimum_fen(bought_fen: int, rest_fen: int) -> int:
    """Of a bill: 10 % of purchases, and everything else."""
    return half_up(bought_fen * MINIMUM_PERCENT, 100) + rest_fen


def fees(fen: int, rate: int, periods: int) -> list[int]:
    """Of each period, half-up; the last ones pay what is left of the whole fee, never below zero."""
    left, each, result = half_up(fen * rate * periods, 100_000), half_up(fen * rate, 100_000), []
    for _ in range(periods - 1):
        result.append(min(each, left))
        left -= result[-1]
    return [*result, left]


def principals(fen: int, periods: int) -> list[int]:
    """Of each period: floored, the last one takes the rest."""
    return [fen // periods] * (periods - 1) + [fen - fen // periods * (periods - 1)]

"""Every amount from the smallest that may be installed to 1,000 yuan, in every number of periods: no fen is
lost and none is invented."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ledger import plans, schedule, terms
from ledger.errors import InstalmentRefused
from ledger.model import PlanKind

SMALLEST_FEN, LARGEST_FEN = 1_000, 100_000
PERIODS = (3, 6, 12)
#: The rates in whole ten-thousandths, so that what is expected is worked out in integers alone.
RATES: dict[PlanKind, int] = {"product": 75, "bill": 90}


def half_up(ten_thousandths_of_a_fen: int) -> int:
    return (ten_thousandths_of_a_fen + 5_000) // 10_000


def test_these_are_the_products_periods_and_rates() -> None:
    product = terms.load()
    assert product.periods == PERIODS and product.min_instalment_fen == SMALLEST_FEN
    assert product.fee_rate == {kind: Decimal(rate) / 10_000 for kind, rate in RATES.items()}


@pytest.mark.parametrize("periods", PERIODS)
def test_principal_of_every_amount_adds_up(periods: int) -> None:
    """The floor in each period, and the last one takes the rest, so that none is below the first."""
    for fen in range(SMALLEST_FEN, LARGEST_FEN + 1):
        each, rest = divmod(fen, periods)
        parts = schedule.principals(fen, periods)
        assert parts == (each,) * (periods - 1) + (each + rest,), fen
        assert sum(parts) == fen and min(parts) == each > 0, fen


@pytest.mark.parametrize("kind", RATES)
@pytest.mark.parametrize("periods", PERIODS)
def test_fees_of_every_amount_add_up(periods: int, kind: PlanKind) -> None:
    """Half-up in each period and in all; the last one takes what is left, half a fen a period at most."""
    rate = Decimal(RATES[kind]) / 10_000
    for fen in range(SMALLEST_FEN, LARGEST_FEN + 1):
        each, whole = half_up(fen * RATES[kind]), half_up(fen * RATES[kind] * periods)
        fees = schedule.fees(fen, rate, periods)
        assert fees == (each,) * (periods - 1) + (whole - each * (periods - 1),), fen
        assert sum(fees) == whole and min(fees) > 0, fen
        assert 2 * abs(fees[-1] - each) <= periods, fen


@pytest.mark.parametrize("kind", RATES)
@pytest.mark.parametrize("periods", PERIODS)
def test_less_than_the_smallest_amount_is_refused(periods: int, kind: PlanKind) -> None:
    product = terms.load()
    plans.check(product, plans.PlanTerms(kind, "", SMALLEST_FEN, periods))
    with pytest.raises(InstalmentRefused) as refused:
        plans.check(product, plans.PlanTerms(kind, "", SMALLEST_FEN - 1, periods))
    assert refused.value.details == {"reason": "too_small", "least_fen": SMALLEST_FEN}

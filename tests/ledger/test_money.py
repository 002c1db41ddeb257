"""What is an amount, and how fractions of a fen are rounded."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ledger.errors import InvalidAmount
from ledger.money import amount, half_up


def test_an_amount_is_a_whole_number_from_one_fen_to_the_legal_maximum() -> None:
    assert [amount(fen) for fen in (1, 2, 20_000_000)] == [1, 2, 20_000_000]


@pytest.mark.parametrize("fen", [0, -1, 20_000_001, True, 1.0, "1", None, Decimal(1)])
def test_what_is_none_is_shown_with_the_maximum(fen: Any) -> None:
    with pytest.raises(InvalidAmount) as refused:
        amount(fen)
    assert refused.value.details == {"amount_fen": repr(fen), "largest_fen": 20_000_000}


@pytest.mark.parametrize(
    ("exact", "fen"), [("0.4999", 0), ("0.5", 1), ("1.5", 2), ("2.5", 3), ("-0.5", -1), ("-1.4999", -1)]
)
def test_halves_are_rounded_away_from_zero(exact: str, fen: int) -> None:
    rounded = half_up(Decimal(exact))
    assert (rounded, type(rounded)) == (fen, int)

"""Integer fen: checks and the one rounding rule."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from ledger.errors import InvalidAmount

#: 200,000 yuan: the most that one person may owe for consumption online (小额贷款公司监督管理暂行办法, 2025).
LARGEST_FEN = 20_000_000


def amount(fen: object) -> int:
    """`fen` itself, when it is a whole number from 1 to `LARGEST_FEN`.

    Raises InvalidAmount for anything else; True and 1.0 are not amounts.
    """
    if type(fen) is not int or not 1 <= fen <= LARGEST_FEN:
        raise InvalidAmount(amount_fen=repr(fen), largest_fen=LARGEST_FEN)
    return fen


def half_up(fen: Decimal) -> int:
    """To whole fen, halves away from zero."""
    return int(fen.quantize(Decimal(1), rounding=ROUND_HALF_UP))

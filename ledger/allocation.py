"""What a payment pays: the oldest bill first; within one penalty, interest, fee, principal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from ledger.items import Item

_RANK: Final = {
    "penalty": 0,
    "interest": 1,
    "plan_fee": 2,
    "settlement_charge": 2,
    "chargeback": 3,
    "purchase": 3,
    "plan_principal": 3,
}


def payable(owed: list[Item], due_on: Mapping[int, date]) -> list[Item]:
    """The items that a repayment may pay, in its order; `due_on` is by bill id.

    Bills (and charge-backs, due at once) by their day, then interest and purchases not billed yet.
    Principal of periods to come is left out: a plan is paid early only as a whole, by settling.
    """
    billed = [item for item in owed if item.bill_id is not None or item.kind == "chargeback"]
    later = [item for item in owed if item.bill_id is None and item.kind in ("interest", "purchase")]

    def day(item: Item) -> date:
        return item.on if item.bill_id is None else due_on[item.bill_id]

    billed.sort(key=lambda item: (day(item), item.bill_id or 0, _RANK[item.kind], item.id))
    later.sort(key=lambda item: (_RANK[item.kind], item.on, item.id))
    return [*billed, *later]


def split(order: list[Item], fen: int) -> tuple[list[tuple[Item, int]], int]:
    """Give `fen` to the items in order, each at most what is left of it: the parts, and what remains over."""
    parts = []
    for item in order:
        part = min(fen, item.left_fen)
        if part:
            parts.append((item, part))
        fen -= part
    return parts, fen

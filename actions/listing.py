"""What was bought, and lists of it, in so few characters that a bubble holds them: see `listed`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from actions import words
from ledger.model import BillItem

LISTED_CHARS = 8  # of an item's name in a list
_NAMES = {
    "plan_principal": "分期本金",
    "plan_fee": "分期手续费",
    "interest": "利息",
    "penalty": "逾期违约金",
}


def goods(merchant: str, item: str) -> str:
    """Shop and item, short enough that amount and date have room beside them."""
    return in_full(words.short(merchant, words.SHOP_CHARS), words.short(item, words.ITEM_CHARS))


def in_full(merchant: str, item: str) -> str:
    return " ".join(part for part in (merchant, item) if part)


def in_line(merchant: str, item: str) -> str:
    """In a list the item alone, where it has a name."""
    return words.short(item or merchant, LISTED_CHARS)


def bill_item(item: BillItem, naming: Callable[[str, str], str] = in_full) -> str:
    """What a line of a bill is for."""
    bought = naming(words.label(item.merchant), words.label(item.item))
    if item.kind == "purchase":
        return bought or "消费"
    period = f" {item.period_no}/{item.periods}期" if item.periods else ""
    return f"{_NAMES[item.kind]}{period}" + (f"（{bought}）" if bought else "")


def bill_lines(items: Sequence[BillItem]) -> list[str]:
    """One for each, with its amount; one purchase alone has room for its shop, too."""
    naming = goods if [item.kind for item in items] == ["purchase"] else in_line
    return [f"{bill_item(item, naming)} {words.money(item.amount_fen)}" for item in items]


def fitting(lines: Sequence[str], room: int, unit: str = "笔") -> int:
    """How many of the lines fit into so many characters, with how many there are; at least one does."""
    count = len(lines)
    while count > 1 and len(_joined(lines, count, unit)) > room:
        count -= 1
    return count


def listed(lines: Sequence[str], room: int, unit: str = "笔") -> str:
    """The first lines, as many as fit into so many characters, and how many there are in all."""
    return _joined(lines, fitting(lines, room, unit), unit)


def _joined(lines: Sequence[str], count: int, unit: str) -> str:
    rest = f"\n（共{len(lines)}{unit}）" if len(lines) > count else ""
    return "；\n".join(lines[:count]) + rest

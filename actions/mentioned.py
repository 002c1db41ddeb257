"""What a question names: a month, a day, a number of periods, an amount, or something of the customer's own.

The first four are entities of the sentence (`nlu.values`). A shop, an item or an order is looked for among
those that the ledger knows of, because nobody else knows their names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from difflib import SequenceMatcher
from typing import Any, Protocol, TypeVar

from actions.turn import Turn

#: Fewer characters running of a name are in a sentence by chance.
LEAST_NAMED = 2
_SPOKEN_OF = "(?:[那这][笔个单]|的|多少|花|哪天|什么时候)"
_MONTHS_AHEAD = 2  # said without its year in November, 12月 and 1月 are those to come


class Goods(Protocol):
    """What was bought, or wanted: a refusal, a refund, a line of a bill."""

    @property
    def merchant(self) -> str: ...
    @property
    def item(self) -> str: ...


_Goods = TypeVar("_Goods", bound=Goods)


def named(goods: Iterable[_Goods], text: str) -> _Goods | None:
    """The one whose order number, shop or item the words name best; the first of equals."""
    best = max(goods, key=lambda each: _named(each, text), default=None)
    return best if best is not None and _named(best, text) >= LEAST_NAMED else None


def all_named(goods: Iterable[_Goods], text: str) -> list[_Goods]:
    """Those that the words name best, and equally well: of a shop there may be several; none is empty."""
    scores = [(_named(each, text), each) for each in goods]
    best = max((score for score, _ in scores), default=0)
    return [each for score, each in scores if score == best] if best >= LEAST_NAMED else []


def wholly(goods: Goods, turn: Turn) -> bool:
    """Whether typed words hold the whole name of the shop or of the item: a part of it may be a chance.

    So may be a short name, such as 手机, unless the words go on to speak of it.
    """
    names = (name.strip() for name in (goods.merchant, goods.item))
    return not turn.pressed and any(_holds(turn.text, name) for name in names)


def _holds(text: str, name: str) -> bool:
    if len(name) > LEAST_NAMED:
        return name in text
    return len(name) == LEAST_NAMED and re.search(re.escape(name) + _SPOKEN_OF, text) is not None


def _named(goods: Goods, text: str) -> int:
    """How many characters running of the shop's or the item's name are in `text`; an order's number beats."""
    order_no = str(getattr(goods, "order_no", "")).lower()
    if order_no and order_no in text.lower():
        return len(text)
    return max(_common(name, text) for name in (goods.merchant, goods.item))


def _common(name: str, text: str) -> int:
    match = SequenceMatcher(None, name, text, autojunk=False).find_longest_match()
    return len(name[match.a : match.a + match.size].strip())


def amount_fen(turn: Turn) -> int | None:
    """The amount that typed words name, when it is one only."""
    said = _said(turn, "money")
    return int(said[0]) if len(said) == 1 else None


def periods(turn: Turn) -> list[int]:
    """Every number of periods that typed words name."""
    return [int(each) for each in _said(turn, "periods")]


def month(turn: Turn, today: date) -> str | None:
    """The month, such as "2026-10", that typed words name, when they name one; without a year the nearest."""
    said = _said(turn, "month")
    if len(said) != 1:
        return None
    value: dict[str, int] = said[0]
    now = today.year * 12 + today.month - 1
    if "months_ago" in value:
        count = now - value["months_ago"]
    elif "year" in value or "years_ago" in value:
        count = value.get("year", today.year - value.get("years_ago", 0)) * 12 + value["month"] - 1
    else:
        count = now + _MONTHS_AHEAD - (today.month + _MONTHS_AHEAD - value["month"]) % 12
    return f"{count // 12}-{count % 12 + 1:02d}"


def day(turn: Turn, today: date) -> date | None:
    """The past day that typed words name, when they name one; without its month or its year the nearest."""
    said = _said(turn, "day")
    if len(said) != 1:
        return None
    value: dict[str, int] = said[0]
    if "days_ago" in value:
        return today - timedelta(days=value["days_ago"])
    now = today.year * 12 + today.month - 1
    if "months_ago" in value:
        months = [now - value["months_ago"]]
    elif "month" in value:
        months = [now - (today.month - value["month"]) % 12, now - (today.month - value["month"]) % 12 - 12]
    else:
        months = [now, now - 1]
    days = (_day_of(month, value["day"]) for month in months)
    return next((each for each in days if each is not None and each <= today), None)


def _day_of(months: int, day: int) -> date | None:
    """The day of the month that is so many months after the year 0; None where it has none."""
    try:
        return date(months // 12, months % 12 + 1, day)
    except ValueError:
        return None


def _said(turn: Turn, entity: str) -> list[Any]:
    entities = [] if turn.pressed else turn.message.get("entities") or []
    return [each["value"] for each in entities if each["entity"] == entity]

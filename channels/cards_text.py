"""A card as lines of text, for channels that draw none: what its message does not say already."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

logger = logging.getLogger(__name__)

Card = dict[str, Any]
Line = tuple[str, str]  # a label and its value, one of them may be empty

SHOWN_ITEMS = 8  # of a bill; a message is no statement
STATES = {"OPEN": "待还款", "PAID": "已还清", "OVERDUE": "已逾期", "INSTALMENT": "已分期"}


def lines(card: Card, text: str) -> list[str]:
    """The card's lines, without those whose label and value are in `text`; none for a kind without lines."""
    make = KINDS.get(str(card.get("type")))
    try:
        told = make(card) if make else []
    except (LookupError, TypeError, AttributeError):
        logger.error("a card of type %.20s has not the parts that it should", card.get("type"))
        return []
    return ["：".join(filter(None, line)) for line in told if any(part not in text for part in line)]


def _debts(card: Card) -> list[Line]:
    return [*_amounts(card["lines"]), ("合计", card["total"])]


def _quote(card: Card) -> list[Line]:
    waived = [("不再收取", ""), *_amounts(card["waived"])] if card.get("waived") else []
    return [*_amounts(card["lines"]), ("应付合计", card["total"]), *waived, *_points(card)]


def _close_decision(card: Card) -> list[Line]:
    return [*((line, "") for line in card["lines"]), *_points(card)]


def _receipt(card: Card) -> list[Line]:
    paid = [] if card["kind"] == "close" else [("实付金额", card["amount"])]
    numbers = [("结清凭证号", card["receipt"]), ("关闭凭证号", card["close_receipt"])]
    return [*paid, *((label, value) for label, value in numbers if value)]


def _bill(card: Card) -> list[Line]:
    items = card["items"]
    listed = [(f"{_day(item['on'])} {item['label']}", item["amount"]) for item in items[:SHOWN_ITEMS]]
    rest = [(f"另有{len(items) - SHOWN_ITEMS}笔", "")] if len(items) > SHOWN_ITEMS else []
    state = (f"{card['month']}账单", STATES.get(card["state"], card["state"]))
    facts = [("待还", card["outstanding"]), ("还款日", _day(card["due_on"])), ("最低还款", card["minimum"])]
    return [state, *facts, *listed, *rest]


def _diagnosis(card: Card) -> list[Line]:
    evidence = [(each["label"], each["value"]) for each in card["evidence"]]
    return [(card["title"], ""), *evidence, *([(card["remedy"], "")] if card["remedy"] else [])]


def _status(card: Card) -> list[Line]:
    return [("金额", card["amount"]), ("编号", card["reference"])]


def _ticket(card: Card) -> list[Line]:
    by = card.get("promised_by") or ""
    return [("工单号", str(card["number"])), *([("预计答复", _time(by))] if by else [])]


def _application(card: Card) -> list[Line]:
    return [("申请编号", card["number"])]


def _amounts(rows: list[Card]) -> list[Line]:
    return [(row["label"], row["amount"]) for row in rows]


def _points(card: Card) -> list[Line]:
    return [(each, "") for each in card.get("effects") or []]


def _day(iso: str) -> str:
    try:
        at = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{at.month}月{at.day}日"


def _time(iso: str) -> str:
    try:
        at = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{at.month}月{at.day}日 {at:%H:%M}"


KINDS: dict[str, Callable[[Card], list[Line]]] = {
    "debts": _debts,
    "quote": _quote,
    "close_decision": _close_decision,
    "receipt": _receipt,
    "bill": _bill,
    "diagnosis": _diagnosis,
    "status": _status,
    "ticket": _ticket,
    "application": _application,
}

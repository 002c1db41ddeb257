"""Cards: data that the widget draws beside a text; amounts are text made by `words`, and fen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from actions import effects, listing, words
from ledger.model import AccountFacts, Bill, Debts, Quote, Settlement

Card = dict[str, Any]

DEBT_NAMES = (
    ("unbilled_fen", "未出账消费"),
    ("billed_fen", "已出账待还"),
    ("product_plan_fen", "商品分期剩余本金"),
    ("bill_plan_fen", "账单分期剩余本金"),
)


def debts(value: Debts) -> Card:
    """The four kinds of debt, each once, and their total; what a bank took back has a line of its own."""
    fen = {attribute: getattr(value, attribute) for attribute, _ in DEBT_NAMES}
    fen["billed_fen"] -= value.chargeback_fen
    lines = [_line(name, fen[attribute]) for attribute, name in DEBT_NAMES]
    if value.chargeback_fen:
        lines.append(_line(words.LINE_NAMES["chargeback"], value.chargeback_fen))
    return {
        "type": "debts",
        "lines": lines,
        "total": words.money(value.total_fen),
        "total_fen": value.total_fen,
    }


def quote(value: Quote, now: datetime, does: Sequence[str]) -> Card:
    """What settling costs, line by line; `now` is the ledger's clock, which also sets `valid_until`.

    `does`: what confirming does, as it is said in the text too.
    """
    return {
        "type": "quote",
        "quote_id": value.quote_id,
        "lines": [_line(words.line(each), each.amount_fen) for each in value.lines],
        "waived": [_line(words.waived(each), each.amount_fen) for each in value.waived],
        "waived_total": words.money(value.waived_fen),
        "waived_total_fen": value.waived_fen,
        "total": words.money(value.total_fen),
        "total_fen": value.total_fen,
        "valid_until": value.valid_until.isoformat(),
        "seconds_left": max(0, int((value.valid_until - now).total_seconds())),
        "close_after": value.close_after,
        "effects": list(does),
    }


def close_decision(facts: AccountFacts) -> Card:
    """What there is to close, and what closing does, as it is said in the text too."""
    return {
        "type": "close_decision",
        "lines": words.close_facts(facts),
        "effects": list(effects.CLOSING),
    }


def receipt(value: Settlement) -> Card:
    """Of a settlement, and of the closing that it carried when there is one."""
    at = value.settled_at or value.created_at
    return {
        "type": "receipt",
        "kind": "settle_close" if value.close_receipt else "settle",
        "amount": words.money(value.amount_fen),
        "amount_fen": value.amount_fen,
        "receipt": value.receipt,
        "close_receipt": value.close_receipt,
        "at": at.isoformat(),
    }


def close_receipt(number: str, at: datetime) -> Card:
    return {
        "type": "receipt",
        "kind": "close",
        "amount": words.money(0),
        "amount_fen": 0,
        "receipt": "",
        "close_receipt": number,
        "at": at.isoformat(),
    }


def bill(value: Bill) -> Card:
    return {
        "type": "bill",
        "month": value.month,
        "due_on": value.due_on.isoformat(),
        "total": words.money(value.total_fen),
        "total_fen": value.total_fen,
        "paid": words.money(value.paid_fen),
        "paid_fen": value.paid_fen,
        "outstanding": words.money(value.outstanding_fen),
        "outstanding_fen": value.outstanding_fen,
        "minimum": words.money(value.minimum_fen),
        "minimum_fen": value.minimum_fen,
        "state": value.state,
        "items": [
            {**_line(listing.bill_item(item), item.amount_fen), "on": item.on.isoformat()}
            for item in value.items
        ],
    }


def diagnosis(cause: str, title: str, evidence: list[tuple[str, str]], remedy: str) -> Card:
    """One cause (a stable code and its name), what the ledger has as evidence, and the remedy that fits."""
    shown = [{"label": name, "value": value} for name, value in evidence]
    return {"type": "diagnosis", "cause": cause, "title": title, "evidence": shown, "remedy": remedy}


def status(state: str, amount_fen: int, reference: str) -> Card:
    """`state` is "checking" or "declined"."""
    return {
        "type": "status",
        "state": state,
        "amount": words.money(amount_fen),
        "amount_fen": amount_fen,
        "reference": reference,
    }


def ticket(number: str, state: str, promised_by: str) -> Card:
    return {"type": "ticket", "number": number, "state": state, "promised_by": promised_by}


def handoff(state: str, number: str) -> Card:
    """`state` is "taken" or "closed"."""
    return {"type": "handoff", "state": state, "ticket": number}


def application(number: str, at: datetime) -> Card:
    """That it was filed; what comes of it is an assessment."""
    return {"type": "application", "number": number, "at": at.isoformat()}


def ending(card: Card, journey: str, outcome: str, reference: str) -> Card:
    """The card of a message that ends what the customer came for: the channel asks then whether it helped.

    `reference` names the same ending when it is told again.
    """
    return {**card, "journey": {"name": journey, "outcome": outcome, "reference": reference}}


def handoff_ended(number: str, outcome: str) -> Card:
    """`outcome`: "answered" when staff closed the ticket, "left" when the customer went back before."""
    return ending(handoff("closed", number), "person", outcome, number)


def step_up() -> Card:
    return {"type": "step_up", "acr": "payment"}


def login() -> Card:
    return {"type": "login"}


def _line(name: str, amount_fen: int) -> dict[str, Any]:
    return {"label": name, "amount": words.money(amount_fen), "amount_fen": amount_fen}

"""Which function answers which intent. A topic's module says so in its `REPLIES`."""

from __future__ import annotations

from importlib import import_module

from actions import scam
from actions.answer import Answer, Reply
from actions.host_page import HostPage
from ledger import Ledger

TOPICS = (
    "close",
    "settle",
    "unusable",
    "open",
    "usage",
    "payment",
    "promotions",
    "merchant",
    "account",
    "repay",
    "bill",
    "overdue",
    "fees",
    "instalment",
    "limit",
    "refund",
    "credit",
    "fraud",
    "human",
    "links",
    "smalltalk",
    "out_of_scope",
    "notice",
)


def replies() -> dict[str, Reply]:
    """Each intent once, with its function. Raises ValueError when two topics claim one intent."""
    found: dict[str, Reply] = {}
    for topic in TOPICS:
        for intent, reply in import_module(f"actions.{topic}").REPLIES.items():
            if intent in found:
                raise ValueError(f"two answers for intent {intent}")
            found[intent] = reply
    return found


def answers(ledger: Ledger, page: HostPage) -> list[Answer]:
    hinted = {intent: scam.hinted(reply) for intent, reply in replies().items()}
    return [Answer(intent, hinted, ledger, page) for intent in hinted]

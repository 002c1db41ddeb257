"""Takes what the gateway tells unasked, by webhook or when polled: every word ends somewhere.

It may come late, twice and in any order: all of it goes through the one idempotent `settlement.resolve`.
What is not ours becomes a work item.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

from ledger import journals, settlement, work_items
from ledger.database import Ledger
from ledger.errors import UnknownCharge
from ledger.gateway.interface import ChargeAnswer

Heard = Literal["taken", "nothing_new", "work_item"]

#: Words that say something; the others are answers to questions and mean nothing unasked.
_TELLING = ("SUCCEEDED", "DECLINED", "CANCELLED", "REFUNDED", "CHARGED_BACK")


def hear(ledger: Ledger, answer: ChargeAnswer) -> Heard:
    """Act on `answer`, or file it for a person; raises only when the ledger is unavailable."""
    if answer.state not in _TELLING:
        return "nothing_new"
    try:
        settlement.resolve(ledger, answer.number, answer)
    except UnknownCharge:
        return _file(ledger, "unknown_charge", answer)
    if answer.state == "REFUNDED" and not _is_booked(ledger, f"refund:{answer.refund_number}"):
        return _file(ledger, "unknown_refund", answer)
    return "taken"


def _file(ledger: Ledger, kind: Literal["unknown_charge", "unknown_refund"], answer: ChargeAnswer) -> Heard:
    key = ":".join((answer.state, answer.number, answer.refund_number, answer.reference))
    told = {name: value for name, value in asdict(answer).items() if name != "notification_id"}
    work_items.open_item(ledger, kind, key, told)
    return "work_item"


def _is_booked(ledger: Ledger, reference: str) -> bool:
    with ledger.read() as conn:
        return journals.exists(conn, "gateway", reference)

"""Dates as an answer of this ledger tells them: with their year where it is not the ledger's."""

from __future__ import annotations

from datetime import date, datetime

from actions import words
from ledger import Ledger
from ledger.model import Bill


def day(ledger: Ledger, value: date | datetime) -> str:
    return words.day(value, today=_today(ledger))


def moment(ledger: Ledger, value: datetime) -> str:
    return words.moment(value, today=_today(ledger))


def month(ledger: Ledger, value: str) -> str:
    return words.month(value, today=_today(ledger))


def bill_name(ledger: Ledger, bill: Bill) -> str:
    return words.bill_name(bill, today=_today(ledger))


def _today(ledger: Ledger) -> date:
    return ledger.clock.now().date()

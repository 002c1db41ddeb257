"""What the ledger does every day: issue bills, count penalties and interest, end old holds."""

from __future__ import annotations

from datetime import date, timedelta

from ledger import Ledger, bills, penalties


def run(ledger: Ledger) -> None:
    """To the clock's today. Every job may run again: what is billed or counted stays so."""
    today = ledger.clock.now().date()
    bills.close_month(ledger, last_billable_month(today, ledger.terms.bill_day))
    penalties.run(ledger)


def last_billable_month(today: date, bill_day: int) -> str:
    """The newest month whose bill is out: last month from the bill day on, else the one before it."""
    first = today.replace(day=1)
    if today.day < bill_day:
        first = (first - timedelta(days=1)).replace(day=1)
    return f"{first - timedelta(days=1):%Y-%m}"

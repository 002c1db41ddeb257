"""The day's job."""

from __future__ import annotations

from collections.abc import Callable

from ledger import days
from ledger.database import Ledger


def run(ledger: Ledger, each_done: Callable[[], object] = lambda: None) -> int:
    """Post penalty and interest to the clock's today, freeze what became overdue, end expired holds.

    Idempotent and resumable, some accounts at a time, and any timing gives the same totals. Bills whose day
    has come are issued too. Returns how many accounts changed.
    """
    return days.run(ledger, each_done)

"""A calendar month as people write it: "2026-10"."""

from __future__ import annotations

import re
from datetime import date

from ledger import schedule
from ledger.errors import BadInput

_WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}")


def span(month: str) -> tuple[date, date]:
    """Its first day and the next month's. Raises BadInput(month, reason="no_month")."""
    try:
        if not _WRITTEN.fullmatch(month):
            raise ValueError
        first = date.fromisoformat(f"{month}-01")
        return first, schedule.add_months(first, 1)
    except ValueError:
        raise BadInput(month=month[:20], reason="no_month") from None

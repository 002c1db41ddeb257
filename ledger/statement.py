"""A customer's month as the books have it: balances before and after, and every journal between.

A pure function of what was posted: journals never change and only new ones are added, so the statement of a
month that is over is the same bytes every time.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from typing import Any

import sqlalchemy as sa

from ledger import months
from ledger import tables as t
from ledger.clock import SHANGHAI
from ledger.database import Ledger
from ledger.door import checked
from ledger.errors import BadInput, UnknownCustomer

#: A command's moment is when it begins; by then it has ended, one way or the other.
_LONGEST_COMMAND = timedelta(minutes=5)


@checked
def statement(ledger: Ledger, customer_id: str, month: str) -> str:
    """The statement of "2026-10" as JSON with sorted keys, a line feed at its end; amounts in fen.

    Of each account that had journals by then: `opening` and `closing` balances by book (debits positive) and
    the journals between in order, each with its hash in the account's chain. A journal belongs to the month
    in which it was posted; `value_on` is the day it counts from. Raises UnknownCustomer, BadInput(month,
    reason): no_month, month_not_over.
    """
    begins, ends = (_midnight(day) for day in months.span(month))
    if ledger.clock.now() < ends + _LONGEST_COMMAND:
        raise BadInput(month=month, reason="month_not_over")
    a = t.accounts.c
    with ledger.read() as conn:
        ids = conn.scalars(sa.select(a.id).where(a.customer_id == customer_id).order_by(a.id)).all()
        if not ids:
            raise UnknownCustomer(customer_id=customer_id)
        accounts = [_account(conn, account_id, begins, ends) for account_id in ids]
    told = {"customer": customer_id, "month": month, "accounts": [each for each in accounts if each]}
    return json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, clock_time(), SHANGHAI)


def _account(conn: sa.Connection, account_id: int, begins: datetime, ends: datetime) -> dict[str, Any] | None:
    j, p = t.journals.c, t.postings.c
    of_account = (
        sa.select(t.journals, p.book, p.amount_fen, p.account_id.label("whose"))
        .join_from(t.journals, t.postings, p.journal_id == j.id)
        .where(j.account_id == account_id, j.at < ends)
        .order_by(j.id, p.line_no)
    )
    opening: Counter[str] = Counter()
    closing: Counter[str] = Counter()
    entries: dict[int, dict[str, Any]] = {}
    for row in conn.execute(of_account):
        # Shared books (the gateway, incomes) are in the journals' lines; the balances are the customer's own.
        own_fen = row.amount_fen if row.whose is not None else 0
        closing[row.book] += own_fen
        if row.at < begins:
            opening[row.book] += own_fen
        else:
            entry = entries.setdefault(row.id, _entry(row))
            entry["lines"].append({"book": row.book, "amount_fen": row.amount_fen})
    if not closing:
        return None
    return {
        "account": account_id,
        "opening": _nonzero(opening),
        "closing": _nonzero(closing),
        "journals": list(entries.values()),
    }


def _entry(row: sa.Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "at": row.at.isoformat(),
        "value_on": row.value_on.isoformat(),
        "reference": row.reference,
        "hash": row.hash,
        "lines": [],
    }


def _nonzero(books: Counter[str]) -> dict[str, int]:
    return {book: fen for book, fen in books.items() if fen}

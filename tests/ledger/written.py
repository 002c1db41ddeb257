"""What stands in the ledger's tables, as short as a test can write it down."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

from ledger import tables as t
from ledger.database import Ledger

Written = dict[str, Any]
Journal = tuple[str, date, list[tuple[str, int]]]


def rows(ledger: Ledger, table: sa.Table, *where: sa.ColumnElement[bool]) -> list[Written]:
    """The rows in the order in which they came, each without its account and what is 0, "" or NULL."""
    wanted = sa.select(table).where(*where).order_by(*table.primary_key.columns)
    with ledger.read() as conn:
        found = conn.execute(wanted).mappings().all()
    return [{name: value for name, value in row.items() if value and name != "account_id"} for row in found]


def journals(ledger: Ledger, account_id: int) -> list[Journal]:
    """The account's journals in their order: kind, the day they count from, and their lines."""
    j, p = t.journals.c, t.postings.c
    lines = sa.select(p.book, p.amount_fen).order_by(p.line_no)
    with ledger.read() as conn:
        return [
            (
                row.kind,
                row.value_on,
                [(line.book, line.amount_fen) for line in conn.execute(lines.where(p.journal_id == row.id))],
            )
            for row in conn.execute(
                sa.select(t.journals).where(j.account_id == account_id).order_by(j.id)
            ).all()
        ]

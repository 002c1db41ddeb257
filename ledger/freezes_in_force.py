"""Which freezes an account has: flags beside its state, each with its evidence."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ledger import tables as t
from ledger.model import FreezeKind


def of_account(conn: sa.Connection, account_id: int) -> list[sa.Row[Any]]:
    """The freezes in force, oldest first."""
    f = t.freezes.c
    where = (f.account_id == account_id) & f.lifted_at.is_(None)
    return list(conn.execute(sa.select(t.freezes).where(where).order_by(f.id)))


def any_on(conn: sa.Connection, account_id: int) -> bool:
    return bool(of_account(conn, account_id))


def of_kind(conn: sa.Connection, account_id: int, kind: FreezeKind) -> sa.Row[Any] | None:
    return next((row for row in of_account(conn, account_id) if row.kind == kind), None)

"""Which freezes an account has: flags beside its state, each with its evidence."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from ledger import tables as t
from ledger.model import FreezeKind

#: Of the account given as `account_id`, the freezes in force, oldest first.
OF_ACCOUNT: Final = (
    sa.select(t.freezes)
    .where(t.freezes.c.account_id == sa.bindparam("account_id"), t.freezes.c.lifted_at.is_(None))
    .order_by(t.freezes.c.id)
)


def of_account(conn: sa.Connection, account_id: int) -> list[sa.Row[Any]]:
    """The freezes in force, oldest first."""
    return list(conn.execute(OF_ACCOUNT, {"account_id": account_id}))


def any_on(conn: sa.Connection, account_id: int) -> bool:
    return bool(of_account(conn, account_id))


def of_kind(conn: sa.Connection, account_id: int, kind: FreezeKind) -> sa.Row[Any] | None:
    return next((row for row in of_account(conn, account_id) if row.kind == kind), None)

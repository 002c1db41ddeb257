"""Charges whose outcome is not known yet: at most one an account."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from ledger import tables as t
from ledger.columns import in_full
from ledger.model import Charge

OPEN_STATES = ("CREATED", "SENT", "UNKNOWN")


def is_open() -> sa.ColumnElement[bool]:
    """Of charges: those whose outcome is not known."""
    return t.charges.c.state.in_([in_full(state) for state in OPEN_STATES])


#: Of the account given as `account_id`, its open charge.
OF_ACCOUNT: Final = sa.select(t.charges).where(
    t.charges.c.account_id == sa.bindparam("account_id"), is_open()
)


def of_account(conn: sa.Connection, account_id: int) -> sa.Row[Any] | None:
    """The account's open charge, if there is one."""
    return conn.execute(OF_ACCOUNT, {"account_id": account_id}).first()


def view(row: Any) -> Charge:
    return Charge(
        number=row.number,
        purpose=row.purpose,
        amount_fen=row.amount_fen,
        state=row.state,
        sent_at=row.sent_at or row.created_at,
        reference=row.reference,
        reason=row.reason,
        due_at=row.due_at,
    )

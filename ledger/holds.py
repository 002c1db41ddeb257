"""Authorised amounts: memo postings that take from the limit until captured, released or expired."""

from __future__ import annotations

from typing import Any, Final, Literal

import sqlalchemy as sa

from ledger import journals
from ledger import tables as t
from ledger.columns import in_full
from ledger.sheets import Sheet
from ledger.work import Work


def _over() -> tuple[sa.ColumnElement[bool], ...]:
    return t.purchases.c.state == in_full("HELD"), t.purchases.c.expires_at <= sa.bindparam("now")


#: Of the account given as `account_id`, a hold whose time is over at `now`.
ONE_OVER: Final = (
    sa.select(t.purchases.c.id)
    .where(t.purchases.c.account_id == sa.bindparam("account_id"), *_over())
    .limit(1)
)
_ENDED = sa.update(t.purchases).where(t.purchases.c.id == sa.bindparam("purchase_id"))


def place(work: Work, fen: int) -> None:
    work.journal("hold", (journals.HOLD, fen), (journals.HOLD_CONTRA, -fen))


def end(work: Work, purchase: sa.Row[Any], state: Literal["CAPTURED", "RELEASED"]) -> None:
    """Give the held amount back to the limit; a capture then takes it for good."""
    fen = purchase.amount_fen
    work.journal(f"hold_{state.lower()}", (journals.HOLD, -fen), (journals.HOLD_CONTRA, fen))
    captured_at = work.now if state == "CAPTURED" else None
    work.conn.execute(_ENDED, {"purchase_id": purchase.id, "state": state, "captured_at": captured_at})


def expire(sheet: Sheet) -> bool:
    """End the account's holds whose time is over."""
    for purchase in sheet.expired:
        fen = purchase.amount_fen
        sheet.journal("hold_expired", (journals.HOLD, -fen), (journals.HOLD_CONTRA, fen))
    return bool(sheet.expired)


def expiring() -> sa.ColumnElement[bool]:
    """Of accounts: those with a hold whose time is over at `now`."""
    return sa.exists().where(t.purchases.c.account_id == t.accounts.c.id, *_over())

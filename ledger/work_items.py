"""What no rule can decide and a person of the staff has to look into: each matter once, none lost.

A matter is its kind and key: found again, by the same message or the same file read twice, it is the same
item, and one that somebody has closed stays closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from ledger import bulk
from ledger import tables_review as t
from ledger.database import Ledger
from ledger.door import checked
from ledger.errors import UnknownWorkItem

WorkItemKind = Literal[
    "unknown_charge",  # the gateway speaks of a charge that is not ours
    "unknown_refund",  # the gateway sent money back that we did not ask it to send
    "amount_differs",  # the gateway took another amount than it was asked for
    "not_understood",  # a rightly signed webhook that cannot be read
    "payout_by_hand",  # owed to a customer, and no charge is left that can carry it back
    "settlement_missing",  # booked by us, not in the gateway's file of that day
    "settlement_extra",  # in the gateway's file, unknown to us or there before
    "settlement_differs",  # in both, with another amount
]

_CLOSED = sa.update(t.work_items).where(
    t.work_items.c.kind == sa.bindparam("this_kind"),
    t.work_items.c.key == sa.bindparam("this_key"),
    t.work_items.c.closed_at.is_(None),
)


@dataclass(frozen=True)
class WorkItem:
    id: int
    kind: WorkItemKind
    key: str
    details: dict[str, Any]
    opened_at: datetime
    closed_at: datetime | None
    note: str  # how it was closed


def open_in(
    conn: sa.Connection, now: datetime, kind: WorkItemKind, key: str, details: Mapping[str, Any]
) -> bool:
    """File it within the transaction of `conn`; false when it was filed before."""
    new = bulk.upsert(conn, t.work_items).values(kind=kind, key=key, details=dict(details), opened_at=now)
    filed = new.on_conflict_do_nothing(index_elements=["kind", "key"]).returning(t.work_items.c.id)
    return conn.execute(filed).first() is not None


@checked
def open_item(ledger: Ledger, kind: WorkItemKind, key: str, details: Mapping[str, Any]) -> bool:
    """`open_in` in a transaction of its own."""
    with ledger.write() as conn:
        return open_in(conn, ledger.clock.now(), kind, key, details)


def close_in(conn: sa.Connection, now: datetime, kind: WorkItemKind, key: str, note: str) -> bool:
    """The matter has settled itself; false when there was no such open item."""
    given = {"this_kind": kind, "this_key": key, "closed_at": now, "note": note}
    return bool(conn.execute(_CLOSED, given).rowcount)


@checked
def close(ledger: Ledger, item_id: int, note: str) -> WorkItem:
    """Somebody has dealt with it, as `note` says; closing again changes nothing. Raises UnknownWorkItem."""
    w = t.work_items.c
    where = (w.id == item_id) & w.closed_at.is_(None)
    with ledger.write() as conn:
        conn.execute(sa.update(t.work_items).where(where).values(closed_at=ledger.clock.now(), note=note))
        row = conn.execute(sa.select(t.work_items).where(w.id == item_id)).first()
    if row is None:
        raise UnknownWorkItem(item_id=item_id)
    return WorkItem(*row)


@checked
def list_items(ledger: Ledger, *, closed: bool = False) -> list[WorkItem]:
    """The open items, or with `closed` all of them, the oldest first."""
    w = t.work_items.c
    wanted = sa.select(t.work_items).where(sa.true() if closed else w.closed_at.is_(None)).order_by(w.id)
    with ledger.read() as conn:
        return [WorkItem(*row) for row in conn.execute(wanted)]

"""Links as they stand, read from their rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from ledger import support_tables as t

MadeBy = Literal["host", "token"]
EndReason = Literal["customer", "staff", "host", "relinked"]

CURRENT = t.links.c.ended_at.is_(None)
_SENDERS = (
    sa.select(t.links.c.sender)
    .where(t.links.c.customer_id == sa.bindparam("customer_id"), CURRENT)
    .order_by(t.links.c.id)
    .with_for_update(read=True)
)


@dataclass(frozen=True)
class Link:
    """That a sender is a customer, from one moment to another."""

    id: int
    sender: str
    customer_id: str
    made_by: MadeBy  # the host's own login, or a one-time token that the customer brought to another channel
    linked_at: datetime
    ended_at: datetime | None
    end_reason: str  # an EndReason; empty while it stands
    ended_by: str  # the sender or the person of the staff who asked for it


def read(conn: sa.Connection, *where: sa.ColumnElement[bool]) -> list[Link]:
    """Those of this condition, the first made first."""
    rows = conn.execute(sa.select(t.links).where(*where).order_by(t.links.c.id)).all()
    return [
        Link(
            id=row.id,
            sender=row.sender,
            customer_id=row.customer_id,
            made_by=row.made_by,
            linked_at=row.linked_at,
            ended_at=row.ended_at,
            end_reason=row.end_reason or "",
            ended_by=row.ended_by or "",
        )
        for row in rows
    ]


def of_id(conn: sa.Connection, link_id: int) -> Link | None:
    return next(iter(read(conn, t.links.c.id == link_id)), None)


def current(conn: sa.Connection, sender: str) -> Link | None:
    """The link of `sender` that stands."""
    return next(iter(read(conn, t.links.c.sender == sender, CURRENT)), None)


def senders_of(conn: sa.Connection, customer_id: str) -> list[str]:
    """Every sender linked to the customer, the first linked first.

    None of these links ends before the transaction does: whoever ends one finds what was written for it.
    """
    return list(conn.scalars(_SENDERS, {"customer_id": customer_id}))

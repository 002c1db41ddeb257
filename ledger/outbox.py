"""What customers are to be told, written in the transaction that made it true, and told at least once.

A reader claims rows for a while (a lease), tells them and acknowledges them. Rows are found by not being
acknowledged, never by being newer than the last one seen: a transaction that commits late has a lower id.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa

from ledger import links
from ledger import support_tables as t
from ledger.database import Ledger
from ledger.door import checked

OutboxKind = Literal[
    "settlement_result",  # ref: settlement number; resolved after the customer was told that it is not known
    "repayment_result",  # ref: repayment number; likewise
    "debit_result",  # ref: charge number; an automatic debit was made or declined
    "late_success",  # ref: charge number; money came after the charge had failed, and is being sent back
    "payout_done",  # ref: payout number
    "transfer_done",  # ref: payout number, of one that a person sent by bank
    "chargeback",  # ref: charge number
    "ticket_taken",  # ref: ticket id
    "ticket_reply",  # ref: "ticket id:message id"
    "ticket_closed",  # ref: ticket id
    "ticket_late",  # ref: ticket id; nobody took it in the time promised
]


@dataclass(frozen=True)
class OutboxItem:
    """One thing to tell one sender."""

    id: int
    sender: str
    kind: str
    ref: str


def put(conn: sa.Connection, sender: str, kind: OutboxKind, ref: str, at: datetime) -> None:
    """Tell `sender`, if the transaction of `conn` commits. Without a sender there is nobody to tell."""
    if not sender:
        return
    conn.execute(sa.insert(t.outbox).values(sender=sender, kind=kind, ref=ref, created_at=at))


def put_for_customer(conn: sa.Connection, customer_id: str, kind: OutboxKind, ref: str, at: datetime) -> None:
    """Tell every sender linked to the customer."""
    for sender in links.senders_of(conn, customer_id):
        put(conn, sender, kind, ref, at)


@checked
def claim(ledger: Ledger, limit: int, lease_s: float) -> list[OutboxItem]:
    """Up to `limit` rows, oldest first, that nobody else gets for `lease_s` seconds."""
    o = t.outbox.c
    now = ledger.clock.now()
    free = o.acked_at.is_(None) & (o.leased_until.is_(None) | (o.leased_until <= now))
    rows = sa.select(o.id, o.sender, o.kind, o.ref).where(free).order_by(o.id).limit(limit)
    with ledger.write() as conn:
        # SQLite has one writer at a time and knows no FOR UPDATE: SQLAlchemy leaves it out there.
        items = [OutboxItem(*row) for row in conn.execute(rows.with_for_update(skip_locked=True))]
        if items:
            claimed = o.id.in_([item.id for item in items])
            until = now + timedelta(seconds=lease_s)
            conn.execute(sa.update(t.outbox).where(claimed).values(leased_until=until))
    return items


@checked
def ack(ledger: Ledger, ids: list[int]) -> None:
    """These have been told. Acknowledging twice changes nothing."""
    untold = t.outbox.c.id.in_(ids) & t.outbox.c.acked_at.is_(None)
    with ledger.write() as conn:
        conn.execute(sa.update(t.outbox).where(untold).values(acked_at=ledger.clock.now()))

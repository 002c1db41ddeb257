"""What customers are to be told, written in the transaction that made it true, and told at least once.

A reader claims rows for a while (a lease), tells them and acknowledges them. Rows are found by not being
acknowledged, never by being newer than the last one seen: a transaction that commits late has a lower id.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa

from ledger import link_records
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
    "close_result",  # ref: receipt; closed by the customer through another sender
    "link_made",  # ref: link id; to the customer's senders before it
    "link_ended",  # ref: link id; to the customer's senders that are left
    "link_over",  # ref: "link id:its end, epoch seconds"; for the sender's channel, told to nobody
]


_NEW = sa.insert(t.outbox)


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
    conn.execute(_NEW, {"sender": sender, "kind": kind, "ref": ref, "created_at": at})


def put_for_customer(
    conn: sa.Connection, customer_id: str, kind: OutboxKind, ref: str, at: datetime, but: str = ""
) -> None:
    """Tell every sender linked to the customer, `but` the one that hears it in another way."""
    for sender in link_records.senders_of(conn, customer_id):
        if sender != but:
            put(conn, sender, kind, ref, at)


def withdraw(conn: sa.Connection, sender: str, heir: str, at: datetime) -> None:
    """Nothing that waits is told to `sender` any more; what a person of the staff says goes to `heir`."""
    o = t.outbox.c
    waiting = sa.select(o.id, o.kind, o.ref).where(o.sender == sender, o.acked_at.is_(None))
    rows = conn.execute(waiting.order_by(o.id).with_for_update()).all()
    taken_back = sa.update(t.outbox).where(o.id.in_([row.id for row in rows]))
    conn.execute(taken_back.values(acked_at=at, withdrawn_at=at))
    for row in rows:
        if row.kind.startswith("ticket_"):  # everything else is told to each sender of the customer anyway
            put(conn, heir, row.kind, row.ref, at)


@checked
def withdrawn(ledger: Ledger, outbox_id: int) -> bool:
    """Whether it was taken back, perhaps after it had been claimed: then it is not to be told."""
    o = t.outbox.c
    with ledger.read() as conn:
        return conn.scalar(sa.select(o.withdrawn_at).where(o.id == outbox_id)) is not None


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

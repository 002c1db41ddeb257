"""A ticket as it stands, read from its rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from ledger import support_tables as t
from ledger.errors import UnknownTicket

TicketKind = Literal["human", "hardship", "fraud", "dispute", "complaint", "chargeback"]
TicketState = Literal["OPEN", "TAKEN", "CLOSED"]


@dataclass(frozen=True)
class TicketMessage:
    """One message of a ticket's conversation."""

    id: int
    from_customer: bool
    author: str  # the sender, or the name of the person of the staff
    text: str
    at: datetime


@dataclass(frozen=True)
class Ticket:
    """A ticket with its conversation."""

    id: int
    sender: str
    customer_id: str | None
    kind: TicketKind
    state: TicketState
    packet: dict[str, Any]
    opened_at: datetime
    promised_by: datetime  # when somebody will have taken it
    taken_by: str
    taken_at: datetime | None
    closed_at: datetime | None
    messages: tuple[TicketMessage, ...]

    @property
    def number(self) -> str:
        """What customers and staff call it."""
        return f"T{self.id}"


def lock(conn: sa.Connection, ticket_id: int) -> Ticket:
    """The ticket, which no other transaction changes before this one ends."""
    conn.execute(sa.select(t.tickets.c.id).where(t.tickets.c.id == ticket_id).with_for_update())
    return read(conn, ticket_id)


def read(conn: sa.Connection, ticket_id: int) -> Ticket:
    row = conn.execute(sa.select(t.tickets).where(t.tickets.c.id == ticket_id)).first()
    if row is None:
        raise UnknownTicket(ticket_id=ticket_id)
    m = t.ticket_messages.c
    spoken = conn.execute(
        sa.select(m.id, m.from_customer, m.author, m.text, m.at)
        .where(m.ticket_id == ticket_id)
        .order_by(m.id)
    )
    return Ticket(
        id=row.id,
        sender=row.sender,
        customer_id=row.customer_id,
        kind=row.kind,
        state=row.state,
        packet=row.packet,
        opened_at=row.opened_at,
        promised_by=row.promised_by,
        taken_by=row.taken_by or "",
        taken_at=row.taken_at,
        closed_at=row.closed_at,
        messages=tuple(
            TicketMessage(id_, bool(from_customer), author, text, at)
            for id_, from_customer, author, text, at in spoken
        ),
    )

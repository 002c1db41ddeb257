"""What a person has to answer: OPEN → TAKEN → CLOSED, with messages both ways and the packet a person needs.

The assistant is silent only while a ticket is TAKEN.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from ledger import link_records, outbox
from ledger import support_tables as t
from ledger.database import Ledger
from ledger.door import checked
from ledger.errors import IdempotencyConflict, TicketRefused
from ledger.hours import promised_by
from ledger.ticket_records import Ticket, TicketKind, TicketMessage, TicketState, lock, read

__all__ = [
    "Ticket",
    "TicketKind",
    "TicketMessage",
    "TicketState",
    "active_for",
    "append",
    "close",
    "get",
    "hand_over",
    "latest_of",
    "list_tickets",
    "open_for",
    "open_in",
    "open_ticket",
    "release",
    "reply",
    "take",
    "tell_late",
]

_C = t.tickets.c
_ACTIVE = (  # asked with each message
    sa.select(_C.id)
    .where(_C.sender == sa.bindparam("sender"), _C.state != "CLOSED")
    .order_by(sa.case((_C.state == "TAKEN", 0), else_=1), _C.id.desc())
    .limit(1)
)


@checked
def open_ticket(
    ledger: Ledger,
    *,
    sender: str,
    customer_id: str | None,
    kind: TicketKind,
    packet: dict[str, Any],
    key: str,
) -> Ticket:
    """File what `sender` needs a person for. The same key answers with the same ticket.

    `packet`: who, what was asked, the last turns, balances, what was tried. Raises `IdempotencyConflict` when
    the key was used by this sender for another kind or customer.
    """
    asked = {"sender": sender, "customer_id": customer_id, "kind": kind, "packet": packet, "key": key}
    try:
        return _open(ledger, asked)
    except sa.exc.IntegrityError:  # the same key was being filed at the same moment: now it is there
        return _open(ledger, asked)


def open_in(
    conn: sa.Connection,
    ledger: Ledger,
    *,
    sender: str | None,
    customer_id: str | None,
    kind: TicketKind,
    packet: dict[str, Any],
    key: str,
) -> int:
    """`open_ticket` inside a command's own transaction; without a sender the customer's first linked one.

    Answers with the ticket's id.
    """
    if sender is None:
        linked = link_records.senders_of(conn, customer_id) if customer_id else []
        sender = linked[0] if linked else ""
    c = t.tickets.c
    known = conn.execute(
        sa.select(c.id, c.kind, c.customer_id).where((c.sender == sender) & (c.key == key))
    ).first()
    if known:
        if (known.kind, known.customer_id) != (kind, customer_id):
            raise IdempotencyConflict(key=key)
        return int(known.id)
    now = ledger.clock.now()
    new = {"sender": sender, "customer_id": customer_id, "kind": kind, "state": "OPEN", "packet": packet}
    promised = promised_by(now, ledger.terms.human_hours, timedelta(minutes=ledger.terms.human_sla_minutes))
    made = conn.execute(
        sa.insert(t.tickets).values(**new, key=key, opened_at=now, promised_by=promised).returning(c.id)
    )
    return int(made.scalar_one())


@checked
def get(ledger: Ledger, ticket_id: int) -> Ticket:
    """Raises `UnknownTicket`."""
    with ledger.read() as conn:
        return read(conn, ticket_id)


@checked
def list_tickets(ledger: Ledger, state: TicketState | None = None) -> list[Ticket]:
    """All tickets, or those in one state, the oldest first."""
    wanted = sa.true() if state is None else t.tickets.c.state == state
    with ledger.read() as conn:
        ids = conn.scalars(sa.select(t.tickets.c.id).where(wanted).order_by(t.tickets.c.id)).all()
        return [read(conn, ticket_id) for ticket_id in ids]


@checked
def active_for(ledger: Ledger, sender: str) -> Ticket | None:
    """The sender's ticket that a person has taken, else the latest one still open, else None."""
    with ledger.read() as conn:
        ticket_id = conn.scalar(_ACTIVE, {"sender": sender})
        return None if ticket_id is None else read(conn, ticket_id)


@checked
def open_for(ledger: Ledger, sender: str) -> tuple[Ticket, ...]:
    """The sender's tickets that nobody has taken yet, the oldest first."""
    of_sender = (_C.sender == sender) & (_C.state == sa.literal_column("'OPEN'"))
    with ledger.read() as conn:
        ids = conn.scalars(sa.select(_C.id).where(of_sender).order_by(_C.id)).all()
        return tuple(read(conn, ticket_id) for ticket_id in ids)


@checked
def latest_of(ledger: Ledger, customer_id: str, kind: TicketKind) -> Ticket | None:
    """The customer's latest ticket of this kind that is not closed, whichever way it was filed; else None."""
    of_kind = (_C.customer_id == customer_id) & (_C.kind == kind) & (_C.state != "CLOSED")
    with ledger.read() as conn:
        ticket_id = conn.scalar(sa.select(_C.id).where(of_kind).order_by(_C.id.desc()).limit(1))
        return None if ticket_id is None else read(conn, ticket_id)


@checked
def take(ledger: Ledger, ticket_id: int, staff: str) -> Ticket:
    """`staff` answers it from now on. Taking one's own again changes nothing.

    Raises `UnknownTicket`, and `TicketRefused` when it is closed or another person's.
    """
    with ledger.write() as conn:
        ticket = lock(conn, ticket_id)
        _take(conn, ledger, ticket, staff)
        return read(conn, ticket_id)


@checked
def reply(ledger: Ledger, ticket_id: int, text: str, staff: str, key: str | None = None) -> Ticket:
    """Say `text` to the customer; an open ticket is taken by it. The same key says it once.

    Raises `UnknownTicket`, and `TicketRefused` when it is closed or another person's.
    """
    with ledger.write() as conn:
        ticket = lock(conn, ticket_id)
        _take(conn, ledger, ticket, staff)
        message_id = _say(conn, ledger, ticket_id, text, staff, from_customer=False, key=key)
        if message_id:
            ref = f"{ticket_id}:{message_id}"
            outbox.put(conn, ticket.sender, "ticket_reply", ref, ledger.clock.now())
        return read(conn, ticket_id)


@checked
def append(
    ledger: Ledger, ticket_id: int, text: str, from_customer: bool = True, key: str | None = None
) -> Ticket:
    """Add to the ticket's conversation without telling anybody. The same key adds it once.

    Raises `UnknownTicket`.
    """
    with ledger.write() as conn:
        ticket = lock(conn, ticket_id)
        author = ticket.sender if from_customer else ticket.taken_by
        _say(conn, ledger, ticket_id, text, author, from_customer=from_customer, key=key)
        return read(conn, ticket_id)


@checked
def close(ledger: Ledger, ticket_id: int) -> Ticket:
    """The matter is dealt with, and the customer is told so, once. Raises `UnknownTicket`."""
    with ledger.write() as conn:
        ticket = lock(conn, ticket_id)
        if ticket.state != "CLOSED":
            now = ledger.clock.now()
            _change(conn, ticket_id, state="CLOSED", closed_at=now)
            outbox.put(conn, ticket.sender, "ticket_closed", str(ticket_id), now)
        return read(conn, ticket_id)


@checked
def release(ledger: Ledger, ticket_id: int) -> Ticket:
    """The customer goes back to the assistant, which speaks again. Raises `UnknownTicket`.

    A mere talk with a person ends by it; a matter that somebody must still look into stays open for the
    staff.
    """
    with ledger.write() as conn:
        ticket = lock(conn, ticket_id)
        if ticket.state == "TAKEN" or (ticket.state == "OPEN" and ticket.kind == "human"):
            now = ledger.clock.now()
            if ticket.kind == "human":
                _change(conn, ticket_id, state="CLOSED", closed_at=now)
            else:  # it was taken in time: nobody is to be told that it is late
                _change(conn, ticket_id, state="OPEN", taken_by=None, taken_at=None, late_told_at=now)
        return read(conn, ticket_id)


def hand_over(conn: sa.Connection, sender: str, customer_id: str, heir: str) -> None:
    """The customer's tickets that are not closed go on with their sender `heir`, or with nobody to tell.

    Their keys begin with the sender that opened them, or with a charge that is told of once.
    """
    c = t.tickets.c
    whose = (c.sender == sender) & (c.customer_id == customer_id) & (c.state != "CLOSED")
    conn.execute(sa.update(t.tickets).where(whose).values(sender=heir))


def tell_late(ledger: Ledger) -> int:
    """Tell those whose ticket nobody took in the time promised, each once; how many."""
    now = ledger.clock.now()
    c = t.tickets.c
    late = (c.state == sa.literal_column("'OPEN'")) & (c.promised_by < now) & c.late_told_at.is_(None)
    with ledger.write() as conn:
        told = conn.execute(
            sa.update(t.tickets).where(late).values(late_told_at=now).returning(c.id, c.sender)
        ).all()
        for ticket_id, sender in told:
            outbox.put(conn, sender, "ticket_late", str(ticket_id), now)
    return len(told)


def _open(ledger: Ledger, asked: dict[str, Any]) -> Ticket:
    with ledger.write() as conn:
        return read(conn, open_in(conn, ledger, **asked))


def _take(conn: sa.Connection, ledger: Ledger, ticket: Ticket, staff: str) -> None:
    if ticket.state == "CLOSED":
        raise TicketRefused(reason="closed", ticket_id=ticket.id)
    if ticket.state == "TAKEN":
        if ticket.taken_by != staff:
            raise TicketRefused(reason="taken", ticket_id=ticket.id)
        return
    now = ledger.clock.now()
    _change(conn, ticket.id, state="TAKEN", taken_by=staff, taken_at=now)
    outbox.put(conn, ticket.sender, "ticket_taken", str(ticket.id), now)


def _say(
    conn: sa.Connection,
    ledger: Ledger,
    ticket_id: int,
    text: str,
    author: str,
    *,
    from_customer: bool,
    key: str | None,
) -> int | None:
    """The new message's id, or None when the key's message is there already."""
    c = t.ticket_messages.c
    if key is not None:
        said = conn.scalar(sa.select(c.text).where((c.ticket_id == ticket_id) & (c.key == key)))
        if said is not None:
            if said != text:
                raise IdempotencyConflict(key=key)
            return None
    new = {"ticket_id": ticket_id, "from_customer": int(from_customer), "author": author, "text": text}
    made = sa.insert(t.ticket_messages).values(**new, at=ledger.clock.now(), key=key).returning(c.id)
    return int(conn.execute(made).scalar_one())


def _change(conn: sa.Connection, ticket_id: int, **values: Any) -> None:
    conn.execute(sa.update(t.tickets).where(t.tickets.c.id == ticket_id).values(**values))

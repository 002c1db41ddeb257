"""A customer's own data: all of it told, or forgotten but for the books, which the law wants kept.

Forgotten are who of the chat the customer is (links), what was said to the staff (tickets and their packets),
what was to be told (outbox), and by which message and sender something was confirmed (keys, `asked_by`).
Accounts, bills, payments and the evidence of freezes are the books.

A messaging account may change hands. Of a sender that was linked to another customer as well, now or before,
only what falls into the times of this customer's own links is this customer's. (Where the demo's clock was
moved these are not the times of the conversations.)
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from ledger import dump, open_charges
from ledger import support_tables as s
from ledger import tables as t
from ledger.database import Ledger
from ledger.door import checked
from ledger.errors import OutcomeUntold, SettlementUnderWay, Unavailable, UnknownCustomer
from ledger.ticket_records import read
from ledger.work import one_at_a_time

_TICKETS: Final = sa.select(s.tickets.c.id, s.tickets.c.sender).order_by(s.tickets.c.id)
_ACCOUNTS: Final = sa.select(t.accounts.c.id).order_by(t.accounts.c.id)
#: What became of a payment that the customer does not know of yet.
_OUTCOMES: Final = ("settlement_result", "repayment_result", "debit_result")
_OPEN_CHARGE: Final = (
    sa.select(t.charges)
    .join(t.accounts, t.accounts.c.id == t.charges.c.account_id)
    .where(t.accounts.c.customer_id == sa.bindparam("customer_id"), open_charges.is_open())
)


@dataclass(frozen=True)
class _Senders:
    """Of the chat: who was only ever this customer, and when the others of theirs were (`shared`).

    An interval begins with a link and ends before the moment at which that ended; None: it stands.
    """

    whole: list[str]
    shared: dict[str, list[tuple[datetime, datetime | None]]]


@checked
def export(ledger: Ledger, customer_id: str) -> dict[str, Any]:
    """Everything held of the customer, as JSON: `senders` of the chat that only they are or were, `shared`
    ones by the intervals [from, until] in which they were this customer's, `tickets`, what they were `told`,
    and the rows of their `books` by table. Raises UnknownCustomer."""
    with ledger.read() as conn:
        senders = _senders(conn, customer_id)
        accounts = list(conn.scalars(_ACCOUNTS.where(t.accounts.c.customer_id == customer_id)))
        if not accounts and not senders.whole and not senders.shared:
            raise UnknownCustomer(customer_id=customer_id)
        tickets = conn.execute(_TICKETS.where(_theirs(customer_id, senders))).all()
        told = sa.select(s.outbox).where(_told_them(senders)).order_by(s.outbox.c.id)
        held = {
            "customer": customer_id,
            "senders": senders.whole,
            "shared": senders.shared,
            "tickets": [asdict(read(conn, ticket.id)) for ticket in tickets],
            "told": _rows(conn, told),
            "books": {name: _rows(conn, rows) for name, rows in _books(accounts)},
        }
    plain: dict[str, Any] = dump.plain(held)
    return plain


@checked
def erase(ledger: Ledger, customer_id: str) -> dict[str, int]:
    """Forgets all but the links, which it ends; how much of `tokens`, `tickets`, `outbox`, `keys`. Again, it
    finds nothing. By the links `export` still tells whose conversations are to be forgotten, so whoever was
    stopped in between goes on with it: `erase_links` is the last step.

    Raises SettlementUnderWay while it is not known what became of a payment, OutcomeUntold while the customer
    is still to be told of it.
    """
    now = ledger.clock.now()
    with ledger.write() as conn:
        one_at_a_time(conn, f"erasure of {customer_id}")
        _delete_for_good(conn)
        accounts = _lock_accounts(conn, customer_id)
        one_at_a_time(conn, f"ends of links of {customer_id}")  # none of the senders changes hands meanwhile
        senders = _senders(conn, customer_id)
        _refuse_while_paying(conn, customer_id, senders)
        erased = {
            "tickets": _empty_tickets(conn, customer_id, senders, now),
            "outbox": _delete(conn, s.outbox, _told_them(senders)),
            "keys": _forget_keys(conn, customer_id, senders),
            "tokens": _delete(conn, s.one_time_tokens, s.one_time_tokens.c.customer_id == customer_id),
        }
        _end_links(conn, customer_id, now)
        asked_by_chat = t.settlements.c.account_id.in_(accounts) & t.settlements.c.asked_by.is_not(None)
        conn.execute(sa.update(t.settlements).where(asked_by_chat).values(asked_by=None))
    _overwrite(ledger)
    return erased


@checked
def erase_links(ledger: Ledger, customer_id: str) -> dict[str, int]:
    """Forgets the customer's ended `links`; how many. One that stands was made since, and stays."""
    with ledger.write() as conn:
        _delete_for_good(conn)
        ended = (s.links.c.customer_id == customer_id) & s.links.c.ended_at.is_not(None)
        erased = {"links": _delete(conn, s.links, ended)}
    _overwrite(ledger)
    return erased


def _lock_accounts(conn: sa.Connection, customer_id: str) -> list[int]:
    """The customer's accounts: no other command is at work on them until the transaction ends."""
    theirs = _ACCOUNTS.where(t.accounts.c.customer_id == customer_id)
    return list(conn.scalars(theirs.with_for_update()))


def _refuse_while_paying(conn: sa.Connection, customer_id: str, senders: _Senders) -> None:
    charge = conn.execute(_OPEN_CHARGE, {"customer_id": customer_id}).first()
    if charge is not None:
        raise SettlementUnderWay(open_charges.view(charge))
    untold = _told_them(senders) & s.outbox.c.acked_at.is_(None) & s.outbox.c.kind.in_(_OUTCOMES)
    news = conn.execute(sa.select(s.outbox.c.kind, s.outbox.c.ref).where(untold)).first()
    if news is not None:
        raise OutcomeUntold(kind=news.kind, ref=news.ref)


def _rows(conn: sa.Connection, wanted: sa.Select[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in conn.execute(wanted).mappings()]


def _books(accounts: list[int]) -> Iterator[tuple[str, sa.Select[Any]]]:
    """Of every table that has an account, its rows of these; of journals their postings too."""
    yield "accounts", sa.select(t.accounts).where(t.accounts.c.id.in_(accounts))
    for table in t.metadata.sorted_tables:
        if "account_id" in table.c:
            order = table.primary_key.columns
            yield table.name, sa.select(table).where(table.c.account_id.in_(accounts)).order_by(*order)
    journals = sa.select(t.journals.c.id).where(t.journals.c.account_id.in_(accounts))
    yield "postings", sa.select(t.postings).where(t.postings.c.journal_id.in_(journals))


def _senders(conn: sa.Connection, customer_id: str) -> _Senders:
    """Those linked now or before, and those of the customer's tickets that are nobody else's.

    A ticket that nobody can be told of has no sender, whoever's it is.
    """
    c = s.links.c
    links = sa.select(c.sender, c.linked_at, c.ended_at).where(c.customer_id == customer_id).order_by(c.id)
    linked = conn.execute(links).all()
    of_tickets = sa.select(s.tickets.c.sender).where(s.tickets.c.customer_id == customer_id)
    named = dict.fromkeys(
        (*(link.sender for link in linked), *conn.scalars(of_tickets.order_by(s.tickets.c.id)))
    )
    others = sa.select(c.sender).where(c.customer_id != customer_id, c.sender.in_(list(named)))
    both = set(conn.scalars(others))
    shared: dict[str, list[tuple[datetime, datetime | None]]] = {}
    for link in linked:
        if link.sender in both:
            shared.setdefault(link.sender, []).append((link.linked_at, link.ended_at))
    return _Senders([sender for sender in named if sender and sender not in both], shared)


def _theirs(customer_id: str, senders: _Senders) -> sa.ColumnElement[bool]:
    """The customer's tickets, and those of a visitor who turned out to be the customer."""
    c = s.tickets.c
    return (c.customer_id == customer_id) | (c.customer_id.is_(None) & c.sender.in_(senders.whole))


def _told_them(senders: _Senders) -> sa.ColumnElement[bool]:
    """Of the outbox: what was for these senders while they were the customer."""
    o = s.outbox.c
    during = [
        (o.sender == sender)
        & (o.created_at >= since)
        & (sa.true() if until is None else o.created_at < until)
        for sender, spans in senders.shared.items()
        for since, until in spans
    ]
    told_nobody = o.kind == "link_over"  # for the sender's channel, which may still have to hear it
    return sa.or_(o.sender.in_(senders.whole), *during) & ~told_nobody


def _empty_tickets(conn: sa.Connection, customer_id: str, senders: _Senders, now: datetime) -> int:
    """That there was a ticket, and when, stays for the staff's own figures; whose and what about does not."""
    tickets = conn.execute(_TICKETS.where(_theirs(customer_id, senders))).all()
    for ticket in tickets:
        conn.execute(sa.delete(s.ticket_messages).where(s.ticket_messages.c.ticket_id == ticket.id))
        gone: dict[str, Any] = {
            "sender": f"erased-{ticket.id}",
            "customer_id": None,
            "packet": {},
            "key": "erased",
        }
        at = s.tickets.c.closed_at
        closed = {"state": "CLOSED", "closed_at": sa.func.coalesce(at, sa.literal(now, at.type))}
        conn.execute(sa.update(s.tickets).where(s.tickets.c.id == ticket.id).values(**gone, **closed))
    return len(tickets)


def _end_links(conn: sa.Connection, customer_id: str, now: datetime) -> None:
    """What their senders say from now on is a visitor's."""
    standing = (s.links.c.customer_id == customer_id) & s.links.c.ended_at.is_(None)
    conn.execute(sa.update(s.links).where(standing).values(ended_at=now, end_reason="staff"))


def _forget_keys(conn: sa.Connection, customer_id: str, senders: _Senders) -> int:
    """Those of what was confirmed in the chat name the sender; without a link nobody sends them again."""
    k = t.idempotency.c
    names = (*senders.whole, *senders.shared)
    of_chat = sa.or_(sa.false(), *(k.key.startswith(f"{sender}:", autoescape=True) for sender in names))
    return _delete(conn, t.idempotency, (k.customer_id == customer_id) & of_chat)


def _delete(conn: sa.Connection, table: sa.Table, these: sa.ColumnElement[bool]) -> int:
    return conn.execute(sa.delete(table).where(these)).rowcount


def _delete_for_good(conn: sa.Connection) -> None:
    """Else SQLite keeps in the file what is deleted, until the room is needed."""
    if conn.dialect.name == "sqlite":
        conn.exec_driver_sql("PRAGMA secure_delete = ON")


def _overwrite(ledger: Ledger) -> None:
    """SQLite's log of its newest writes still holds what was there before them. Raises Unavailable."""
    if ledger.engine.dialect.name != "sqlite":
        return
    with closing(ledger.engine.raw_connection()) as connection:
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError as error:
            raise Unavailable(reason=type(error).__name__) from error

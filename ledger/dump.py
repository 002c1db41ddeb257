"""Everything the ledger holds of one customer as JSON, for people; programs use `ledger.facts`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

import sqlalchemy as sa

from ledger import facts, journals, payouts
from ledger import support_tables as st
from ledger import tables as t
from ledger.database import Ledger
from ledger.door import checked


@checked
def account_json(ledger: Ledger, customer_id: str) -> dict[str, Any]:
    """The facts of the customer's newest account, with its books under them. Raises UnknownCustomer.

    Amounts in fen; instants and dates as ISO 8601 text; `receivables` by book as posted, `debts` with today's
    penalty and interest; settlements, charges, payouts and journals from the oldest to the newest.
    """
    known = facts.account_facts(ledger, customer_id)
    with ledger.read() as conn:
        books = journals.balances(conn, known.account_id)
        held = {
            "receivables": {book: books[book] for book in journals.RECEIVABLES},
            "settlements": _settlements(conn, known.account_id),
            "charges": _charges(conn, known.account_id),
            "payouts": _payouts(conn, known.account_id),
            "journals": _journals(conn, known.account_id),
            "tickets": _tickets(conn, customer_id),
        }
    told: dict[str, Any] = plain({**asdict(known), **held})
    return told


def _settlements(conn: sa.Connection, account_id: int) -> list[dict[str, Any]]:
    s = t.settlements.c
    shown = (s.state, s.amount_fen, s.close_after, s.created_at, s.settled_at, s.receipt, s.close_receipt)
    query = sa.select(s.id, *shown, s.reason).where(s.account_id == account_id).order_by(s.id)
    rows = conn.execute(query).mappings()
    return [
        {"number": f"S{row['id']}", **_without(dict(row), "id"), "close_after": bool(row["close_after"])}
        for row in rows
    ]


def _charges(conn: sa.Connection, account_id: int) -> list[dict[str, Any]]:
    c = t.charges.c
    shown = (c.number, c.purpose, c.amount_fen, c.state, c.created_at, c.sent_at, c.expires_at, c.due_at)
    query = sa.select(*shown, c.done_at, c.reference, c.reason).where(c.account_id == account_id)
    return [dict(row) for row in conn.execute(query.order_by(c.id)).mappings()]


def _payouts(conn: sa.Connection, account_id: int) -> list[dict[str, Any]]:
    p = t.payouts.c
    shown = (p.id, p.charge_number, p.amount_fen, p.state, p.created_at, p.done_at, p.reference, p.reason)
    query = sa.select(*shown).where(p.account_id == account_id).order_by(p.id)
    rows = conn.execute(query).mappings()
    return [{"number": payouts.number(row["id"]), **_without(dict(row), "id")} for row in rows]


def _journals(conn: sa.Connection, account_id: int) -> list[dict[str, Any]]:
    j, p = t.journals.c, t.postings.c
    query = (
        sa.select(j.id, j.at, j.value_on, j.kind, j.source, j.reference, p.book, p.amount_fen)
        .join_from(t.journals, t.postings, p.journal_id == j.id)
        .where(j.account_id == account_id)
        .order_by(j.id, p.line_no)
    )
    found: dict[int, dict[str, Any]] = {}
    for row in conn.execute(query).mappings():
        journal = found.setdefault(row["id"], {**_without(dict(row), "book", "amount_fen"), "postings": []})
        journal["postings"].append({"account": row["book"], "amount_fen": row["amount_fen"]})
    return list(found.values())


def _tickets(conn: sa.Connection, customer_id: str) -> list[dict[str, Any]]:
    c = st.tickets.c
    query = sa.select(c.id, c.kind, c.state, c.opened_at, c.promised_by, c.taken_at, c.closed_at)
    query = query.where(c.customer_id == customer_id).order_by(c.id)
    return [dict(row) for row in conn.execute(query).mappings()]


def _without(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def plain(value: Any) -> Any:
    """Dates and instants as ISO 8601 text, tuples as lists."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value

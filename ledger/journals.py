"""Double entry: every change of money is a journal of postings that sum to zero and never change.

Debits are positive. A customer's books (what is owed, what is owed back, holds) carry the account and have
a cached balance; shared books (gateway, bank, merchant, incomes) carry none and are summed when needed, so
that no row is written by everybody. The journals of one customer's account form a hash chain; those of no
account, such as the paying of merchants, form one of their own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa

from ledger import tables as t

UNBILLED: Final = "receivable.unbilled"
BILLED: Final = "receivable.billed"
PLAN: Final = "receivable.plan"
FEE: Final = "receivable.fee"
INTEREST: Final = "receivable.interest"
PENALTY: Final = "receivable.penalty"
CHARGEBACK: Final = "receivable.chargeback"
CREDIT: Final = "customer.credit"
HOLD: Final = "limit.hold"
HOLD_CONTRA: Final = "limit.hold.contra"
GATEWAY: Final = "gateway.clearing"
MERCHANT: Final = "merchant.payable"
BANK: Final = "bank"
FEE_INCOME: Final = "income.fee"
INTEREST_INCOME: Final = "income.interest"
PENALTY_INCOME: Final = "income.penalty"
WAIVER: Final = "income.waiver"

RECEIVABLES: Final = (UNBILLED, BILLED, PLAN, FEE, INTEREST, PENALTY, CHARGEBACK)
PRINCIPAL: Final = (UNBILLED, BILLED, PLAN)
_CUSTOMER_BOOKS: Final = frozenset({*RECEIVABLES, CREDIT, HOLD})


@dataclass(frozen=True)
class Entry:
    """What a journal says besides its lines. `reference` is unique within a `source`."""

    account_id: int | None  # None: no customer's; such journals are written one at a time
    kind: str
    at: datetime
    value_on: date
    source: str = ""
    reference: str = ""


def post(conn: sa.Connection, entry: Entry, lines: Iterable[tuple[str, int]]) -> int | None:
    """Write one journal; lines of 0 fen are left out. Returns its id, or None when no line is left.

    The account must be locked by the transaction. Raises IntegrityError when the lines do not sum to zero.
    """
    kept = [(book, fen) for book, fen in lines if fen]
    if not kept:
        return None
    journal_id = _next_id(conn)
    rows = [
        {
            "journal_id": journal_id,
            "line_no": number,
            "book": book,
            "account_id": entry.account_id if book in _CUSTOMER_BOOKS else None,
            "amount_fen": fen,
        }
        for number, (book, fen) in enumerate(kept, 1)
    ]
    conn.execute(sa.insert(t.postings), rows)
    previous = _chain_head(conn, entry.account_id)
    digest = _digest(previous, journal_id, entry, kept)
    conn.execute(
        sa.insert(t.journals).values(
            id=journal_id,
            account_id=entry.account_id,
            kind=entry.kind,
            at=entry.at,
            value_on=entry.value_on,
            source=entry.source,
            reference=entry.reference,
            previous_hash=previous,
            hash=digest,
        )
    )
    conn.execute(sa.update(t.accounts).where(t.accounts.c.id == entry.account_id).values(chain_head=digest))
    for book, fen in kept:
        if book in _CUSTOMER_BOOKS:
            _add_to_balance(conn, entry.account_id, book, fen)
    return journal_id


def _chain_head(conn: sa.Connection, account_id: int | None) -> str:
    if account_id is not None:
        head = sa.select(t.accounts.c.chain_head).where(t.accounts.c.id == account_id)
        return str(conn.execute(head).scalar_one())
    j = t.journals.c
    last = sa.select(j.hash).where(j.account_id.is_(None)).order_by(j.id.desc()).limit(1)
    return str(conn.execute(last).scalar_one_or_none() or "")


def balances(conn: sa.Connection, account_id: int) -> dict[str, int]:
    """The cached balances of an account's books; a book that was never used is 0."""
    b = t.balances.c
    rows = conn.execute(sa.select(t.balances).where(b.account_id == account_id))
    found = {row.book: row.amount_fen for row in rows}
    return {book: found.get(book, 0) for book in (*RECEIVABLES, CREDIT, HOLD)}


def exists(conn: sa.Connection, source: str, reference: str) -> bool:
    """Whether the journal of this source and reference has been written."""
    j = t.journals.c
    found = sa.select(j.id).where(j.source == source, j.reference == reference)
    return conn.execute(found).first() is not None


def captured(conn: sa.Connection, account_id: int) -> dict[str, int]:
    """By number: how much of each of the account's charges came, in fen, less what a bank took back of it."""
    j, p = t.journals.c, t.postings.c
    moved = sa.select(j.reference, p.amount_fen).join_from(t.journals, t.postings, p.journal_id == j.id)
    moved = moved.where(j.account_id == account_id, j.source == "gateway", p.book == GATEWAY)
    came: dict[str, int] = {}
    for reference, fen in conn.execute(moved):
        event, number = reference.split(":", 1)
        if event in ("capture", "chargeback"):
            came[number] = came.get(number, 0) + fen
    return came


def entry_digest(previous: str, journal: Mapping[str, Any], lines: list[tuple[str, int]]) -> str:
    """The hash that a stored journal must have after `previous`."""
    entry = Entry(
        **{name: journal[name] for name in ("account_id", "kind", "at", "value_on", "source", "reference")}
    )
    return _digest(previous, journal["id"], entry, lines)


def _digest(previous: str, journal_id: int, entry: Entry, lines: list[tuple[str, int]]) -> str:
    content = [
        previous,
        journal_id,
        entry.account_id,
        entry.kind,
        entry.at.isoformat(timespec="microseconds"),
        entry.value_on.isoformat(),
        entry.source,
        entry.reference,
        [list(line) for line in lines],
    ]
    return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()


def _next_id(conn: sa.Connection) -> int:
    if conn.dialect.name == "postgresql":
        return int(conn.execute(t.journal_ids.next_value()).scalar_one())
    return int(conn.execute(sa.select(sa.func.coalesce(sa.func.max(t.journals.c.id), 0) + 1)).scalar_one())


def _add_to_balance(conn: sa.Connection, account_id: int | None, book: str, fen: int) -> None:
    b = t.balances.c
    where = (b.account_id == account_id) & (b.book == book)
    changed = conn.execute(sa.update(t.balances).where(where).values(amount_fen=b.amount_fen + fen))
    if not changed.rowcount:
        conn.execute(sa.insert(t.balances).values(account_id=account_id, book=book, amount_fen=fen))

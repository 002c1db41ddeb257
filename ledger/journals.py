"""Double entry: every change of money is a journal of postings that sum to zero and never change.

Debits are positive. A customer's books (what is owed, what is owed back, holds) carry the account and have
a cached balance; shared books (gateway, bank, merchant, incomes) carry none and are summed when needed, so
that no row is written by everybody. The journals of one customer's account form a hash chain; those of no
account, such as the paying of merchants, form one of their own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa

from ledger import bulk
from ledger import tables as t
from ledger.together import Answers, Together

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
#: Of the account given as `account_id`.
BALANCES: Final = sa.select(t.balances.c.book, t.balances.c.amount_fen).where(
    t.balances.c.account_id == sa.bindparam("account_id")
)
_BOOKS_OF: Final = (
    sa.select(*(t.accounts.c[name] for name in ("id", "version", "chain_head")))
    .add_columns(t.balances.c.book, t.balances.c.amount_fen)
    .outerjoin_from(t.accounts, t.balances, t.balances.c.account_id == t.accounts.c.id)
    .where(bulk.among(t.accounts.c.id, "ids"))
)
#: What `posting` has to know: an id for each of the values given as `journals`, and the books of the accounts
#: given as `ids`.
ASKED: Final = {
    "journal_ids": bulk.new_ids(t.journals, "journals", t.journal_ids.name),
    "books": _BOOKS_OF,
}
_ASKED: Final = Together(**ASKED)
_LAST_OF_NO_ACCOUNT: Final = (
    sa.select(t.journals.c.hash)
    .where(t.journals.c.account_id.is_(None))
    .order_by(t.journals.c.id.desc())
    .limit(1)
)
_MOVED: Final = (
    sa.select(t.journals.c.reference, t.postings.c.amount_fen)
    .join_from(t.journals, t.postings, t.postings.c.journal_id == t.journals.c.id)
    .where(t.journals.c.account_id == sa.bindparam("account_id"))
    .where(t.journals.c.source == "gateway", t.postings.c.book == GATEWAY)
)
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


@dataclass
class _Books:
    """An account's, as they stand before journals are written: locked, so nobody else changes them."""

    version: int
    chain_head: str
    balances: dict[str, int]


def post(conn: sa.Connection, entry: Entry, lines: Iterable[tuple[str, int]]) -> int | None:
    """Write one journal; lines of 0 fen are left out. Returns its id, or None when no line is left.

    The account must be locked by the transaction; its version rises, so that quotes made before no longer
    match. Raises IntegrityError when the lines do not sum to zero.
    """
    return next(iter(post_all(conn, [(entry, lines)])), None)


def post_all(conn: sa.Connection, entries: Iterable[tuple[Entry, Iterable[tuple[str, int]]]]) -> list[int]:
    """Write journals in their order, of any number of locked accounts; see `post`. Returns their ids."""
    kept = [(entry, [line for line in lines if line[1]]) for entry, lines in entries]
    kept = [(entry, lines) for entry, lines in kept if lines]
    if not kept:
        return []
    accounts = {entry.account_id for entry, _ in kept}
    found = _ASKED.ask(conn, journals=range(len(kept)), ids=accounts - {None})
    books = _books(found)
    if None in accounts:
        books[None] = _Books(0, conn.execute(_LAST_OF_NO_ACCOUNT).scalar_one_or_none() or "", {})
    ids = sorted(row.id for row in found["journal_ids"])
    bulk.write(conn, *_posting(ids, kept, books))
    return ids


def posting(
    found: Answers, entry: Entry, lines: Iterable[tuple[str, int]]
) -> tuple[int, dict[str, int], list[bulk.Change]]:
    """As `post`, of an account's entry with lines, by what `ASKED` has found.

    Returns the journal's id, what the account's books hold then, and what is to be written.
    """
    books = _books(found)
    [row] = found["journal_ids"]
    changes = _posting([row.id], [(entry, [line for line in lines if line[1]])], books)
    return row.id, books[entry.account_id].balances, changes


def _posting(
    ids: list[int], kept: list[tuple[Entry, list[tuple[str, int]]]], books: dict[int | None, _Books]
) -> list[bulk.Change]:
    """What is to be written of these journals; `books` are as they stand then."""
    postings: list[bulk.Row] = []
    journals: list[bulk.Row] = []
    for journal_id, (entry, lines) in zip(ids, kept, strict=True):
        postings += _postings(journal_id, entry, lines)
        chain = books[entry.account_id]
        previous, chain.chain_head = chain.chain_head, _digest(chain.chain_head, journal_id, entry, lines)
        chained = {"previous_hash": previous, "hash": chain.chain_head}
        journals.append({"id": journal_id, **vars(entry), **chained})
    ends = [
        {"id": id_, "version": each.version + 1, "chain_head": each.chain_head}
        for id_, each in books.items()
        if id_ is not None
    ]
    return [
        bulk.Insert(t.postings, postings),
        bulk.Insert(t.journals, journals),
        bulk.Update(t.accounts, ("id",), ends),
        *_balances_changed(postings, books),
    ]


def _postings(journal_id: int, entry: Entry, lines: list[tuple[str, int]]) -> Iterator[bulk.Row]:
    for number, (book, fen) in enumerate(lines, 1):
        account_id = entry.account_id if book in _CUSTOMER_BOOKS else None
        named = {"journal_id": journal_id, "line_no": number, "book": book, "account_id": account_id}
        yield {**named, "amount_fen": fen}


def _books(found: Answers) -> dict[int | None, _Books]:
    """By account; of None, the journals of no account, there is only the chain."""
    books: dict[int | None, _Books] = {}
    for id_, version, head, book, fen in found["books"]:
        balances = books.setdefault(id_, _Books(version, head, {})).balances
        if book is not None:
            balances[book] = fen
    return books


def balances(conn: sa.Connection, account_id: int) -> dict[str, int]:
    """The cached balances of an account's books; a book that was never used is 0."""
    return by_book(conn.execute(BALANCES, {"account_id": account_id}))


def by_book(cached: Iterable[Any]) -> dict[str, int]:
    """As `balances`, of what `BALANCES` has found."""
    found = {row.book: row.amount_fen for row in cached}
    return {book: found.get(book, 0) for book in (*RECEIVABLES, CREDIT, HOLD)}


def exists(conn: sa.Connection, source: str, reference: str) -> bool:
    """Whether the journal of this source and reference has been written."""
    return conn.execute(sa.select(t.journals.c.id).where(*named(source, reference))).first() is not None


def named(source: str, reference: str | sa.ColumnElement[str]) -> tuple[sa.ColumnElement[bool], ...]:
    """That a journal has this source and reference. Only those with a source are in the index of them."""
    j = t.journals.c
    return j.source == source, j.source != "", j.reference == reference


def booked(source: str, reference: sa.ColumnElement[str], book: str) -> sa.ColumnElement[int]:
    """What the journal of this source and reference posts to a book; 0 where there is none."""
    p = t.postings.c
    fen = sa.cast(sa.func.sum(p.amount_fen), sa.BigInteger)  # PostgreSQL makes a decimal of it
    found = sa.select(fen).join_from(t.postings, t.journals)
    found = found.where(*named(source, reference), p.book == book)
    return sa.func.coalesce(found.scalar_subquery(), 0)


def captured(conn: sa.Connection, account_id: int) -> dict[str, int]:
    """By number: how much of each of the account's charges came, in fen, less what a bank took back of it."""
    came: dict[str, int] = {}
    for reference, fen in conn.execute(_MOVED, {"account_id": account_id}):
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


def _balances_changed(
    postings: list[bulk.Row], books: Mapping[int | None, _Books]
) -> tuple[bulk.Update, bulk.Insert]:
    """The cached balances of customers' books."""
    sums: dict[tuple[int, str], int] = {}
    for row in postings:
        if row["account_id"] is not None:
            key = (row["account_id"], row["book"])
            sums[key] = sums.get(key, 0) + row["amount_fen"]
    used: list[bulk.Row] = []
    new: list[bulk.Row] = []
    for (account_id, book), fen in sums.items():
        cached = books[account_id].balances
        changed = used if book in cached else new
        cached[book] = cached.get(book, 0) + fen
        changed.append({"account_id": account_id, "book": book, "amount_fen": cached[book]})
    return bulk.Update(t.balances, ("account_id", "book"), used), bulk.Insert(t.balances, new)

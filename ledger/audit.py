"""The invariants of the books, each as a query. An empty answer means that all of them hold.

Nothing is held in memory but what is wrong: databases sum, sort and join, and long answers are streamed.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ledger import audit_items, audit_payments, bulk, journals, seals
from ledger import tables as t
from ledger.audit_queries import parts, stream, total
from ledger.database import Ledger


def audit(ledger: Ledger, exported: Path | None = None) -> list[str]:
    """Every violation as one line that names the invariant and where it is broken.

    `exported`: a file of seals (`ledger.seals`) that the journals must agree with too. Raises OSError.
    """
    with ledger.read() as conn:
        found = [line for check in _CHECKS for line in check(conn)]
        return found if exported is None else [*found, *seals.violations_of_export(conn, exported)]


def _journals_balance(conn: sa.Connection) -> Iterator[str]:
    p = t.postings.c
    lines = sa.func.count().label("lines")
    fen = sa.func.sum(p.amount_fen).label("fen")
    wrong = sa.select(p.journal_id, fen, lines).group_by(p.journal_id).having((fen != 0) | (lines < 2))
    for row in stream(conn, wrong):
        yield f"journal {row.journal_id} sums to {row.fen} over {row.lines} lines"
    orphans = sa.select(p.journal_id).outerjoin(t.journals).where(t.journals.c.id.is_(None)).distinct()
    for row in stream(conn, orphans):
        yield f"postings without journal {row.journal_id}"
    days = sa.select(t.journals.c.value_on, fen).join_from(t.postings, t.journals)
    for row in stream(conn, days.group_by(t.journals.c.value_on).having(fen != 0)):
        yield f"accounts do not sum to zero on {row.value_on}"


def _balances_cached(conn: sa.Connection) -> Iterator[str]:
    p, b = t.postings.c, t.balances.c
    zero = sa.literal(0)
    each = sa.union_all(
        sa.select(p.account_id, p.book, p.amount_fen.label("posted"), zero.label("cached")).where(
            p.account_id.is_not(None)
        ),
        sa.select(b.account_id, b.book, zero, b.amount_fen),
    ).subquery()
    key = (each.c.account_id, each.c.book)
    posted, cached = total(each.c.posted), total(each.c.cached)
    differing = sa.select(*key, posted.label("posted"), cached.label("cached")).group_by(*key)
    for row in stream(conn, differing.having(posted != cached).order_by(*key)):
        yield f"balance {(row.account_id, row.book)}: cached {row.cached}, posted {row.posted}"


def _chain_verifies(conn: sa.Connection) -> Iterator[str]:
    j, a = t.journals.c, t.accounts.c
    whose, head = None, ""
    for part in parts(conn, sa.select(t.journals).order_by(j.account_id, j.id)):
        lines = _lines(conn, {row.id for row in part})
        for row in part:
            before = head if row.account_id == whose else ""
            digest = journals.entry_digest(before, row._mapping, lines.get(row.id, []))
            if (row.previous_hash, row.hash) != (before, digest):
                yield f"chain of account {row.account_id} breaks at journal {row.id}"
            whose, head = row.account_id, row.hash
    of_account = t.journals.alias().c
    newest = sa.select(sa.func.max(of_account.id)).where(of_account.account_id == a.id).scalar_subquery()
    ends = sa.select(a.id).outerjoin_from(t.accounts, t.journals, j.id == newest)
    for row in stream(conn, ends.where(a.chain_head != sa.func.coalesce(j.hash, "")).order_by(a.id)):
        yield f"chain of account {row.id} does not end at its head"


def _lines(conn: sa.Connection, journal_ids: set[int]) -> dict[int, list[tuple[str, int]]]:
    p = t.postings.c
    found: dict[int, list[tuple[str, int]]] = {}
    wanted = sa.select(p.journal_id, p.book, p.amount_fen).where(bulk.among(p.journal_id, "ids"))
    for journal_id, book, fen in conn.execute(wanted.order_by(p.journal_id, p.line_no), {"ids": journal_ids}):
        found.setdefault(journal_id, []).append((book, fen))
    return found


def _closed_owe_nothing(conn: sa.Connection) -> Iterator[str]:
    """A closed account has no limit and owes nothing, but for a charge-back or money that came later."""
    a, b = t.accounts.c, t.balances.c
    owed = (b.account_id == a.id) & (b.amount_fen != 0)
    owed &= b.book.not_in((journals.CHARGEBACK, journals.CREDIT))
    closed = sa.select(a.id, a.limit_fen, b.book, b.amount_fen).outerjoin_from(t.accounts, t.balances, owed)
    wrong = closed.where(a.state == "CLOSED", b.book.is_not(None) | (a.limit_fen != 0))
    for account_id, rows in groupby(stream(conn, wrong.order_by(a.id, b.book)), attrgetter("id")):
        found = list(rows)
        books = {row.book: row.amount_fen for row in found if row.book is not None}
        yield f"account {account_id} is closed with {books}, limit {found[0].limit_fen}"


def _merchants_are_paid_what_they_sold(conn: sa.Connection) -> Iterator[str]:
    """Each settlement is its orders less its refunds, and so paid; what is in none is still owed."""
    m, p = t.merchant_settlements.c, t.postings.c
    sold, refunded = _by_settlement(t.purchases, "CAPTURED"), _by_settlement(t.refunds, "DONE")
    paid = journals.booked("merchant", "M" + sa.cast(m.id, sa.Text), journals.MERCHANT)
    fens = [sa.func.coalesce(of.c.fen, 0) for of in (sold, refunded)]
    of_all = sa.select(m.id, m.sold_fen, m.refunded_fen, *fens, paid).select_from(
        t.merchant_settlements.outerjoin(sold, sold.c.id == m.id).outerjoin(refunded, refunded.c.id == m.id)
    )
    for id_, sold_fen, refunded_fen, *summed, paid_fen in stream(conn, of_all.order_by(m.id)):
        if summed != [sold_fen, refunded_fen]:
            yield f"settlement M{id_}: {sold_fen} - {refunded_fen}, its parts are {tuple(summed)}"
        if paid_fen != sold_fen - refunded_fen:
            yield f"settlement M{id_}: {paid_fen} paid of {sold_fen - refunded_fen}"
    owed = -conn.execute(sa.select(total(p.amount_fen)).where(p.book == journals.MERCHANT)).scalar_one()
    in_none = [
        sa.select(total(of.c.fen)).where(~sa.exists().where(m.id == of.c.id)).scalar_subquery()
        for of in (sold, refunded)
    ]
    waiting = conn.execute(sa.select(in_none[0] - in_none[1])).scalar_one()
    if owed != waiting:
        yield f"merchants are owed {owed}, orders less refunds are {waiting}"


def _by_settlement(table: sa.Table, state: str) -> sa.Subquery:
    c = table.c
    id_, fen = c.merchant_settlement_id.label("id"), total(c.amount_fen).label("fen")
    return sa.select(id_, fen).where(c.state == state).group_by(c.merchant_settlement_id).subquery()


_CHECKS: tuple[Any, ...] = (
    _journals_balance,
    _balances_cached,
    _chain_verifies,
    seals.violations,
    *audit_items.CHECKS,
    *audit_payments.CHECKS,
    _closed_owe_nothing,
    _merchants_are_paid_what_they_sold,
)

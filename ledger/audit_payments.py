"""The invariants of payments: what the gateway took and gave back, by books, charges and payouts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from ledger import bulk, items, journals, payouts
from ledger import tables as t
from ledger.audit_queries import parts, stream, total
from ledger.open_charges import OPEN_STATES

_OWED_BY = items.that(bulk.among(t.items.c.account_id, "account_ids"), items.LEFT)


def _gateway_journals_have_their_charge(conn: sa.Connection) -> Iterator[str]:
    """Money came, and was taken back, for a charge of the same account, and never more than was asked for."""
    j, p, c = t.journals.c, t.postings.c, t.charges.c
    for kind, sign in (("capture", 1), ("chargeback", -1)):
        number = sa.func.substr(j.reference, len(kind) + 2)
        moved = (
            sa.select(j.reference, j.account_id, p.amount_fen, c.account_id.label("whose"), c.amount_fen)
            .select_from(t.journals.join(t.postings).outerjoin(t.charges, c.number == number))
            .where(j.source == "gateway", j.reference.like(f"{kind}:%"), p.book == journals.GATEWAY)
        )
        for reference, account_id, fen, whose, asked_fen in stream(conn, moved):
            if whose != account_id:
                yield f"{reference} is booked for account {account_id}, its charge is of {whose}"
            elif not 0 < sign * fen <= asked_fen:
                yield f"{reference}: {fen} booked of {asked_fen}"


def _payouts_are_booked(conn: sa.Connection) -> Iterator[str]:
    """What was sent back, by the gateway or by bank, is in the books, once; what was not sent is not."""
    j, p, o = t.journals.c, t.postings.c, t.payouts.c
    by_bank = o.charge_number == payouts.BY_BANK
    refund = sa.literal("refund:P") + sa.cast(o.id, sa.Text)
    sent = (
        sa.select(p.amount_fen)
        .join_from(t.journals, t.postings)
        .where(j.source != "", j.source == sa.case((by_bank, "bank"), else_="gateway"))
        .where(j.reference == sa.case((by_bank, o.reference), else_=refund))
        .where(p.book == sa.case((by_bank, journals.BANK), else_=journals.GATEWAY))
        .where(j.account_id == o.account_id)
        .scalar_subquery()
    )
    done = 0
    for row in stream(conn, sa.select(o.id, o.state, o.amount_fen, sent.label("booked_fen"))):
        done += row.state == "DONE"
        expected = -row.amount_fen if row.state == "DONE" else None
        if row.booked_fen != expected:
            yield f"payout P{row.id} is {row.state}, {row.booked_fen} booked of {-row.amount_fen}"
    refund_or_transfer = (j.source == "gateway") & j.reference.like("refund:%") | (j.source == "bank")
    refunds = sa.select(sa.func.count()).where(refund_or_transfer)
    if (count := conn.execute(refunds).scalar_one()) != done:
        yield f"{count} refunds are booked, {done} payouts are done"


def _sent_back_is_the_payouts(conn: sa.Connection) -> Iterator[str]:
    c, o = t.charges.c, t.payouts.c
    sent = total(o.amount_fen)
    wanted = (
        sa.select(c.number, c.sent_back_fen, sent)
        .select_from(t.charges.outerjoin(t.payouts, o.charge_number == c.number))
        .group_by(c.id, c.number, c.sent_back_fen)
        .having(sent != c.sent_back_fen)
    )
    for number, sent_back, fen in stream(conn, wanted):
        yield f"charge {number}: {sent_back} sent back, its payouts are {fen}"


def _payouts_are_covered(conn: sa.Connection) -> Iterator[str]:
    """What is being sent back is owed back."""
    o, b = t.payouts.c, t.balances.c
    credit = sa.select(-b.amount_fen).where(b.account_id == o.account_id, b.book == journals.CREDIT)
    owed = sa.func.coalesce(credit.scalar_subquery(), 0)
    opened = sa.select(o.account_id, sa.func.sum(o.amount_fen), owed).where(o.state == "OPEN")
    for account_id, fen, owed_fen in stream(conn, opened.group_by(o.account_id)):
        if fen > owed_fen:
            yield f"account {account_id}: payouts of {fen} are open, {owed_fen} is owed back"


def _payments_are_allocated(conn: sa.Connection) -> Iterator[str]:
    """What came is what it paid and what of it is owed back."""
    j = t.journals.c
    a = t.allocations.c
    paid = sa.select(sa.func.sum(a.amount_fen)).where(a.journal_id == j.id, a.effect == "paid")
    wanted = sa.select(
        j.reference,
        _line(journals.GATEWAY).label("came"),
        (-_line(journals.CREDIT)).label("credit"),
        sa.func.coalesce(paid.scalar_subquery(), 0).label("paid"),
    ).where(j.source == "gateway", j.reference.like("capture:%"))
    for row in stream(conn, wanted):
        if row.paid + row.credit != row.came:
            yield f"{row.reference}: {row.came} came, {row.paid} allocated, {row.credit} owed back"


def _line(book: str) -> Any:
    """What a journal posts to this book."""
    p = t.postings.c
    posted = sa.select(sa.func.sum(p.amount_fen)).where(p.journal_id == t.journals.c.id, p.book == book)
    return sa.func.coalesce(posted.scalar_subquery(), 0)


def _settlements_are_their_charges(conn: sa.Connection) -> Iterator[str]:
    """SETTLED by the one charge that succeeded, open while one is open, FAILED when none can succeed."""
    s, c = t.settlements.c, t.charges.c
    succeeded = sa.func.sum(sa.case((c.state == "SUCCEEDED", 1), else_=0))
    still_open = sa.func.sum(sa.case((c.state.in_(OPEN_STATES), 1), else_=0))
    wanted = sa.select(s.id, s.state, succeeded.label("succeeded"), still_open.label("still_open"))
    wanted = wanted.select_from(t.settlements.outerjoin(t.charges, c.settlement_id == s.id))
    for row in stream(conn, wanted.group_by(s.id, s.state)):
        expected = (int(row.state == "SETTLED"), int(row.state in OPEN_STATES))
        if (row.succeeded, row.still_open) != expected:
            yield (
                f"settlement S{row.id} is {row.state}: {row.succeeded} of its charges succeeded,"
                f" {row.still_open} are open"
            )


def _closing_has_its_settlement(conn: sa.Connection) -> Iterator[str]:
    """An account is CLOSING exactly while the settlement that will close it is open."""
    a, s = t.accounts.c, t.settlements.c
    joined = t.accounts.outerjoin(t.settlements, (s.id == a.closing_settlement_id) & (s.account_id == a.id))
    wanted = sa.select(a.id, a.state, a.closing_settlement_id, s.state.label("settling"))
    named = (a.state == "CLOSING") | a.closing_settlement_id.is_not(None)
    for row in stream(conn, wanted.select_from(joined).where(named)):
        if row.state != "CLOSING" or row.settling not in OPEN_STATES:
            yield f"account {row.id} is {row.state} by settlement {row.closing_settlement_id}: {row.settling}"


def _settled_as_quoted(conn: sa.Connection) -> Iterator[str]:
    """A quote's total is its lines, and exactly that was captured for it; nothing it named is left."""
    s, q, c = t.settlements.c, t.quotes.c, t.charges.c
    captured = journals.booked("gateway", "capture:" + c.number, journals.GATEWAY).label("captured")
    wanted = sa.select(
        s.id, s.account_id, s.state, s.amount_fen, q.lines, q.total_fen, q.item_parts, captured
    )
    wanted = wanted.join_from(t.settlements, t.quotes, s.quote_id == q.quote_id)
    for part in parts(conn, wanted.join(t.charges, c.settlement_id == s.id).order_by(s.id)):
        account_ids = {row.account_id for row in part}
        owed = {item.id for item in items.select(conn, _OWED_BY, account_ids=account_ids)}
        for row in part:
            yield from _as_quoted(row, owed)


def _as_quoted(row: sa.Row[Any], owed: set[int]) -> Iterator[str]:
    """`owed`: the ids of the items of which something is left."""
    lines = sum(line["amount_fen"] for line in row.lines)
    if not lines == row.total_fen == row.amount_fen:
        yield f"settlement S{row.id}: lines {lines}, quote {row.total_fen}, amount {row.amount_fen}"
    if row.state != "SETTLED":
        return
    if row.captured != row.amount_fen:
        yield f"settlement S{row.id}: {row.captured} captured of {row.amount_fen}"
    if left := [item_id for item_id, _ in row.item_parts if item_id in owed]:
        yield f"settlement S{row.id}: items {left} are not paid"


def _charges_are_captured_once(conn: sa.Connection) -> Iterator[str]:
    c = t.charges.c
    captured = journals.booked("gateway", "capture:" + c.number, journals.GATEWAY).label("captured")
    for row in stream(conn, sa.select(c.number, c.state, c.amount_fen, captured).order_by(c.id)):
        if row.state == "SUCCEEDED" and row.captured != row.amount_fen:
            yield f"charge {row.number}: {row.captured} captured of {row.amount_fen}"
        if row.state in OPEN_STATES and row.captured:
            yield f"charge {row.number} is {row.state} and has captured {row.captured}"


CHECKS = (
    _settled_as_quoted,
    _charges_are_captured_once,
    _gateway_journals_have_their_charge,
    _payouts_are_booked,
    _sent_back_is_the_payouts,
    _payouts_are_covered,
    _payments_are_allocated,
    _settlements_are_their_charges,
    _closing_has_its_settlement,
)

"""The invariants of the books, each as a query. An empty answer means that all of them hold."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ledger import audit_payments, journals, schedule, seals
from ledger import tables as t
from ledger.database import Ledger
from ledger.items import Item, select


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
    total = sa.func.sum(p.amount_fen).label("total")
    wrong = sa.select(p.journal_id, total, lines).group_by(p.journal_id).having((total != 0) | (lines < 2))
    for row in conn.execute(wrong):
        yield f"journal {row.journal_id} sums to {row.total} over {row.lines} lines"
    orphans = sa.select(p.journal_id).where(p.journal_id.not_in(sa.select(t.journals.c.id))).distinct()
    for row in conn.execute(orphans):
        yield f"postings without journal {row.journal_id}"
    days = sa.select(t.journals.c.value_on, sa.func.sum(p.amount_fen).label("total"))
    days = days.join_from(t.postings, t.journals).group_by(t.journals.c.value_on)
    for row in conn.execute(days.having(sa.func.sum(p.amount_fen) != 0)):
        yield f"accounts do not sum to zero on {row.value_on}"


def _balances_cached(conn: sa.Connection) -> Iterator[str]:
    p = t.postings.c
    summed = sa.select(p.account_id, p.book, sa.func.sum(p.amount_fen).label("fen"))
    summed = summed.where(p.account_id.is_not(None)).group_by(p.account_id, p.book)
    posted = {(row.account_id, row.book): int(row.fen) for row in conn.execute(summed)}
    cached = {(row.account_id, row.book): row.amount_fen for row in conn.execute(sa.select(t.balances))}
    for key in sorted(posted.keys() | cached.keys()):
        if posted.get(key, 0) != cached.get(key, 0):
            yield f"balance {key}: cached {cached.get(key, 0)}, posted {posted.get(key, 0)}"


def _items_are_the_receivables(conn: sa.Connection) -> Iterator[str]:
    """What is left of the items, by book, is the balance of that book; holds are the HELD purchases."""
    left: dict[tuple[int, str], int] = {}
    accounts = {row.id: row.account_id for row in conn.execute(sa.select(t.items.c.id, t.items.c.account_id))}
    for item in select(conn):
        key = (accounts[item.id], item.book)
        left[key] = left.get(key, 0) + item.left_fen
    p = t.purchases.c
    held = sa.select(p.account_id, sa.func.sum(p.amount_fen)).where(p.state == "HELD").group_by(p.account_id)
    for account_id, fen in conn.execute(held):
        left[account_id, journals.HOLD] = int(fen)
    cached = {
        (row.account_id, row.book): row.amount_fen
        for row in conn.execute(sa.select(t.balances).where(t.balances.c.book != journals.CREDIT))
    }
    for key in sorted(left.keys() | cached.keys()):
        if left.get(key, 0) != cached.get(key, 0):
            yield f"items of {key}: {left.get(key, 0)} left, balance {cached.get(key, 0)}"


def _allocations_are_the_items(conn: sa.Connection) -> Iterator[str]:
    a = t.allocations.c
    summed = sa.select(a.item_id, a.effect, sa.func.sum(a.amount_fen)).group_by(a.item_id, a.effect)
    given = {(item_id, effect): int(fen) for item_id, effect, fen in conn.execute(summed)}
    for item in select(conn):
        for effect in ("paid", "offset", "moved"):
            stored = getattr(item, f"{effect}_fen")
            if stored != given.get((item.id, effect), 0):
                yield f"item {item.id}: {effect} {stored}, allocated {given.get((item.id, effect), 0)}"


def _chain_verifies(conn: sa.Connection) -> Iterator[str]:
    p, j = t.postings.c, t.journals.c
    lines: dict[int, list[tuple[str, int]]] = {}
    for row in conn.execute(sa.select(t.postings).order_by(p.journal_id, p.line_no)):
        lines.setdefault(row.journal_id, []).append((row.book, row.amount_fen))
    heads: dict[int, str] = {}
    for stored in conn.execute(sa.select(t.journals).order_by(j.account_id, j.id)).mappings():
        journal = dict(stored)
        account_id, before = journal["account_id"], heads.get(journal["account_id"], "")
        digest = journals.entry_digest(before, journal, lines.get(journal["id"], []))
        if (journal["previous_hash"], journal["hash"]) != (before, digest):
            yield f"chain of account {account_id} breaks at journal {journal['id']}"
        heads[account_id] = journal["hash"]
    for account in conn.execute(sa.select(t.accounts.c.id, t.accounts.c.chain_head)):
        if account.chain_head != heads.get(account.id, ""):
            yield f"chain of account {account.id} does not end at its head"


def _plans_add_up(conn: sa.Connection) -> Iterator[str]:
    """A plan's principal is what was financed, its fees what was quoted; those billed are owed once."""
    principal, owed = _by_plan(conn, "plan_principal"), _by_plan(conn, "plan_fee")
    f = t.plan_fees.c
    for plan in conn.execute(sa.select(t.plans)):
        if principal.get(plan.id, 0) != plan.principal_fen:
            yield f"plan {plan.id}: principal {principal.get(plan.id, 0)} of {plan.principal_fen}"
        quoted = schedule.fees(plan.principal_fen, Decimal(plan.rate_per_period), plan.periods)
        fees = conn.execute(
            sa.select(f.fee_fen, f.state).where(f.plan_id == plan.id).order_by(f.period_no)
        ).all()
        if tuple(row.fee_fen for row in fees) != quoted:
            yield f"plan {plan.id}: fees {[row.fee_fen for row in fees]}, quoted {list(quoted)}"
        billed = sum(row.fee_fen for row in fees if row.state in ("BILLED", "SETTLED"))
        if billed != owed.get(plan.id, 0):
            yield f"plan {plan.id}: fees of {owed.get(plan.id, 0)} are items, {billed} are billed or settled"


def _by_plan(conn: sa.Connection, kind: str) -> dict[int, int]:
    i = t.items.c
    summed = sa.select(i.plan_id, sa.func.sum(i.amount_fen)).where(i.kind == kind).group_by(i.plan_id)
    return {plan_id: int(fen) for plan_id, fen in conn.execute(summed)}


def _purchases_in_one_place(conn: sa.Connection) -> Iterator[str]:
    """A captured purchase is one item (unbilled or on one bill) or in one plan, never both."""
    of_purchase: dict[int | None, list[Item]] = {}
    for item in select(conn, t.items.c.kind == "purchase"):
        of_purchase.setdefault(item.purchase_id, []).append(item)
    for row in conn.execute(sa.select(t.purchases).where(t.purchases.c.state == "CAPTURED")):
        found = of_purchase.get(row.id, [])
        in_plan = row.plan_id is not None
        if len(found) + in_plan != 1 and not (in_plan and len(found) == 1 and found[0].left_fen == 0):
            yield f"purchase {row.id} is in {len(found)} items and plan {row.plan_id}"


def _settled_as_quoted(conn: sa.Connection) -> Iterator[str]:
    """A quote's total is its lines, and exactly that was captured for it; nothing it named is left."""
    s, q, c = t.settlements.c, t.quotes.c, t.charges.c
    rows = sa.select(s.id, s.state, s.amount_fen, q.lines, q.total_fen, q.item_parts, c.number)
    rows = rows.join_from(t.settlements, t.quotes, s.quote_id == q.quote_id)
    rows = rows.join(t.charges, c.settlement_id == s.id)
    for row in conn.execute(rows):
        total = sum(line["amount_fen"] for line in row.lines)
        if not total == row.total_fen == row.amount_fen:
            yield f"settlement S{row.id}: lines {total}, quote {row.total_fen}, amount {row.amount_fen}"
        captured = _gateway_amount(conn, f"capture:{row.number}")
        if row.state == "SETTLED" and captured != row.amount_fen:
            yield f"settlement S{row.id}: {captured} captured of {row.amount_fen}"
        if row.state == "SETTLED":
            ids = [item_id for item_id, _ in row.item_parts]
            left = [item.id for item in select(conn, t.items.c.id.in_(ids)) if item.left_fen]
            if left:
                yield f"settlement S{row.id}: items {left} are not paid"


def _charges_are_captured_once(conn: sa.Connection) -> Iterator[str]:
    for charge in conn.execute(sa.select(t.charges)):
        captured = _gateway_amount(conn, f"capture:{charge.number}")
        if charge.state == "SUCCEEDED" and captured != charge.amount_fen:
            yield f"charge {charge.number}: {captured} captured of {charge.amount_fen}"
        if charge.state in ("CREATED", "SENT", "UNKNOWN") and captured:
            yield f"charge {charge.number} is {charge.state} and has captured {captured}"


def _closed_owe_nothing(conn: sa.Connection) -> Iterator[str]:
    """A closed account has no limit and owes nothing, but for a charge-back or money that came later."""
    closed = sa.select(t.accounts).where(t.accounts.c.state == "CLOSED")
    for account in conn.execute(closed):
        books = journals.balances(conn, account.id)
        owed = {b: f for b, f in books.items() if f and b not in (journals.CHARGEBACK, journals.CREDIT)}
        if owed or account.limit_fen:
            yield f"account {account.id} is closed with {owed}, limit {account.limit_fen}"


def _merchants_are_paid_what_they_sold(conn: sa.Connection) -> Iterator[str]:
    """Each settlement is its orders less its refunds, and so paid; what is in none is still owed."""
    m = t.merchant_settlements.c
    sold, refunded = _by_settlement(conn, t.purchases, "CAPTURED"), _by_settlement(conn, t.refunds, "DONE")
    for row in conn.execute(sa.select(t.merchant_settlements).order_by(m.id)):
        parts = (sold.pop(row.id, 0), refunded.pop(row.id, 0))
        if parts != (row.sold_fen, row.refunded_fen):
            yield f"settlement M{row.id}: {row.sold_fen} - {row.refunded_fen}, its parts are {parts}"
        paid = _amount(conn, "merchant", f"M{row.id}", journals.MERCHANT)
        if paid != row.sold_fen - row.refunded_fen:
            yield f"settlement M{row.id}: {paid} paid of {row.sold_fen - row.refunded_fen}"
    p = t.postings.c
    posted = sa.select(sa.func.coalesce(sa.func.sum(p.amount_fen), 0)).where(p.book == journals.MERCHANT)
    owed = -int(conn.execute(posted).scalar_one())
    waiting = sum(sold.values()) - sum(refunded.values())
    if owed != waiting:
        yield f"merchants are owed {owed}, orders less refunds are {waiting}"


def _by_settlement(conn: sa.Connection, table: sa.Table, state: str) -> dict[int | None, int]:
    c = table.c
    summed = sa.select(c.merchant_settlement_id, sa.func.sum(c.amount_fen)).where(c.state == state)
    rows = conn.execute(summed.group_by(c.merchant_settlement_id))
    return {settlement_id: int(fen) for settlement_id, fen in rows}


def _gateway_amount(conn: sa.Connection, reference: str) -> int:
    return _amount(conn, "gateway", reference, journals.GATEWAY)


def _amount(conn: sa.Connection, source: str, reference: str, book: str) -> int:
    j, p = t.journals.c, t.postings.c
    found = sa.select(sa.func.coalesce(sa.func.sum(p.amount_fen), 0)).join_from(t.postings, t.journals)
    where = (j.source == source) & (j.reference == reference) & (p.book == book)
    return int(conn.execute(found.where(where)).scalar_one())


_CHECKS: tuple[Any, ...] = (
    _journals_balance,
    _balances_cached,
    _items_are_the_receivables,
    _allocations_are_the_items,
    _chain_verifies,
    seals.violations,
    _plans_add_up,
    _purchases_in_one_place,
    _settled_as_quoted,
    _charges_are_captured_once,
    *audit_payments.CHECKS,
    _closed_owe_nothing,
    _merchants_are_paid_what_they_sold,
)

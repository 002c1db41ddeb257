"""The invariants of what is owed: items, what paid them, plans and purchases."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Any, get_args

import sqlalchemy as sa

from ledger import items, journals, schedule
from ledger import tables as t
from ledger.audit_queries import stream, total


def _items_are_the_receivables(conn: sa.Connection) -> Iterator[str]:
    """What is left of the items, by book, is the balance of that book; holds are the HELD purchases."""
    i, p, b = t.items.c, t.purchases.c, t.balances.c
    zero = sa.literal(0)
    left = i.amount_fen - i.paid_fen - i.offset_fen - i.moved_fen
    hold = sa.literal(journals.HOLD)
    each = sa.union_all(
        sa.select(i.account_id, items.book_of().label("book"), left.label("left"), zero.label("cached")),
        sa.select(p.account_id, hold, p.amount_fen, zero).where(p.state == "HELD"),
        sa.select(b.account_id, b.book, zero, b.amount_fen).where(b.book != journals.CREDIT),
    ).subquery()
    key = (each.c.account_id, each.c.book)
    owed, cached = total(each.c.left), total(each.c.cached)
    differing = sa.select(*key, owed.label("owed"), cached.label("cached")).group_by(*key)
    for row in stream(conn, differing.having(owed != cached).order_by(*key)):
        yield f"items of {(row.account_id, row.book)}: {row.owed} left, balance {row.cached}"


def _allocations_are_the_items(conn: sa.Connection) -> Iterator[str]:
    i, a = t.items.c, t.allocations.c
    effects = get_args(items.Effect)
    given = [total(sa.case((a.effect == effect, a.amount_fen), else_=0)).label(effect) for effect in effects]
    of_item = sa.select(a.item_id, *given).group_by(a.item_id).subquery()
    stored = {effect: i[f"{effect}_fen"] for effect in effects}
    allocated = {effect: sa.func.coalesce(of_item.c[effect], 0) for effect in effects}
    differing = sa.or_(*(stored[effect] != allocated[effect] for effect in effects))
    columns = [column for effect in effects for column in (stored[effect], allocated[effect])]
    wanted = sa.select(i.id, *columns).outerjoin_from(t.items, of_item, of_item.c.item_id == i.id)
    for id_, *fens in stream(conn, wanted.where(differing).order_by(i.id)):
        for effect, is_, was in zip(effects, fens[::2], fens[1::2], strict=True):
            if is_ != was:
                yield f"item {id_}: {effect} {is_}, allocated {was}"


def _plans_add_up(conn: sa.Connection) -> Iterator[str]:
    """A plan's principal is what was financed, its fees what was quoted; those billed are owed once."""
    n, f, i = t.plans.c, t.plan_fees.c, t.items.c
    sums = [
        total(sa.case((i.kind == kind, i.amount_fen), else_=0)).label(kind)
        for kind in ("plan_principal", "plan_fee")
    ]
    of_plan = sa.select(i.plan_id, *sums).where(i.plan_id.is_not(None)).group_by(i.plan_id).subquery()
    periods = (
        sa.select(t.plans, f.fee_fen, f.state, *(of_plan.c[name] for name in ("plan_principal", "plan_fee")))
        .select_from(t.plans.outerjoin(t.plan_fees).outerjoin(of_plan, of_plan.c.plan_id == n.id))
        .order_by(n.id, f.period_no)
    )
    for plan_id, rows in groupby(stream(conn, periods), attrgetter("id")):
        found = list(rows)
        plan = found[0]
        principal, owed = plan.plan_principal or 0, plan.plan_fee or 0
        if principal != plan.principal_fen:
            yield f"plan {plan_id}: principal {principal} of {plan.principal_fen}"
        fees = [row.fee_fen for row in found if row.fee_fen is not None]
        quoted = schedule.fees(plan.principal_fen, Decimal(plan.rate_per_period), plan.periods)
        if tuple(fees) != quoted:
            yield f"plan {plan_id}: fees {fees}, quoted {list(quoted)}"
        billed = sum(row.fee_fen for row in found if row.state in ("BILLED", "SETTLED"))
        if billed != owed:
            yield f"plan {plan_id}: fees of {owed} are items, {billed} are billed or settled"


def _purchases_in_one_place(conn: sa.Connection) -> Iterator[str]:
    """A captured purchase is one item (unbilled or on one bill) or in one plan, never both."""
    p, i = t.purchases.c, t.items.c
    of_it = (i.purchase_id == p.id) & (i.kind == "purchase")
    count = sa.func.count(i.id)
    left = total(i.amount_fen - i.paid_fen - i.offset_fen - i.moved_fen)
    wanted = (
        sa.select(p.id, p.plan_id, count.label("count"), left.label("left"))
        .outerjoin_from(t.purchases, t.items, of_it)
        .where(p.state == "CAPTURED")
        .group_by(p.id, p.plan_id)
        .having(p.plan_id.is_(None) & (count != 1) | p.plan_id.is_not(None) & ((count > 1) | (left != 0)))
    )
    for row in stream(conn, wanted.order_by(p.id)):
        yield f"purchase {row.id} is in {row.count} items and plan {row.plan_id}"


CHECKS: tuple[Any, ...] = (
    _items_are_the_receivables,
    _allocations_are_the_items,
    _plans_add_up,
    _purchases_in_one_place,
)

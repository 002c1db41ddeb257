"""Purchases as a customer asks about them: by their shop, item or order number, and where each stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import sqlalchemy as sa

from ledger import bills, bulk, items
from ledger import tables as t
from ledger.items import Item

#: How many purchases are looked at, the newest ones.
LOOKED_AT = 200
_ON_BILLS = items.that(bulk.among(t.items.c.bill_id, "bill_ids"), t.items.c.kind == "purchase")


@dataclass(frozen=True)
class Purchase:
    """One order that was not refused; what it asks for now is on a bill, in a plan, or paid."""

    order_no: str
    merchant: str
    item: str
    amount_fen: int
    on: date
    state: Literal["HELD", "CAPTURED"]
    left_fen: int  # of the purchase by itself: 0 when paid, refunded or in a plan
    bill_month: str  # "2026-10" of the bill that it is on; "" for none
    plan_id: int | None  # its own plan, or the one that its bill was turned into


def newest(conn: sa.Connection, account_id: int) -> tuple[Purchase, ...]:
    """The account's purchases, newest first. Bills of more than a year ago are not looked at: all is paid."""
    p, b = t.purchases.c, t.bills.c
    wanted = sa.select(t.purchases).where(p.account_id == account_id, p.state.in_(("HELD", "CAPTURED")))
    rows = conn.execute(wanted.order_by(p.id.desc()).limit(LOOKED_AT)).all()
    billed = sa.select(b.id, b.month).where(b.account_id == account_id)
    recent = conn.execute(billed.order_by(b.issued_on.desc()).limit(bills.SHOWN)).all()
    months = {row.id: row.month for row in recent}
    owed = [item for item in items.owed(conn, account_id) if item.kind == "purchase"]
    of_purchase = {item.purchase_id: item for item in owed}
    of_purchase |= {item.purchase_id: item for item in items.select(conn, _ON_BILLS, bill_ids=months)}
    plans = _bill_plans(conn, account_id)
    return tuple(_view(row, of_purchase.get(row.id), months, plans) for row in rows)


def _view(row: sa.Row, item: Item | None, months: dict[int, str], plans: dict[str, int]) -> Purchase:
    month = months.get(item.bill_id or 0, "") if item else ""
    moved = item is not None and item.moved_fen > 0
    return Purchase(
        order_no=row.order_no,
        merchant=row.merchant,
        item=row.item,
        amount_fen=row.amount_fen,
        on=(row.captured_at or row.held_at).date(),
        state=row.state,
        left_fen=item.left_fen if item else 0,
        bill_month=month,
        plan_id=plans.get(month) if moved else row.plan_id,
    )


def _bill_plans(conn: sa.Connection, account_id: int) -> dict[str, int]:
    """The plan that a month's bill was turned into."""
    n = t.plans.c
    rows = conn.execute(sa.select(n.label, n.id).where(n.account_id == account_id, n.kind == "bill"))
    return {row.label: row.id for row in rows}

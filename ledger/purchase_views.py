"""Purchases as a customer asks about them: by their shop, item or order number, and where each stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

import sqlalchemy as sa

from ledger import bills, bulk, items
from ledger import tables as t
from ledger.columns import in_full
from ledger.items import Item
from ledger.together import Together

#: How many purchases are looked at, the newest ones.
LOOKED_AT = 200
_P, _B, _N = t.purchases.c, t.bills.c, t.plans.c
_ACCOUNT_ID: sa.BindParameter[int] = sa.bindparam("account_id")
_BILLS = (
    sa.select(_B.id, _B.month)
    .where(_B.account_id == _ACCOUNT_ID)
    .order_by(_B.issued_on.desc())
    .limit(bills.SHOWN)
)
_ON_BILLS = bulk.among(t.items.c.bill_id, _BILLS.with_only_columns(_B.id))
_IN_USE = _P.state.in_((in_full("HELD"), in_full("CAPTURED")))
_ASKED: Final = Together(
    purchases=sa.select(t.purchases)
    .where(_P.account_id == _ACCOUNT_ID, _IN_USE)
    .order_by(_P.id.desc())
    .limit(LOOKED_AT),
    bills=_BILLS,
    on_bills=items.that(_ON_BILLS, t.items.c.kind == in_full("purchase")),
    owed=items.OWED,
    bill_plans=sa.select(_N.label, _N.id).where(_N.account_id == _ACCOUNT_ID, _N.kind == in_full("bill")),
)


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
    found = _ASKED.ask(conn, account_id=account_id)
    months = {row.id: row.month for row in found["bills"]}
    plans = {row.label: row.id for row in found["bill_plans"]}
    known = map(Item._make, [*found["owed"], *found["on_bills"]])
    of_purchase = {item.purchase_id: item for item in known if item.kind == "purchase"}
    return tuple(_view(row, of_purchase.get(row.id), months, plans) for row in found["purchases"])


def _view(row: Any, item: Item | None, months: dict[int, str], plans: dict[str, int]) -> Purchase:
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

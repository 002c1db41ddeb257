"""Paying for an order: authorise holds the amount, capture makes it owed, release gives it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from ledger import commands, freezes_in_force, holds, items, journals, limits, open_charges, plans
from ledger import tables as t
from ledger.database import Ledger
from ledger.door import checked
from ledger.errors import PurchaseRefused, SettlementUnderWay, UnknownOrder, WrongState
from ledger.model import Refusal, RefusalReason
from ledger.money import amount
from ledger.plans import PlanTerms
from ledger.work import Work, one_at_a_time

_OF_ORDER = t.purchases.c.order_no == sa.bindparam("order_no")
_FOUND = sa.select(t.purchases, t.accounts.c.customer_id).join_from(t.purchases, t.accounts).where(_OF_ORDER)
_ORDERED = sa.select(t.purchases).where(_OF_ORDER)
_NEW = sa.insert(t.purchases).returning(t.purchases.c.id)
_REFUSED = sa.insert(t.refusals).returning(t.refusals.c.id)
_REFUSAL = sa.select(t.refusals).where(t.refusals.c.id == sa.bindparam("refusal_id"))


@checked
def authorise(
    ledger: Ledger,
    customer_id: str,
    *,
    order_no: str,
    merchant: str,
    item: str,
    amount_fen: int,
    key: str,
    periods: int = 1,
    fee_free: bool = False,
    shop_supported: bool = True,
    item_supported: bool = True,
) -> int:
    """Hold `amount_fen` of the limit for an order; returns the purchase's id.

    `periods` of 3, 6 or 12 makes it a product instalment when captured. The shop's side says whether shop
    and item take 月付. Raises PurchaseRefused, and keeps the refusal as evidence; SettlementUnderWay while
    everything is being settled; InstalmentRefused; WrongState for an order number used before;
    InvalidAmount.
    """
    amount(amount_fen)
    order = {"order_no": order_no, "merchant": merchant, "item": item, "amount_fen": amount_fen}
    supported: dict[RefusalReason, bool] = {"shop": shop_supported, "item": item_supported}
    body: dict[str, Any] = {**order, "periods": periods, "fee_free": fee_free}
    body |= {"shop": shop_supported, "item_supported": item_supported}

    def act(work: Work) -> dict[str, int]:
        if periods != 1:
            plans.check(work.terms, PlanTerms("product", "", amount_fen, periods, fee_free))
        one_at_a_time(work.conn, f"order {order_no}")  # another customer's may have the same number
        if work.conn.execute(_ORDERED, {"order_no": order_no}).first():
            raise WrongState(order_no=order_no, reason="order_exists")
        charge = open_charges.of_account(work.conn, work.account_id)
        if charge is not None and charge.purpose == "settle":
            raise SettlementUnderWay(open_charges.view(charge))
        reason = _refusal(work, amount_fen, supported)
        if reason is not None:
            return {"refusal_id": _refuse(work, order, reason)}
        holds.place(work, amount_fen)
        new = {
            **order,
            "account_id": work.account_id,
            "state": "HELD",
            "held_at": work.now,
            "expires_at": work.now + timedelta(days=work.terms.hold_days),
            "periods": periods,
            "fee_free": int(fee_free),
        }
        return {"purchase_id": int(work.conn.execute(_NEW, new).scalar_one())}

    answer = commands.run(ledger, customer_id, "authorise", body, act, key=key)
    if "refusal_id" in answer:
        raise PurchaseRefused(_stored_refusal(ledger, answer["refusal_id"]))
    return int(answer["purchase_id"])


@checked
def capture(ledger: Ledger, order_no: str, key: str) -> int:
    """The order is paid: the customer owes it, the merchant is owed its full price. Returns its id.

    Raises UnknownOrder, WrongState unless the amount is held.
    """

    def act(work: Work) -> int:
        purchase = _held(work, order_no)
        holds.end(work, purchase, "CAPTURED")
        if purchase.periods > 1:
            label = f"{purchase.merchant} {purchase.item}"
            plan = PlanTerms("product", label, purchase.amount_fen, purchase.periods, bool(purchase.fee_free))
            agreed = ledger.rules.at(purchase.held_at.date())
            plan_id = plans.start(work, plan, agreed, purchase.id)
            where = t.purchases.c.id == purchase.id
            work.conn.execute(sa.update(t.purchases).where(where).values(plan_id=plan_id))
        else:
            items.add(work, "purchase", purchase.amount_fen, work.today, purchase_id=purchase.id)
        book = journals.PLAN if purchase.periods > 1 else journals.UNBILLED
        work.journal("purchase", (book, purchase.amount_fen), (journals.MERCHANT, -purchase.amount_fen))
        return int(purchase.id)

    return int(_on_order(ledger, order_no, "capture", act, key))


@checked
def release(ledger: Ledger, order_no: str, key: str) -> int:
    """The order will not be paid: the held amount returns to the limit. Raises UnknownOrder, WrongState."""

    def act(work: Work) -> int:
        purchase = _held(work, order_no)
        holds.end(work, purchase, "RELEASED")
        return int(purchase.id)

    return int(_on_order(ledger, order_no, "release", act, key))


def buy(ledger: Ledger, customer_id: str, *, order_no: str, key: str, **order: Any) -> int:
    """Authorise and capture at once; takes what `authorise` takes."""
    purchase_id = authorise(ledger, customer_id, order_no=order_no, key=f"{key}:authorise", **order)
    capture(ledger, order_no, f"{key}:capture")
    return purchase_id


@checked
def find(ledger: Ledger, order_no: str) -> sa.Row[Any]:
    """The purchase and its customer. Raises UnknownOrder."""
    with ledger.read() as conn:
        row = conn.execute(_FOUND, {"order_no": order_no}).first()
    if row is None:
        raise UnknownOrder(order_no=order_no)
    return row


def _refusal(work: Work, fen: int, supported: dict[RefusalReason, bool]) -> RefusalReason | None:
    """Why this purchase is refused, if it is: the account first, then the shop, then the amount."""
    if work.account.state != "ACTIVE":
        return "closed"
    if freezes_in_force.any_on(work.conn, work.account_id):
        return "freeze"
    for reason, takes_it in supported.items():
        if not takes_it:
            return reason
    return "limit" if fen > limits.of(work.conn, work.account).available_fen else None


def _refuse(work: Work, order: dict[str, Any], reason: RefusalReason) -> int:
    available = limits.of(work.conn, work.account).available_fen
    new = {**order, "account_id": work.account_id, "at": work.now}
    new |= {"reason": reason, "available_fen": available}
    return int(work.conn.execute(_REFUSED, new).scalar_one())


def refusal_view(row: sa.Row[Any]) -> Refusal:
    return Refusal(
        row.at, row.reason, row.order_no, row.merchant, row.item, row.amount_fen, row.available_fen
    )


def _stored_refusal(ledger: Ledger, refusal_id: int) -> Refusal:
    with ledger.read() as conn:
        return refusal_view(conn.execute(_REFUSAL, {"refusal_id": refusal_id}).one())


def _held(work: Work, order_no: str) -> sa.Row[Any]:
    row = work.conn.execute(_ORDERED, {"order_no": order_no}).one()
    if row.state != "HELD":
        raise WrongState(order_no=order_no, state=row.state)
    return row


def _on_order(ledger: Ledger, order_no: str, name: str, act: Any, key: str) -> Any:
    purchase = find(ledger, order_no)
    body = {"order_no": order_no}
    return commands.run(
        ledger, purchase.customer_id, name, body, act, key=key, account_id=purchase.account_id
    )

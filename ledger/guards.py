"""Why an account cannot be closed now. Of the freezes only those for fraud or a dispute forbid it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from ledger import freezes_in_force, journals, open_charges
from ledger import tables as t
from ledger.model import Guard


def of(conn: sa.Connection, account: sa.Row[Any]) -> tuple[Guard, ...]:
    """Every guard that stands against closing; empty when the account may be closed."""
    if account.state == "CLOSED":
        details = {"closed_at": account.closed_at.isoformat(), "receipt": account.close_receipt}
        return (Guard("already_closed", details),)
    under_way = () if account.state == "ACTIVE" else (Guard("closing_under_way"),)
    return (*under_way, *_charge(conn, account.id), *besides_debt(conn, account), *_debt(conn, account.id))


def besides_debt(conn: sa.Connection, account: sa.Row[Any]) -> tuple[Guard, ...]:
    """The guards that settling everything would not remove."""
    books = journals.balances(conn, account.id)
    return (
        *_freezes(conn, account.id),
        *_holds(conn, account.id),
        *_refunds(conn, account.id),
        *(
            [Guard("owed_to_customer", {"amount_fen": -books[journals.CREDIT]})]
            if books[journals.CREDIT]
            else []
        ),
    )


def _freezes(conn: sa.Connection, account_id: int) -> Iterator[Guard]:
    for freeze in freezes_in_force.of_account(conn, account_id):
        if freeze.kind == "fraud":
            yield Guard("fraud_freeze", {"placed_at": freeze.placed_at.isoformat()})
        if freeze.kind == "dispute":
            yield Guard("dispute_freeze", {"placed_at": freeze.placed_at.isoformat()})


def _holds(conn: sa.Connection, account_id: int) -> Iterator[Guard]:
    p = t.purchases.c
    held = sa.select(t.purchases).where(p.account_id == account_id, p.state == "HELD").order_by(p.id)
    for purchase in conn.execute(held):
        order = {name: getattr(purchase, name) for name in ("order_no", "merchant", "item", "amount_fen")}
        yield Guard("hold_open", {**order, "expires_at": purchase.expires_at.isoformat()})


def _refunds(conn: sa.Connection, account_id: int) -> Iterator[Guard]:
    r, p = t.refunds.c, t.purchases.c
    pending = (
        sa.select(r.amount_fen, r.requested_at, p.order_no, p.merchant, p.item)
        .join_from(t.refunds, t.purchases)
        .where(r.account_id == account_id, r.state == "PENDING")
        .order_by(r.id)
    )
    for refund in conn.execute(pending):
        order = {name: getattr(refund, name) for name in ("order_no", "merchant", "item", "amount_fen")}
        yield Guard("refund_open", {**order, "requested_at": refund.requested_at.isoformat()})


def _charge(conn: sa.Connection, account_id: int) -> Iterator[Guard]:
    charge = open_charges.of_account(conn, account_id)
    if charge is not None:
        sent_at = (charge.sent_at or charge.created_at).isoformat()
        details = {"number": charge.number, "amount_fen": charge.amount_fen, "sent_at": sent_at}
        yield Guard("charge_open", details)


def _debt(conn: sa.Connection, account_id: int) -> Iterator[Guard]:
    books = journals.balances(conn, account_id)
    owed = sum(books[book] for book in journals.RECEIVABLES)
    if owed:
        yield Guard("owed_by_customer", {"amount_fen": owed})

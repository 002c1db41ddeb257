"""An order is refunded: it offsets what is owed for it, then other debt; the rest is owed back."""

from __future__ import annotations

import sqlalchemy as sa

from ledger import allocation, commands, items, journals, overdue, payouts, plans_due, purchases
from ledger import tables as t
from ledger.database import Ledger
from ledger.door import checked
from ledger.errors import BadInput, WrongState
from ledger.items import Item
from ledger.money import amount
from ledger.work import Work


@checked
def request(ledger: Ledger, *, order_no: str, amount_fen: int, key: str) -> int:
    """The merchant has agreed to refund; nothing is offset before it is complete. Returns the refund's id.

    Raises UnknownOrder, WrongState (not captured, or a refund of the order is under way), BadInput (more than
    the order's price together with earlier refunds), InvalidAmount.
    """
    amount(amount_fen)
    purchase = purchases.find(ledger, order_no)

    def act(work: Work) -> int:
        r, p = t.refunds.c, t.purchases.c
        state = work.conn.execute(sa.select(p.state).where(p.id == purchase.id)).scalar_one()
        earlier = work.conn.execute(sa.select(t.refunds).where(r.purchase_id == purchase.id)).all()
        if state != "CAPTURED" or any(refund.state == "PENDING" for refund in earlier):
            raise WrongState(order_no=order_no, state=state, refunds=[refund.state for refund in earlier])
        left = purchase.amount_fen - sum(refund.amount_fen for refund in earlier)
        if amount_fen > left:
            raise BadInput(amount_fen=amount_fen, refundable_fen=left)
        new = sa.insert(t.refunds).values(
            account_id=work.account_id,
            purchase_id=purchase.id,
            amount_fen=amount_fen,
            state="PENDING",
            requested_at=work.now,
        )
        return int(work.conn.execute(new.returning(r.id)).scalar_one())

    body = {"order_no": order_no, "amount_fen": amount_fen}
    return int(
        commands.run(
            ledger, purchase.customer_id, "request_refund", body, act, key=key, account_id=purchase.account_id
        )
    )


@checked
def complete(ledger: Ledger, *, order_no: str, key: str) -> int:
    """The refund has arrived. Returns its id.

    Of an order in instalments the last periods go first; fees already charged stay, fees of periods that
    are gone are dropped. Raises UnknownOrder, WrongState when no refund of the order is under way.
    """
    purchase = purchases.find(ledger, order_no)

    def act(work: Work) -> int:
        r = t.refunds.c
        where = (r.purchase_id == purchase.id) & (r.state == "PENDING")
        refund = work.conn.execute(sa.select(t.refunds).where(where)).first()
        if refund is None:
            raise WrongState(order_no=order_no, reason="no_refund_under_way")
        bought = work.conn.execute(sa.select(t.purchases).where(t.purchases.c.id == purchase.id)).one()
        parts, over = allocation.split(_order(work, bought), refund.amount_fen)
        lines = [(journals.MERCHANT, refund.amount_fen), *items.credits(parts), (journals.CREDIT, -over)]
        journal_id = work.journal("refund", *lines)
        items.lessen(work, "offset", parts, journal_id)
        _drop_fees(work, parts)
        done = {"state": "DONE", "done_at": work.now, "offset_fen": refund.amount_fen - over}
        work.conn.execute(sa.update(t.refunds).where(r.id == refund.id).values(**done, credited_fen=over))
        overdue.clear(work, work.today)
        payouts.open_for_credit(work)
        return int(refund.id)

    body = {"order_no": order_no}
    return int(
        commands.run(
            ledger,
            purchase.customer_id,
            "complete_refund",
            body,
            act,
            key=key,
            account_id=purchase.account_id,
        )
    )


def _order(work: Work, purchase: sa.Row) -> list[Item]:
    """What the refund is taken off: the order, other unbilled purchases, then bills, the oldest first."""
    owed = items.owed(work.conn, work.account_id)
    if purchase.plan_id is None:
        own = [item for item in owed if item.kind == "purchase" and item.purchase_id == purchase.id]
    else:
        own = [item for item in owed if item.kind == "plan_principal" and item.plan_id == purchase.plan_id]
        own.sort(key=lambda item: -item.period_no)
    taken = {item.id for item in own}
    b = t.bills.c
    due = work.conn.execute(sa.select(b.id, b.due_on).where(b.account_id == work.account_id))
    rest = allocation.payable(owed, {row.id: row.due_on for row in due})
    rest = [item for item in rest if item.id not in taken]
    unbilled = [item for item in rest if item.kind == "purchase" and item.bill_id is None]
    return [*own, *unbilled, *(item for item in rest if item not in unbilled)]


def _drop_fees(work: Work, parts: list[tuple[Item, int]]) -> None:
    """Periods that have no principal left, and were not billed, have no fee either."""
    pending = plans_due.pending_fees(work.conn, work.account_id)
    for item, fen in parts:
        if item.kind == "plan_principal" and item.plan_id is not None and fen == item.left_fen:
            numbers = {number for number, _ in pending.get(item.plan_id, [])}
            if item.period_no in numbers:
                plans_due.mark(work.conn, item.plan_id, [item.period_no], "DROPPED")

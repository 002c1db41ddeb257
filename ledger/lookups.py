"""Single charges, settlements, payouts, bills and purchases by what customers and the outbox know them by."""

from __future__ import annotations

import sqlalchemy as sa

from ledger import bills, items, journals, open_charges, plan_views, purchase_views
from ledger import settlement as settlements
from ledger import tables as t
from ledger.database import Ledger
from ledger.door import checked
from ledger.errors import UnknownBill, UnknownCharge
from ledger.model import BillItem, Charge, LateMoney, Settlement
from ledger.numbers import id_of
from ledger.purchase_views import Purchase
from ledger.work import find_account


@checked
def charge(ledger: Ledger, number: str) -> Charge:
    """Charge "S12-1". Raises UnknownCharge."""
    row = _row(ledger, sa.select(t.charges).where(t.charges.c.number == number), number)
    return open_charges.view(row)


@checked
def settlement(ledger: Ledger, number: str) -> Settlement:
    """Settlement "S12". Raises UnknownCharge."""
    wanted = t.settlements.c.id == id_of(number, "S")
    return settlements.view(_row(ledger, sa.select(t.settlements).where(wanted), number))


@checked
def payout_fen(ledger: Ledger, number: str) -> int:
    """How much payout "P3" sent back to the customer, in fen. Raises UnknownCharge."""
    wanted = sa.select(t.payouts.c.amount_fen).where(t.payouts.c.id == id_of(number, "P"))
    return int(_row(ledger, wanted, number).amount_fen)


@checked
def late_money(ledger: Ledger, charge_number: str) -> LateMoney | None:
    """What a charge that had failed took after all; None when it took nothing, or has not failed.

    Raises UnknownCharge.
    """
    c, p = t.charges.c, t.payouts.c
    wanted = sa.select(c.state, p.amount_fen, p.state.label("payout")).select_from(t.charges)
    wanted = wanted.outerjoin(t.payouts, c.number == p.charge_number)
    row = _row(ledger, wanted.where(c.number == charge_number).order_by(p.id.desc()), charge_number)
    if row.state != "FAILED" or row.payout is None:
        return None
    return LateMoney(row.amount_fen, row.payout == "DONE")


@checked
def taken_back(ledger: Ledger, charge_number: str) -> bool:
    """Whether a bank took back, whole or in part, what the charge had taken, paid since or not.

    Of what was no charge, or of an unknown one, it took nothing back.
    """
    with ledger.read() as conn:
        return journals.exists(conn, "gateway", f"chargeback:{charge_number}")


@checked
def bill_items(ledger: Ledger, customer_id: str, bill_id: int) -> tuple[BillItem, ...]:
    """What stands on a bill of the customer's. Raises UnknownCustomer, UnknownBill.

    Penalty that has not been posted yet is not on it, nor is what went over to a later bill.
    """
    b = t.bills.c
    with ledger.read() as conn:
        account = find_account(conn, customer_id)
        bill = conn.execute(sa.select(b.id).where(b.id == bill_id, b.account_id == account.id)).first()
        if bill is None:
            raise UnknownBill(bill_id=bill_id)
        on_bill = items.select(conn, items.that(t.items.c.bill_id == bill_id))
        return bills.described(on_bill, bills.bought(conn, on_bill), plan_views.read(conn, account.id))


@checked
def purchases(ledger: Ledger, customer_id: str) -> tuple[Purchase, ...]:
    """The newest purchases of the customer's newest account, newest first. Raises UnknownCustomer."""
    with ledger.read() as conn:
        return purchase_views.newest(conn, find_account(conn, customer_id).id)


def _row(ledger: Ledger, query: sa.Select, number: str) -> sa.Row:
    with ledger.read() as conn:
        row = conn.execute(query).first()
    if row is None:
        raise UnknownCharge(number=number)
    return row

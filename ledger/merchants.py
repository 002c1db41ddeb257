"""Paying merchants (商户结算): by a settlement cycle, net of refunds.

A merchant is owed an order's full price from its capture on. When a cycle is over, what was captured before
its end, less the refunds completed before its end, is paid at once. Each order and each refund is in one
settlement, ever. Refunds beyond the sales are carried over: they wait for later sales. What was booked for a
cycle after it was paid goes into the next one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from ledger import journals
from ledger import tables as t
from ledger.clock import SHANGHAI
from ledger.database import Ledger
from ledger.door import checked
from ledger.terms import MerchantCycle
from ledger.work import one_at_a_time

_BATCH = 500


@dataclass(frozen=True)
class MerchantSettlement:
    number: str  # "M12"
    merchant: str
    until: date  # orders and refunds booked before this day began
    sold_fen: int
    refunded_fen: int
    at: datetime

    @property
    def paid_fen(self) -> int:
        return self.sold_fen - self.refunded_fen


class _CarriedOver(Exception):
    """Nothing is to be paid: rolls the settlement back."""


def run(ledger: Ledger) -> int:
    """Pay every merchant for the cycles that are over; returns how many were paid.

    Idempotent and resumable: one transaction a merchant, one payment a merchant and cycle. One that fails
    does not hold up the others; the first failure is raised at the end.
    """
    until = begin_of_cycle(ledger.terms.merchant_cycle, ledger.clock.now().date())
    errors: list[Exception] = []
    count, last = 0, ""
    while merchants := _waiting(ledger, until, last):
        for merchant in merchants:
            try:
                count += _pay(ledger, merchant, until)
            except Exception as error:
                errors.append(error)
        last = merchants[-1]
    if errors:
        raise errors[0]
    return count


def begin_of_cycle(cycle: MerchantCycle, day: date) -> date:
    """The first day of the cycle that `day` is in: the day itself, its Monday, the first of its month."""
    if cycle == "day":
        return day
    return day - timedelta(days=day.weekday()) if cycle == "week" else day.replace(day=1)


@checked
def of_merchant(ledger: Ledger, merchant: str) -> list[MerchantSettlement]:
    """What the merchant was paid, the newest first."""
    m = t.merchant_settlements.c
    wanted = sa.select(t.merchant_settlements).where(m.merchant == merchant).order_by(m.id.desc())
    with ledger.read() as conn:
        return [
            MerchantSettlement(f"M{row.id}", row.merchant, row.until, row.sold_fen, row.refunded_fen, row.at)
            for row in conn.execute(wanted)
        ]


def _waiting(ledger: Ledger, until: date, after: str) -> list[str]:
    """The next merchants with orders to be paid for."""
    p, m = t.purchases.c, t.merchant_settlements.c
    paid = sa.exists().where(m.merchant == p.merchant, m.until == until)
    wanted = sa.select(p.merchant).where(*_open_orders(until), p.merchant > after, ~paid)
    with ledger.read() as conn:
        return list(conn.scalars(wanted.distinct().order_by(p.merchant).limit(_BATCH)))


def _pay(ledger: Ledger, merchant: str, until: date) -> bool:
    try:
        with ledger.write() as conn:
            one_at_a_time(conn, "merchants are paid")
            return _settle(conn, merchant, until, ledger.clock.now())
    except _CarriedOver:
        return False


def _settle(conn: sa.Connection, merchant: str, until: date, now: datetime) -> bool:
    m, p, r = t.merchant_settlements.c, t.purchases.c, t.refunds.c
    if conn.execute(sa.select(m.id).where(m.merchant == merchant, m.until == until)).first():
        return False
    new = sa.insert(t.merchant_settlements).values(
        merchant=merchant, until=until, sold_fen=0, refunded_fen=0, at=now
    )
    id_ = int(conn.execute(new.returning(m.id)).scalar_one())
    of_merchant = sa.exists().where(p.id == r.purchase_id, p.merchant == merchant)
    mine = {"merchant_settlement_id": id_}
    conn.execute(sa.update(t.purchases).where(*_open_orders(until), p.merchant == merchant).values(mine))
    conn.execute(sa.update(t.refunds).where(*_open_refunds(until), of_merchant).values(mine))
    sold, refunded = _sum(conn, t.purchases, id_), _sum(conn, t.refunds, id_)
    if sold <= refunded:
        raise _CarriedOver
    conn.execute(
        sa.update(t.merchant_settlements).where(m.id == id_).values(sold_fen=sold, refunded_fen=refunded)
    )
    entry = journals.Entry(None, "merchant_settlement", now, now.date(), "merchant", f"M{id_}")
    paid = sold - refunded
    journals.post(conn, entry, [(journals.MERCHANT, paid), (journals.BANK, -paid)])
    return True


def _sum(conn: sa.Connection, table: sa.Table, settlement_id: int) -> int:
    total = sa.select(sa.func.coalesce(sa.func.sum(table.c.amount_fen), 0))
    return int(conn.execute(total.where(table.c.merchant_settlement_id == settlement_id)).scalar_one())


def _open_orders(until: date) -> tuple[sa.ColumnElement[bool], ...]:
    p = t.purchases.c
    return p.state == "CAPTURED", p.merchant_settlement_id.is_(None), p.captured_at < _midnight(until)


def _open_refunds(until: date) -> tuple[sa.ColumnElement[bool], ...]:
    r = t.refunds.c
    return r.state == "DONE", r.merchant_settlement_id.is_(None), r.done_at < _midnight(until)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)

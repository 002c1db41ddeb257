"""Instalment plans as they are shown."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from ledger import bulk, items, plans_due, schedule
from ledger import tables as t
from ledger.items import Item
from ledger.model import Plan

_OF_PLANS = items.that(bulk.among(t.items.c.plan_id, "plan_ids"))


def running(conn: sa.Connection, account_id: int, next_due_on: date) -> tuple[Plan, ...]:
    """Plans of which principal or a billed fee is still to be paid, the oldest first.

    `next_due_on`: the due day of the bill that comes next.
    """
    of_account = t.plans.c.account_id == account_id
    rows = conn.execute(sa.select(t.plans).where(of_account).order_by(t.plans.c.id)).all()
    parts: dict[int | None, list[Item]] = {row.id: [] for row in rows}
    for item in items.select(conn, _OF_PLANS, plan_ids=parts):
        parts[item.plan_id].append(item)
    pending = plans_due.pending_fees(conn, account_id)
    dues = _due_days(conn, account_id)
    return tuple(
        _view(row, parts[row.id], pending.get(row.id, []), dues, next_due_on)
        for row in rows
        if any(item.left_fen for item in parts[row.id])
    )


def _view(
    row: sa.Row[Any],
    parts: list[Item],
    pending: list[tuple[int, int]],
    dues: dict[int | None, date],
    next_due_on: date,
) -> Plan:
    billed = {item.period_no for item in parts if item.bill_id is not None}
    unpaid = {item.period_no for item in parts if item.left_fen}
    principal = [item for item in parts if item.kind == "plan_principal"]
    rate = Decimal(row.rate_per_period)
    owed_now = [dues[item.bill_id] for item in parts if item.left_fen and item.bill_id is not None]
    return Plan(
        id=row.id,
        kind=row.kind,
        label=row.label,
        periods=row.periods,
        billed_periods=len(billed),
        paid_periods=len(billed - unpaid),
        principal_fen=row.principal_fen,
        remaining_principal_fen=sum(item.left_fen for item in principal),
        principal_per_period_fen=schedule.principals(row.principal_fen, row.periods)[0],
        fee_per_period_fen=row.fee_per_period_fen,
        remaining_fee_fen=sum(fee for _, fee in pending),
        rate_per_period=row.rate_per_period,
        apr_simple=str(schedule.apr(rate, row.periods)),
        fee_free=bool(row.fee_free),
        started_on=row.started_on,
        next_due_on=min(owed_now) if owed_now else next_due_on if pending else None,
    )


def _due_days(conn: sa.Connection, account_id: int) -> dict[int | None, date]:
    b = t.bills.c
    rows = conn.execute(sa.select(b.id, b.due_on).where(b.account_id == account_id))
    return {row.id: row.due_on for row in rows}

"""The periods of plans that are still to be billed, and their fees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import sqlalchemy as sa

from ledger import bulk
from ledger import tables as t

FeeState = Literal["PENDING", "BILLED", "SETTLED", "DROPPED"]


def pending_fees(conn: sa.Connection, account_id: int) -> dict[int, list[tuple[int, int]]]:
    """Of each plan with periods still to be billed: their (number, fee), the next one first."""
    return {
        plan_id: [(number, fee) for _, number, fee in rows]
        for plan_id, rows in _by_plan(conn, t.plans.c.account_id == account_id).items()
    }


def next_periods(conn: sa.Connection, plan_ids: list[int]) -> dict[int, int]:
    """Of each plan the first period never billed or settled, even where a refund has dropped its fee."""
    f = t.plan_fees.c
    first = sa.select(f.plan_id, sa.func.min(f.period_no)).group_by(f.plan_id)
    where = f.plan_id.in_(plan_ids) & f.state.in_(("PENDING", "DROPPED"))
    return {plan_id: int(number) for plan_id, number in conn.execute(first.where(where))}


def mark(conn: sa.Connection, plan_id: int, numbers: list[int], state: FeeState) -> None:
    f = t.plan_fees.c
    where = (f.plan_id == plan_id) & f.period_no.in_(numbers)
    conn.execute(sa.update(t.plan_fees).where(where).values(state=state))


def mark_all(conn: sa.Connection, states: Mapping[tuple[int, int], FeeState]) -> None:
    """By plan and period."""
    rows = [
        {"plan_id": plan, "period_no": number, "state": state} for (plan, number), state in states.items()
    ]
    bulk.update(conn, t.plan_fees, ("plan_id", "period_no"), rows)


def _by_plan(conn: sa.Connection, *where: sa.ColumnElement[bool]) -> dict[int, list[tuple[int, int, int]]]:
    f = t.plan_fees.c
    rows = conn.execute(
        sa.select(f.plan_id, f.period_no, f.fee_fen)
        .join_from(t.plan_fees, t.plans)
        .where(f.state == "PENDING", *where)
        .order_by(f.plan_id, f.period_no)
    )
    result: dict[int, list[tuple[int, int, int]]] = {}
    for plan_id, number, fee in rows:
        result.setdefault(plan_id, []).append((plan_id, number, fee))
    return result

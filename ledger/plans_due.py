"""The periods of plans that are still to be billed, and their fees."""

from __future__ import annotations

from typing import Literal

import sqlalchemy as sa

from ledger import tables as t

FeeState = Literal["PENDING", "BILLED", "SETTLED", "DROPPED"]


def pending_fees(conn: sa.Connection, account_id: int) -> dict[int, list[tuple[int, int]]]:
    """Of each plan with periods still to be billed: their (number, fee), the next one first."""
    return {
        plan_id: [(number, fee) for _, number, fee in rows]
        for plan_id, rows in _by_plan(conn, t.plans.c.account_id == account_id).items()
    }


def next_period(conn: sa.Connection, plan_id: int) -> int:
    """The first period that was never billed or settled, even where a refund has dropped its fee since."""
    f = t.plan_fees.c
    where = (f.plan_id == plan_id) & f.state.in_(("PENDING", "DROPPED"))
    return int(conn.execute(sa.select(sa.func.min(f.period_no)).where(where)).scalar_one())


def mark(conn: sa.Connection, plan_id: int, numbers: list[int], state: FeeState) -> None:
    f = t.plan_fees.c
    where = (f.plan_id == plan_id) & f.period_no.in_(numbers)
    conn.execute(sa.update(t.plan_fees).where(where).values(state=state))


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

"""The periods of plans that are still to be billed, and their fees."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final, Literal

import sqlalchemy as sa

from ledger import bulk
from ledger import tables as t

FeeState = Literal["PENDING", "BILLED", "SETTLED", "DROPPED"]
#: Told in full, so that the index of these is used.
IS_PENDING: Final = t.plan_fees.c.state == sa.literal_column("'PENDING'")


def pending_fees(conn: sa.Connection, account_id: int) -> dict[int, list[tuple[int, int]]]:
    """Of each plan with periods still to be billed: their (number, fee), the next one first."""
    f = t.plan_fees.c
    wanted = sa.select(f.plan_id, f.period_no, f.fee_fen).join_from(t.plan_fees, t.plans)
    wanted = wanted.where(t.plans.c.account_id == account_id, IS_PENDING).order_by(f.plan_id, f.period_no)
    result: dict[int, list[tuple[int, int]]] = {}
    for plan_id, number, fee in conn.execute(wanted):
        result.setdefault(plan_id, []).append((number, fee))
    return result


def never_billed(conn: sa.Connection, plan_ids: Collection[int]) -> dict[int, dict[int, FeeState]]:
    """Of each plan the periods neither billed nor settled, the next one first, and whether their fees are
    PENDING or a refund has DROPPED them."""
    f = t.plan_fees.c
    wanted = sa.select(f.plan_id, f.period_no, f.state).where(bulk.among(conn, f.plan_id, plan_ids))
    wanted = wanted.where(f.state.in_(("PENDING", "DROPPED"))).order_by(f.plan_id, f.period_no)
    result: dict[int, dict[int, FeeState]] = {plan_id: {} for plan_id in plan_ids}
    for plan_id, number, state in conn.execute(wanted):
        result[plan_id][number] = state
    return result


def plans(conn: sa.Connection, plan_ids: Collection[int]) -> dict[int | None, sa.Row[Any]]:
    """Plans by their ids."""
    if not plan_ids:
        return {}
    where = bulk.among(conn, t.plans.c.id, plan_ids)
    return {row.id: row for row in conn.execute(sa.select(t.plans).where(where))}


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

"""The periods of plans that are still to be billed, and their fees."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, Literal

import sqlalchemy as sa

from ledger import bulk
from ledger import tables as t
from ledger.columns import in_full

FeeState = Literal["PENDING", "BILLED", "SETTLED", "DROPPED"]
Plans = dict[int | None, sa.Row[Any]]
#: By plan: (number, fee) of periods, the next one first.
Fees = dict[int, list[tuple[int, int]]]
IS_PENDING: Final = t.plan_fees.c.state == in_full("PENDING")


_F = t.plan_fees.c
#: Of the account given as `account_id`, the fees of the periods that are still to be billed.
PENDING: Final = (
    sa.select(_F.plan_id, _F.period_no, _F.fee_fen)
    .join_from(t.plan_fees, t.plans)
    .where(t.plans.c.account_id == sa.bindparam("account_id"), IS_PENDING)
    .order_by(_F.plan_id, _F.period_no)
)
_NEVER_BILLED = sa.select(_F.plan_id, _F.period_no, _F.state).where(
    _F.state.in_((in_full("PENDING"), in_full("DROPPED")))
)
#: Of the plans given, and of those of the items given, the periods neither billed nor settled, the next one
#: first, and whether their fees are PENDING or a refund has DROPPED them.
NEVER_BILLED: Final = sa.union(
    _NEVER_BILLED.where(bulk.among(_F.plan_id, "plan_ids")),
    _NEVER_BILLED.where(
        _F.plan_id.in_(sa.select(t.items.c.plan_id).where(bulk.among(t.items.c.id, "item_ids")))
    ),
).order_by("plan_id", "period_no")
_PLANS = sa.select(t.plans).where(bulk.among(t.plans.c.id, "plan_ids"))


def pending_fees(conn: sa.Connection, account_id: int) -> Fees:
    """The fees of the account's periods that are still to be billed."""
    return by_plan(conn.execute(PENDING, {"account_id": account_id}))


def by_plan(pending: Iterable[Any]) -> Fees:
    """As `pending_fees`, of what `PENDING` has found."""
    fees: Fees = {}
    for plan_id, number, fee in pending:
        fees.setdefault(plan_id, []).append((number, fee))
    return fees


def plans(conn: sa.Connection, plan_ids: Collection[int | None]) -> Plans:
    """Plans by their ids."""
    if not plan_ids:
        return {}
    return {row.id: row for row in conn.execute(_PLANS, {"plan_ids": plan_ids})}


def mark(conn: sa.Connection, plan_id: int, numbers: list[int], state: FeeState) -> None:
    f = t.plan_fees.c
    where = (f.plan_id == plan_id) & f.period_no.in_(numbers)
    conn.execute(sa.update(t.plan_fees).where(where).values(state=state))


def marking(states: Mapping[tuple[int, int], FeeState]) -> bulk.Update:
    """By plan and period: what is to be written."""
    rows = [
        {"plan_id": plan, "period_no": number, "state": state} for (plan, number), state in states.items()
    ]
    return bulk.Update(t.plan_fees, ("plan_id", "period_no"), rows)

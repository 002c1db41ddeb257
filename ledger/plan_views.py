"""Instalment plans as they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa

from ledger import bulk, items, plans_due, schedule
from ledger import tables as t
from ledger.items import Item
from ledger.model import Plan
from ledger.together import Answers

Rows = Mapping[int | None, sa.Row[Any]]

_MINE = t.plans.c.account_id == sa.bindparam("account_id")
_OF_ACCOUNT = sa.select(t.plans).where(_MINE).order_by(t.plans.c.id)
#: Of the account given as `account_id`: its plans, all that was owed of them, and the fees to come.
ASKED: Final = {
    "plans": _OF_ACCOUNT,
    "of_plans": items.that(bulk.among(t.items.c.plan_id, sa.select(t.plans.c.id).where(_MINE))),
    "pending": plans_due.PENDING,
}


@dataclass(frozen=True)
class Dues:
    """When what is billed is due, and what comes next."""

    of_bill: Mapping[int | None, date]  # of the unpaid bills, by id
    late_ids: frozenset[int]  # of these, the ones that are late
    today: date  # as far as the account has come
    next_on: date  # of the bill that comes next


def read(conn: sa.Connection, account_id: int) -> Rows:
    """All plans of the account by id, the oldest first."""
    return by_id(conn.execute(_OF_ACCOUNT, {"account_id": account_id}))


def by_id(plans: Iterable[Any]) -> Rows:
    return {row.id: row for row in plans}


def running(found: Answers, dues: Dues) -> tuple[Plan, ...]:
    """Of the plans that `ASKED` has found those of which principal or a billed fee is still to be paid."""
    parts: dict[int | None, list[Item]] = {row.id: [] for row in found["plans"]}
    for item in map(Item._make, found["of_plans"]):
        parts[item.plan_id].append(item)
    pending = plans_due.by_plan(found["pending"])
    return tuple(
        _view(row, parts[row.id], pending.get(row.id, []), dues)
        for row in found["plans"]
        if any(item.left_fen for item in parts[row.id])
    )


def _view(row: sa.Row[Any], parts: list[Item], pending: list[tuple[int, int]], dues: Dues) -> Plan:
    billed = {item.period_no for item in parts if item.bill_id is not None}
    unpaid = {item.period_no for item in parts if item.left_fen}
    principal = [item for item in parts if item.kind == "plan_principal"]
    rate = Decimal(row.rate_per_period)
    billed_ids = {item.bill_id for item in parts if item.left_fen and item.bill_id is not None}
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
        late_due_on=tuple(sorted(dues.of_bill[bill_id] for bill_id in billed_ids & dues.late_ids)),
        next_due_on=_next(billed_ids, bool(pending), dues),
    )


def _next(billed_ids: set[int], pending: bool, dues: Dues) -> date | None:
    """Of what is billed the first day that is still to come, else that of the bill on which the rest will be.

    What is past its day and not late, because the minimum was paid, goes over to that bill.
    """
    to_come = [dues.of_bill[bill_id] for bill_id in billed_ids if dues.of_bill[bill_id] >= dues.today]
    return min(to_come, default=dues.next_on if pending or billed_ids - dues.late_ids else None)

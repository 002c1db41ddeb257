"""The freeze that lateness brings, and what clearing does to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from ledger import freezes_in_force, items
from ledger import tables as t
from ledger.sheets import OpenBill, OverdueFreeze, Sheet
from ledger.work import Work


def freeze(sheet: Sheet, bill: OpenBill) -> None:
    """One day overdue freezes use, with the bill as evidence. A freeze waiting to be lifted starts again."""
    evidence = {"bill": bill.month, "due_on": bill.due_on.isoformat()}
    if sheet.freeze is None:
        at = datetime.combine(bill.due_on + timedelta(days=1), time(), sheet.now.tzinfo)
        sheet.freeze = OverdueFreeze(None, None, at, evidence, changed=True)
    elif sheet.freeze.cleared_on is not None:
        sheet.freeze = replace(sheet.freeze, cleared_on=None, evidence=evidence, changed=True)


def clear(work: Work, on: date, freezes: Iterable[Any] | None = None) -> None:
    """Call after anything was paid: when nothing is overdue any more, the freeze is lifted.

    `on`: the day from which the payment counts, which is when it was sent, not when its outcome was known.
    `freezes`: those in force, where the caller knows them.

    Lateness of more than `freeze_kept_after_days_late` days keeps it; the customer may apply later.
    """
    if freezes is None:
        freezes = freezes_in_force.of_account(work.conn, work.account_id)
    old = next((row for row in freezes if row.kind == "overdue"), None)
    if old is None or old.cleared_on is not None or late_bills(work.conn, work.account_id):
        return
    days = (on - date.fromisoformat(old.evidence["due_on"])).days
    values: dict[str, Any] = {"cleared_on": on, "evidence": {**old.evidence, "days": days}}
    if days <= work.terms.freeze_kept_after_days_late:
        values |= {"lifted_at": work.now, "lift_reason": "cleared"}
    work.conn.execute(sa.update(t.freezes).where(t.freezes.c.id == old.id).values(**values))


def late_bills(conn: sa.Connection, account_id: int) -> dict[int, int]:
    """Of each late bill with something left on it: its id and how much."""
    standing = sa.select(t.bills.c.id).where(t.bills.c.account_id == account_id, t.bills.c.standing == "LATE")
    late = set(conn.scalars(standing))
    left: dict[int, int] = {}
    for item in items.owed(conn, account_id):
        if item.bill_id in late and item.bill_id is not None:
            left[item.bill_id] = left.get(item.bill_id, 0) + item.left_fen
    return left

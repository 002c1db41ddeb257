"""When automatic debit (自动还款) tries, and what it still has to try before an account may grow older."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from ledger import tables as t
from ledger.accrual import UnpaidBills
from ledger.clock import SHANGHAI
from ledger.terms import Rules


def newest(rules: Rules, due_on: date, now: datetime) -> datetime | None:
    """Of the due day's times the last one that has come by `now`."""
    return max((slot for slot in of_day(rules, due_on) if slot <= now), default=None)


def of_day(rules: Rules, due_on: date) -> list[datetime]:
    """The due day's times, the earliest first."""
    return [datetime.combine(due_on, each, SHANGHAI) for each in rules.at(due_on).debit_times]


def was_tried(conn: sa.Connection, account_id: int, slot: datetime) -> bool:
    """Whether a debit was ordered for this time, whatever became of it."""
    c = t.charges.c
    return (
        conn.execute(sa.select(c.id).where(c.account_id == account_id, c.due_at == slot)).first() is not None
    )


def awaited(
    conn: sa.Connection, account: sa.Row, unpaid: UnpaidBills, today: date, rules: Rules
) -> date | None:
    """The due day before `today` whose last debit was not tried yet, or None.

    The account waits at the end of that day: that the job ran late, or an earlier try was not known to have
    failed in time, must not make the customer overdue.
    """
    if not account.auto_debit:
        return None
    bills = (bill for bill, _ in unpaid)
    return first_awaited(bills, today, rules, lambda slot: was_tried(conn, account.id, slot))


def first_awaited(
    unpaid: Iterable[Any], today: date, rules: Rules, tried: Callable[[datetime], bool]
) -> date | None:
    """Of an account with the order, given its unpaid bills, the oldest first."""
    for bill in unpaid:
        if bill.standing == "CURRENT" and bill.due_on < today and not tried(of_day(rules, bill.due_on)[-1]):
            due_on: date = bill.due_on
            return due_on
    return None

"""Brings accounts up to the clock's day: holds that expire, bills to issue, penalty and interest.

Every command does this first for its own account, so that a job that runs late, twice or not at all changes
no total. While a charge is open the account waits: a payment counts from the day it was sent, and whether
it was paid is not known yet. So it does while an automatic debit that counts from the due day is to be tried.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import sqlalchemy as sa

from ledger import accrual, billing, debit_slots, holds, open_charges, schedule
from ledger import tables as t
from ledger.database import Ledger
from ledger.errors import Unavailable
from ledger.work import Work, lock_account


def catch_up(work: Work) -> bool:
    """Bring the locked account up to today; true when anything changed."""
    if work.account.state == "CLOSED" or open_charges.of_account(work.conn, work.account_id):
        return False
    changed = holds.expire(work)
    issue_on: date = work.account.next_bill_on
    while (day := _reach(work, min(issue_on, work.today))) == issue_on:
        accrual.accrue(work, day)
        billing.issue(work, issue_on)
        issue_on = schedule.next_bill_on(issue_on, work.ledger.rules.at(issue_on).bill_day)
        changed = True
    if issue_on != work.account.next_bill_on:
        work.change_account(next_bill_on=issue_on)
    return accrual.accrue(work, day) or changed


def _reach(work: Work, goal: date) -> date:
    """How far the account may come towards `goal`: not past a due day with a debit still to be tried."""
    return debit_slots.awaited(work.conn, work.account, goal, work.ledger.rules) or goal


def run(ledger: Ledger, each_done: Callable[[], object] = lambda: None) -> int:
    """Bring every account up to today, one transaction each; returns how many changed.

    `each_done` is called after every account, of which there are `count_behind` in all. One that fails does
    not hold up the others: the first failure is raised at the end. Raises Unavailable at once.
    """
    now = ledger.clock.now()
    count = last_id = 0
    errors: list[Exception] = []
    while ids := _behind(ledger, last_id):
        for account_id in ids:
            try:
                count += _catch_up_one(ledger, account_id, now)
            except Unavailable:
                raise
            except Exception as error:
                errors.append(error)
            each_done()
        last_id = ids[-1]
    if errors:
        raise errors[0]
    return count


def _catch_up_one(ledger: Ledger, account_id: int, now: datetime) -> bool:
    with ledger.write() as conn:
        work = Work(ledger, conn, lock_account(conn, account_id), now)
        changed = catch_up(work)
        if changed:
            work.bump_version()
    return changed


def count_behind(ledger: Ledger) -> int:
    """How many accounts may have something to do today."""
    with ledger.read() as conn:
        wanted = sa.select(sa.func.count()).select_from(t.accounts).where(_has_to_do(ledger.clock.now()))
        return int(conn.execute(wanted).scalar_one())


def _behind(ledger: Ledger, after_id: int, limit: int = 500) -> list[int]:
    """The next accounts that may have something to do today."""
    a = t.accounts.c
    todo = _has_to_do(ledger.clock.now())
    with ledger.read() as conn:
        return list(conn.scalars(sa.select(a.id).where(a.id > after_id, todo).order_by(a.id).limit(limit)))


def _has_to_do(now: datetime) -> sa.ColumnElement[bool]:
    a, b, i = t.accounts.c, t.bills.c, t.items.c
    left = i.amount_fen > i.paid_fen + i.offset_fen + i.moved_fen
    unpaid = (
        sa.exists()
        .where(b.account_id == a.id, b.accrued_to < now.date())
        .where(sa.exists().where(i.bill_id == b.id, left))
    )
    late = sa.or_(a.next_bill_on <= now.date(), unpaid, holds.expiring(now))
    return (a.state != "CLOSED") & late

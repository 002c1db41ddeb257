"""Brings accounts up to the clock's day: holds that expire, bills to issue, penalty and interest.

Every command does this first for its own account, so that a job that runs late, twice or not at all changes
no total. While a charge is open the account waits: a payment counts from the day it was sent, and whether
it was paid is not known yet. So it does while an automatic debit that counts from the due day is to be tried.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa

from ledger import accrual, billing, bulk, charges, debit_slots, holds, schedule, sheet_writer
from ledger import tables as t
from ledger.database import Ledger
from ledger.errors import Unavailable
from ledger.sheets import Sheet, load
from ledger.terms import Rules
from ledger.together import Answers
from ledger.work import Work, lock_account

#: Accounts in one transaction: enough that a commit costs little, few enough that nobody waits long for one.
BATCH: Final = 200

#: Batches under way at once: the database writes one while the next one is worked out. SQLite has one writer.
_AT_ONCE: Final = 2


def catch_up(work: Work) -> bool:
    """Bring the locked account up to today; true when anything changed."""
    if work.account.state == "CLOSED":
        return False
    sheets = load(work.conn, [work.account], work.now)
    return bool(_bring_forward(work.conn, work.ledger.rules, sheets, bump=False))


def up_to_today(work: Work, found: Answers | None = None) -> tuple[Work, Sheet]:
    """The locked account brought up to today, and what it owes then; quotes from before no longer match.

    It is not CLOSED. `found`: what `sheets.ASKED` has found of it. Raises SettlementUnderWay while the
    outcome of a charge is open.
    """
    sheets = load(work.conn, [work.account], work.now, found)
    charges.refuse(sheets[0].open_charge)
    if _bring_forward(work.conn, work.ledger.rules, sheets, bump=True):
        work = replace(work, account=lock_account(work.conn, work.account_id))
        sheets = load(work.conn, [work.account], work.now)
    return work, sheets[0]


def is_left_behind(account: sa.Row[Any], unpaid: accrual.UnpaidBills, reached: date) -> bool:
    """Whether, of an account that has come to the day `reached`, a bill is to be issued or an unpaid one has
    fallen due: a job or a command does more then than let a late bill grow."""
    fell_due = any(bill.standing == "CURRENT" and bill.due_on < reached for bill, _ in unpaid)
    return account.next_bill_on <= reached or fell_due


def bring_up(ledger: Ledger, account_id: int) -> None:
    """Bring one account up to today, as the day's job does. Raises Unavailable."""
    errors: list[Exception] = []
    _catch_up_all(ledger, [account_id], ledger.clock.now(), errors)
    if errors:
        raise errors[0]


def _bring_forward(conn: sa.Connection, rules: Rules, sheets: Iterable[Sheet], *, bump: bool) -> int:
    """Bring locked accounts up to today; how many changed. `bump`: their quotes no longer match."""
    changed = [sheet for sheet in sheets if sheet.open_charge is None and _pass_time(sheet, rules)]
    sheet_writer.write(conn, changed, bump=bump)
    return len(changed)


def _pass_time(sheet: Sheet, rules: Rules) -> bool:
    changed = holds.expire(sheet)
    while (day := _reach(sheet, min(sheet.next_bill_on, sheet.today), rules)) == sheet.next_bill_on:
        accrual.accrue(sheet, day, rules)
        billing.issue(sheet, day, rules)
        sheet.next_bill_on = schedule.next_bill_on(day, rules.at(day).bill_day)
        changed = True
    return accrual.accrue(sheet, day, rules) or changed


def _reach(sheet: Sheet, goal: date, rules: Rules) -> date:
    """How far the account may come towards `goal`: not past a due day with a debit still to be tried."""
    if not sheet.account.auto_debit:
        return goal
    unpaid = (bill for bill, _ in sheet.unpaid())
    return debit_slots.first_awaited(unpaid, goal, rules, sheet.tried.__contains__) or goal


_THESE_LOCKED: Final = (
    sa.select(t.accounts)
    .where(bulk.among(t.accounts.c.id, "ids"))
    .order_by(t.accounts.c.id)
    .with_for_update()
)


def run(ledger: Ledger, each_done: Callable[[], object] = lambda: None) -> int:
    """Bring every account up to today, a batch of them in one transaction; returns how many changed.

    `each_done` is called after every account, of which there are `count_behind` in all. One that fails does
    not hold up the others: the first failure is raised at the end. Raises Unavailable at once.
    """
    now = ledger.clock.now()
    count = 0
    errors: list[Exception] = []
    at_once = 1 if ledger.engine.dialect.name == "sqlite" else _AT_ONCE
    for ids, changed in _ahead(
        lambda ids: _catch_up_all(ledger, ids, now, errors), _batches(ledger), at_once
    ):
        count += changed
        for _ in ids:
            each_done()
    if errors:
        raise errors[0]
    return count


def _ahead(
    act: Callable[[list[int]], int], batches: Iterator[list[int]], at_once: int
) -> Iterator[tuple[list[int], int]]:
    """Each batch and what `act` made of it, in order, with so many of them under way.

    One at a time needs no other thread: a database in memory may be of one thread alone.
    """
    if at_once == 1:
        yield from ((ids, act(ids)) for ids in batches)
        return
    started: deque[tuple[list[int], Future[int]]] = deque()
    with ThreadPoolExecutor(at_once) as pool:
        for ids in batches:
            started.append((ids, pool.submit(act, ids)))
            if len(started) == at_once:
                done, changed = started.popleft()
                yield done, changed.result()
        for done, changed in started:
            yield done, changed.result()


def _catch_up_all(ledger: Ledger, ids: list[int], now: datetime, errors: list[Exception]) -> int:
    """All of them at once; when one of them fails, each by itself."""
    try:
        with ledger.write() as conn:
            locked = conn.execute(_THESE_LOCKED, {"ids": ids}).all()
            sheets = load(conn, [row for row in locked if row.state != "CLOSED"], now)
            return _bring_forward(conn, ledger.rules, sheets, bump=True)
    except Unavailable:
        raise
    except Exception as error:
        if len(ids) > 1:
            return sum(_catch_up_all(ledger, [id_], now, errors) for id_ in ids)
        errors.append(error)
        return 0


def count_behind(ledger: Ledger) -> int:
    """How many accounts may have something to do today."""
    with ledger.read() as conn:
        now = ledger.clock.now()
        wanted = sa.select(sa.func.count()).select_from(t.accounts).where(_has_to_do())
        return int(conn.execute(wanted, {"now": now, "today": now.date()}).scalar_one())


def _batches(ledger: Ledger) -> Iterator[list[int]]:
    """The accounts that may have something to do today, in the order of their ids."""
    last_id = 0
    while ids := _behind(ledger, last_id):
        yield ids
        last_id = ids[-1]


def _behind(ledger: Ledger, after_id: int) -> list[int]:
    """The next accounts that may have something to do today."""
    now = ledger.clock.now()
    given = {"after_id": after_id, "now": now, "today": now.date(), "most": BATCH}
    with ledger.read() as conn:
        return list(conn.scalars(_next_behind(), given))


@lru_cache(maxsize=1)
def _next_behind() -> sa.Select[Any]:
    """Built once: the statement is asked by each round of each job."""
    a = t.accounts.c
    wanted = sa.select(a.id).where(a.id > sa.bindparam("after_id"), _has_to_do())
    return wanted.order_by(a.id).limit(sa.bindparam("most", type_=sa.Integer))


def _has_to_do() -> sa.ColumnElement[bool]:
    """Of accounts: those with something to do `today`, at `now`."""
    today = sa.bindparam("today", type_=t.accounts.c.next_bill_on.type)
    a, b, i = t.accounts.c, t.bills.c, t.items.c
    left = i.amount_fen > i.paid_fen + i.offset_fen + i.moved_fen
    unpaid = (
        sa.exists()
        .where(b.account_id == a.id, b.accrued_to < today)
        .where(sa.exists().where(i.bill_id == b.id, left))
    )
    late = sa.or_(a.next_bill_on <= today, unpaid, holds.expiring())
    return (a.state != "CLOSED") & late

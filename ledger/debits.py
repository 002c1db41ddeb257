"""Automatic debit (自动还款): on the due day all that is due is taken from the card, by the customer's order.

It is tried at each of the terms' times. A decline is told and tried again at the next time; while the outcome
of any charge is open nothing is tried. After the due day nothing is tried any more, the customer pays by
hand; only what could not be tried in time (the job did not run, or an earlier try was not known to have
failed) is made up for, by one try that counts from the due day. So the job's timing changes no result. What
is overdue from before is taken on the next due day, with the bill due then.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from ledger import accrual, charges, commands, days, debit_slots, items, open_charges, settlement
from ledger import tables as t
from ledger.database import Ledger
from ledger.door import checked
from ledger.errors import AccountClosed
from ledger.work import Work, lock_account

_BATCH = 500


@checked
def switch(ledger: Ledger, customer_id: str, *, on: bool, key: str) -> bool:
    """The customer gives the order, or takes it back; returns what holds now. Raises AccountClosed."""

    def act(work: Work) -> bool:
        if work.account.state == "CLOSED":
            raise AccountClosed(customer_id=customer_id)
        work.change_account(auto_debit=int(on))
        return on

    return bool(commands.run(ledger, customer_id, "switch_auto_debit", {"on": on}, act, key=key))


def run(ledger: Ledger) -> int:
    """Make every debit whose time has come; returns how many were made.

    Idempotent by account and time. One account that fails does not hold up the others; the first failure is
    raised at the end.
    """
    errors: list[Exception] = []
    count = 0
    last_id = 0
    while ids := _candidates(ledger, last_id):
        for account_id in ids:
            try:
                count += _debit(ledger, account_id)
            except Exception as error:
                errors.append(error)
        last_id = ids[-1]
    if errors:
        raise errors[0]
    return count


def _debit(ledger: Ledger, account_id: int) -> int:
    """The account's debits; more than one where bills of several months had to wait."""
    count = 0
    while number := _order(ledger, account_id):
        answer = charges.send(ledger, number)
        if answer is not None:
            settlement.resolve(ledger, number, answer)
        count += 1
    return count


def _order(ledger: Ledger, account_id: int) -> str | None:
    """Create the charge of the newest time that has come, if anything is due then; its number.

    The number holds account and time, so there is one charge for them, ever.
    """
    with ledger.write() as conn:
        work = Work(ledger, conn, lock_account(conn, account_id), ledger.clock.now())
        if days.catch_up(work):
            work.bump_version()
        wanted = _wanted(work)
        if wanted is None:
            return None
        slot, fen = wanted
        number = f"D{account_id}-{slot:%Y%m%d-%H%M}"
        charges.create(work, "repay", number, fen, due_at=slot)
        work.bump_version()
        return number


def _wanted(work: Work) -> tuple[datetime, int] | None:
    """The time to try for now and the amount: all that is left on bills due by that day."""
    if not work.account.auto_debit or open_charges.of_account(work.conn, work.account_id):
        return None
    unpaid = accrual.unpaid_bills(work.conn, items.owed(work.conn, work.account_id))
    due = [bill.due_on for bill, _ in unpaid if bill.standing == "CURRENT" and bill.due_on <= work.today]
    slot = debit_slots.newest(work.ledger.rules, min(due), work.now) if due else None
    if slot is None or debit_slots.was_tried(work.conn, work.account_id, slot):
        return None
    return slot, sum(item.left_fen for bill, left in unpaid if bill.due_on <= slot.date() for item in left)


def _candidates(ledger: Ledger, after_id: int) -> list[int]:
    """The next accounts with the order that may have something to take now."""
    now = ledger.clock.now()
    a, b, c, i = t.accounts.c, t.bills.c, t.charges.c, t.items.c
    slot = debit_slots.newest(ledger.rules, now.date(), now)
    due = b.due_on < now.date()
    if slot is not None:
        due |= (b.due_on == now.date()) & ~sa.exists().where(c.account_id == a.id, c.due_at == slot)
    left = sa.exists().where(i.bill_id == b.id, i.amount_fen > i.paid_fen + i.offset_fen + i.moved_fen)
    unpaid = sa.exists().where(b.account_id == a.id, b.standing == "CURRENT", due, left)
    open_charge = sa.exists().where(c.account_id == a.id, open_charges.is_open())
    query = sa.select(a.id).where(a.id > after_id, a.auto_debit == 1, unpaid, ~open_charge)
    with ledger.read() as conn:
        return list(conn.scalars(query.order_by(a.id).limit(_BATCH)))

"""Issuing one account's bill for one bill day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from ledger import items, journals, plans_due, schedule
from ledger import tables as t
from ledger.items import Item
from ledger.money import half_up
from ledger.work import Work


@dataclass(frozen=True)
class _Content:
    """What goes onto a bill."""

    bought: list[Item]  # purchases not billed yet
    instalments: list[Item]  # principal of each plan's next period
    fees: list[tuple[int, int, int]]  # (plan, period, fee) of these periods
    interest: list[Item]  # accrued since the last bill
    carried: list[Item]  # rest of a bill of which the minimum was paid

    @property
    def old_items(self) -> list[Item]:
        return [*self.bought, *self.instalments, *self.interest, *self.carried]


def issue(work: Work, issued_on: date) -> bool:
    """Put everything that belongs on it onto a new bill; true when there was anything.

    The account must have been accrued to `issued_on`. The minimum is 10 % of the purchases' principal
    (including principal carried over) and all the rest.
    """
    content = _gather(work, issued_on)
    fees_fen = sum(fee for _, _, fee in content.fees)
    left = sum(item.left_fen for item in content.old_items) + fees_fen
    if not left:
        return False
    purchases = sum(item.left_fen for item in content.old_items if item.kind == "purchase")
    terms = work.ledger.rules.at(issued_on)
    minimum = half_up(Decimal(purchases) * terms.minimum_ratio) + left - purchases
    total = sum(item.amount_fen - item.offset_fen for item in content.bought) + left
    total -= sum(item.left_fen for item in content.bought)
    new = sa.insert(t.bills).values(
        account_id=work.account_id,
        month=schedule.bill_month(issued_on),
        issued_on=issued_on,
        due_on=schedule.due_on(issued_on, terms.due_day),
        total_fen=total,
        base_fen=left,
        minimum_fen=minimum,
        standing="CURRENT",
        accrued_to=issued_on,
    )
    bill_id = int(work.conn.execute(new.returning(t.bills.c.id)).scalar_one())
    _fill(work, bill_id, content, issued_on)
    return True


def _gather(work: Work, issued_on: date) -> _Content:
    owed = items.owed(work.conn, work.account_id)
    b = t.bills.c
    revolving = set(
        work.conn.scalars(sa.select(b.id).where(b.account_id == work.account_id, b.standing == "REVOLVING"))
    )
    due = plans_due.next_periods(work.conn, work.account_id, issued_on)
    periods = {(plan_id, number) for plan_id, number, _ in due}
    return _Content(
        bought=[i for i in owed if i.kind == "purchase" and i.bill_id is None and i.on < issued_on],
        instalments=[i for i in owed if i.bill_id is None and (i.plan_id, i.period_no) in periods],
        fees=due,
        interest=[i for i in owed if i.kind == "interest" and i.bill_id is None],
        carried=[i for i in owed if i.bill_id in revolving],
    )


def _fill(work: Work, bill_id: int, content: _Content, issued_on: date) -> None:
    carried = content.carried
    for old_bill in {item.bill_id for item in carried}:
        fen = sum(item.left_fen for item in carried if item.bill_id == old_bill)
        work.conn.execute(sa.update(t.bills).where(t.bills.c.id == old_bill).values(carried_fen=fen))
    items.change(work, [item.id for item in content.old_items], bill_id=bill_id)
    items.change(work, [item.id for item in carried if item.is_principal], revolving=1)
    bought = sum(item.left_fen for item in content.bought)
    work.journal("bill", (journals.BILLED, bought), (journals.UNBILLED, -bought), on=issued_on)
    fees = sum(fee for _, _, fee in content.fees)
    work.journal("fee", (journals.FEE, fees), (journals.FEE_INCOME, -fees), on=issued_on)
    for plan_id, number, fee in content.fees:
        plans_due.mark(work.conn, plan_id, [number], "BILLED")
        if fee:
            items.add(work, "plan_fee", fee, issued_on, plan_id=plan_id, period_no=number, bill_id=bill_id)

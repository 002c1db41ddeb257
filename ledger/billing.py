"""Issuing one account's bill for one bill day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger import journals, schedule
from ledger.items import Item
from ledger.money import half_up
from ledger.sheets import OpenBill, Sheet
from ledger.terms import Rules


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


def issue(sheet: Sheet, issued_on: date, rules: Rules) -> None:
    """Put everything that belongs on it onto a new bill; there is none when nothing does.

    The account must have been accrued to `issued_on`. The minimum is 10 % of the purchases' principal
    (including principal carried over) and all the rest.
    """
    content = _gather(sheet, issued_on)
    fees_fen = sum(fee for _, _, fee in content.fees)
    left = sum(item.left_fen for item in content.old_items) + fees_fen
    if not left:
        return
    purchases = sum(item.left_fen for item in content.old_items if item.kind == "purchase")
    terms = rules.at(issued_on)
    minimum = half_up(Decimal(purchases) * terms.minimum_ratio) + left - purchases
    total = sum(item.amount_fen - item.offset_fen for item in content.bought) + left
    total -= sum(item.left_fen for item in content.bought)
    bill = OpenBill(
        id=sheet.new_id(),
        month=schedule.bill_month(issued_on),
        issued_on=issued_on,
        due_on=schedule.due_on(issued_on, terms.due_day),
        total_fen=total,
        base_fen=left,
        minimum_fen=minimum,
        carried_fen=0,
        standing="CURRENT",
        accrued_to=issued_on,
        penalty_fen_days=0,
        interest_fen_days=0,
        penalty_item_id=None,
        interest_item_id=None,
    )
    sheet.bills[bill.id] = bill
    sheet.changed_bills.add(bill.id)
    _fill(sheet, bill, content)


def _gather(sheet: Sheet, issued_on: date) -> _Content:
    owed = list(sheet.items.values())
    revolving = {bill.id for bill in sheet.bills.values() if bill.standing == "REVOLVING"}
    due = _next_periods(sheet, issued_on)
    periods = {(plan_id, number) for plan_id, number, _ in due}
    return _Content(
        bought=[i for i in owed if i.kind == "purchase" and i.bill_id is None and i.on < issued_on],
        instalments=[i for i in owed if i.bill_id is None and (i.plan_id, i.period_no) in periods],
        fees=due,
        interest=[i for i in owed if i.kind == "interest" and i.bill_id is None],
        carried=[i for i in owed if i.bill_id in revolving],
    )


def _next_periods(sheet: Sheet, issued_on: date) -> list[tuple[int, int, int]]:
    """(plan, period, fee) of each plan started before `issued_on`: the period that this bill takes."""
    first: dict[int, tuple[int, int, int]] = {}
    for row in sheet.periods:
        if row.started_on < issued_on and (row.plan_id, row.period_no) not in sheet.billed:
            first.setdefault(row.plan_id, (row.plan_id, row.period_no, row.fee_fen))
    return list(first.values())


def _fill(sheet: Sheet, bill: OpenBill, content: _Content) -> None:
    for old_bill in {item.bill_id for item in content.carried if item.bill_id is not None}:
        fen = sum(item.left_fen for item in content.carried if item.bill_id == old_bill)
        sheet.change_bill(old_bill, carried_fen=fen)
    for item in content.old_items:
        sheet.change_item(item.id, bill_id=bill.id)
    for item in content.carried:  # its fees too, but only principal ever bears interest
        sheet.change_item(item.id, revolving=1)
    on = bill.issued_on
    bought = sum(item.left_fen for item in content.bought)
    sheet.journal("bill", (journals.BILLED, bought), (journals.UNBILLED, -bought), on=on)
    fees = sum(fee for _, _, fee in content.fees)
    sheet.journal("fee", (journals.FEE, fees), (journals.FEE_INCOME, -fees), on=on)
    for plan_id, number, fee in content.fees:
        sheet.billed.append((plan_id, number))
        if fee:
            sheet.add_item("plan_fee", fee, on, plan_id=plan_id, period_no=number, bill_id=bill.id)

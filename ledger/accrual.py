"""What time adds to an unpaid bill: 逾期违约金 when it is late, interest when only the minimum was paid.

Each is half-up(principal × rate × days), simple, posted as the difference to what was posted before. A day
counts for the principal unpaid when it begins; the first day is the one after the due day. Because every
command first brings the account up to its own day, the totals depend on dates and balances only, not on
when the job runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import sqlalchemy as sa

from ledger import journals, overdue
from ledger import tables as t
from ledger.items import Item
from ledger.money import half_up
from ledger.sheets import OpenBill, Sheet
from ledger.terms import Rules, Terms

Standing = Literal["CURRENT", "REVOLVING", "LATE"]
AnyBill = sa.Row[Any] | OpenBill
UnpaidBills = list[tuple[sa.Row[Any], list[Item]]]


@dataclass(frozen=True)
class Accrual:
    """A bill's growth: fen-days of principal so far, and its standing once its due day has passed.

    Its rates are those of the terms in force on the bill's issue day.
    """

    standing: Standing
    accrued_to: date
    penalty_fen_days: int
    interest_fen_days: int

    def penalty_fen(self, terms: Terms) -> int:
        return half_up(Decimal(self.penalty_fen_days) * terms.penalty_rate)

    def interest_fen(self, terms: Terms) -> int:
        return half_up(Decimal(self.interest_fen_days) * terms.daily_rate)


def minimum_left(bill: AnyBill, left_fen: int) -> int:
    """What still has to be paid for a bill, of which `left_fen` is unpaid, not to be overdue."""
    if bill.standing == "LATE":
        return left_fen
    if bill.standing == "REVOLVING":
        return 0
    return max(0, min(left_fen, bill.minimum_fen - (bill.base_fen - left_fen)))


def posted(bill: AnyBill) -> Accrual:
    """The bill's accrual as far as it is in the books."""
    return Accrual(bill.standing, bill.accrued_to, bill.penalty_fen_days, bill.interest_fen_days)


def grown(bill: AnyBill, left: list[Item], day: date) -> Accrual:
    """The bill's accrual at the end of `day`, given the items left on it since `bill.accrued_to`."""
    accrual = posted(bill)
    if accrual.standing == "CURRENT" and day > bill.due_on:
        accrual = _add_days(accrual, left, bill.due_on)
        short = minimum_left(bill, sum(item.left_fen for item in left)) > 0
        accrual = replace(accrual, standing="LATE" if short else "REVOLVING")
    return _add_days(accrual, left, day)


def _add_days(accrual: Accrual, left: list[Item], day: date) -> Accrual:
    days = (day - accrual.accrued_to).days
    if days <= 0:
        return accrual
    principal = [item for item in left if item.is_principal]
    if accrual.standing == "LATE":
        fen_days = days * sum(item.left_fen for item in principal)
        return replace(accrual, accrued_to=day, penalty_fen_days=accrual.penalty_fen_days + fen_days)
    # Before the due day only what was carried over from an earlier bill bears interest.
    bearing = [item for item in principal if item.revolving or accrual.standing == "REVOLVING"]
    fen_days = days * sum(item.left_fen for item in bearing)
    return replace(accrual, accrued_to=day, interest_fen_days=accrual.interest_fen_days + fen_days)


def accrue(sheet: Sheet, day: date, rules: Rules) -> bool:
    """Bring every unpaid bill of the account to the end of `day`; true when anything changed."""
    changed = False
    for bill, left in sheet.unpaid():
        now = grown(bill, left, day)
        if now.accrued_to == bill.accrued_to and now.standing == bill.standing:
            continue
        values: dict[str, Any] = vars(now).copy()
        terms = rules.at(bill.issued_on)
        before = posted(bill)
        more = now.penalty_fen(terms) - before.penalty_fen(terms)
        if more:
            values["penalty_item_id"] = _post(sheet, bill, "penalty", more, now.accrued_to)
        more = now.interest_fen(terms) - before.interest_fen(terms)
        if more:
            values["interest_item_id"] = _post(sheet, bill, "interest", more, now.accrued_to)
        sheet.change_bill(bill.id, **values)
        if now.standing == "LATE" and bill.standing != "LATE":
            overdue.freeze(sheet, bill)
        changed = True
    return changed


def penalty_a_day_fen(unpaid: UnpaidBills, today: date, rules: Rules) -> int:
    """What a day adds to the penalty of the bills that are late at the end of `today`."""
    late = ((bill, left) for bill, left in unpaid if grown(bill, left, today).standing == "LATE")
    return half_up(
        sum(
            (_principal_fen(left) * rules.at(bill.issued_on).penalty_rate for bill, left in late),
            start=Decimal(0),
        )
    )


def _principal_fen(left: list[Item]) -> int:
    return sum(item.left_fen for item in left if item.is_principal)


def unpaid_bills(conn: sa.Connection, owed: Iterable[Item]) -> UnpaidBills:
    """The bills that these items are on, all that one account owes: oldest first, each with its items."""
    on_bills: dict[int, list[Item]] = {}
    for item in owed:
        if item.bill_id is not None:
            on_bills.setdefault(item.bill_id, []).append(item)
    if not on_bills:
        return []
    rows = conn.execute(sa.select(t.bills).where(t.bills.c.id.in_(on_bills)).order_by(t.bills.c.issued_on))
    return [(bill, on_bills[bill.id]) for bill in rows]


def _post(sheet: Sheet, bill: OpenBill, kind: Literal["penalty", "interest"], fen: int, on: date) -> int:
    """Let the bill's penalty or interest item grow by `fen`. Interest waits for the next bill."""
    if kind == "penalty":
        books = (journals.PENALTY, journals.PENALTY_INCOME)
        item_id, bill_id = bill.penalty_item_id, bill.id
    else:
        books = (journals.INTEREST, journals.INTEREST_INCOME)
        item_id, bill_id = bill.interest_item_id, None
    sheet.journal(kind, (books[0], fen), (books[1], -fen), on=on)
    if item_id is None:
        return sheet.add_item(kind, fen, on, bill_id=bill_id)
    sheet.grow_item(item_id, fen)
    return item_id

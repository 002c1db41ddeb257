"""Closing a month, and bills as they are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa

from ledger import accrual, bulk, days, items, months, schedule
from ledger import tables as t
from ledger.accrual import UnpaidBills
from ledger.database import Ledger
from ledger.door import checked
from ledger.errors import BadInput
from ledger.items import Item
from ledger.model import Bill, BillItem
from ledger.terms import Rules
from ledger.together import Answers

#: How many bills the facts hold, the newest ones.
SHOWN = 12
_B = t.bills.c
_OF_ACCOUNT = _B.account_id == sa.bindparam("account_id")
_NEWEST = sa.select(_B.id).where(_OF_ACCOUNT).order_by(_B.issued_on.desc()).limit(SHOWN)
_UNPAID = sa.select(t.items.c.bill_id).where(t.items.c.account_id == sa.bindparam("account_id"), items.LEFT)
_WANTED = _OF_ACCOUNT, _B.id.in_(_NEWEST.correlate(None)) | _B.id.in_(_UNPAID.correlate(None))
#: Of the account given as `account_id`: its newest bills and those on which something is owed, newest first,
#: and all that stands on these.
ASKED: Final = {
    "bills": sa.select(t.bills).where(*_WANTED).order_by(_B.issued_on.desc()),
    "on_bills": items.that(bulk.among(t.items.c.bill_id, sa.select(_B.id).where(*_WANTED))),
}
_BOUGHT = sa.select(t.purchases).where(bulk.among(t.purchases.c.id, "purchase_ids"))
_SHOWN_KINDS = {"settlement_charge": "plan_fee", "chargeback": "penalty"}


@checked
def close_month(ledger: Ledger, month: str, each_done: Callable[[], object] = lambda: None) -> int:
    """Issue the bills of a month that is over ("2026-10"), for all accounts; returns how many changed.

    Idempotent and resumable, some accounts at a time; accounts are brought up to today by it. An account
    with a charge whose outcome is open waits for that. Raises BadInput(month, reason): no_month,
    month_not_over.
    """
    first, after = months.span(month)
    issued_on = schedule.next_bill_on(after - timedelta(days=1), ledger.rules.at(first).bill_day)
    if issued_on > ledger.clock.now().date():
        raise BadInput(month=month, reason="month_not_over")
    return days.run(ledger, each_done)


@dataclass(frozen=True)
class Bills:
    newest: tuple[Bill, ...]  # newest first, at most a year of them
    shown: Bill | None  # the one to speak of, yet without its items: the oldest unpaid one, else the latest
    on_shown: list[Item]
    overdue_fen: int
    late_ids: frozenset[int]  # also of those too old to be shown


def unpaid(rows: list[Any], owed: list[Item]) -> UnpaidBills:
    """Of the bills as read those on which something is left, oldest first, each with these items."""
    left: dict[int | None, list[Item]] = {}
    for item in owed:
        left.setdefault(item.bill_id, []).append(item)
    return [(row, left[row.id]) for row in reversed(rows) if row.id in left]


def views(found: Answers, today: date, rules: Rules, *, paused: bool) -> Bills:
    """The bills that `ASKED` has found. Penalty includes today's, unless an open charge has `paused` time."""
    rows = found["bills"]
    on_bill: dict[int | None, list[Item]] = {row.id: [] for row in rows}
    for item in map(Item._make, found["on_bills"]):
        on_bill[item.bill_id].append(item)
    views = [_view(row, on_bill[row.id], today, rules, paused=paused) for row in rows]
    _add_older_overdue(views)
    still_owed = [view for view in views if view.outstanding_fen]
    shown = still_owed[-1] if still_owed else (views[0] if views else None)
    late = [view for view in views if view.state == "OVERDUE"]
    return Bills(
        newest=tuple(views[:SHOWN]),
        shown=shown,
        on_shown=on_bill[shown.id] if shown else [],
        overdue_fen=sum(view.outstanding_fen for view in late),
        late_ids=frozenset(view.id for view in late),
    )


def with_items(bill: Bill, described: tuple[BillItem, ...], today: date) -> Bill:
    """The bill with all that stands on it, today's penalty included."""
    return replace(bill, items=_with_todays_penalty(described, bill, today))


def bought(conn: sa.Connection, owed: list[Item]) -> Mapping[int | None, sa.Row[Any]]:
    """The purchases of these items, by id."""
    ids = {item.purchase_id for item in owed} - {None}
    return {row.id: row for row in conn.execute(_BOUGHT, {"purchase_ids": ids})} if ids else {}


def described(
    owed: list[Item],
    purchases: Mapping[int | None, sa.Row[Any]],
    plans: Mapping[int | None, sa.Row[Any]],
) -> tuple[BillItem, ...]:
    """Items with what they were bought for, which is among the purchases and plans (by id)."""
    return tuple(_shown(item, purchases.get(item.purchase_id), plans.get(item.plan_id)) for item in owed)


def _shown(item: Item, purchase: sa.Row[Any] | None, plan: sa.Row[Any] | None) -> BillItem:
    kind: Any = _SHOWN_KINDS.get(item.kind, item.kind)
    return BillItem(
        kind=kind,
        amount_fen=item.amount_fen - item.offset_fen,
        outstanding_fen=item.left_fen,
        on=item.on,
        merchant=purchase.merchant if purchase else "",
        item=purchase.item if purchase else plan.label if plan else "",
        period_no=item.period_no,
        periods=plan.periods if plan else 0,
    )


def _view(row: sa.Row[Any], on_bill: list[Item], today: date, rules: Rules, *, paused: bool) -> Bill:
    left = [item for item in on_bill if item.left_fen]
    posted, terms = accrual.posted(row), rules.at(row.issued_on)
    grown = posted if paused else accrual.grown(row, left, today)
    growth = grown.penalty_fen(terms) - posted.penalty_fen(terms)
    outstanding = sum(item.left_fen for item in left) + growth
    total = sum(item.amount_fen - item.offset_fen for item in on_bill) + growth
    paid = sum(item.paid_fen for item in on_bill)
    if row.carried_fen:  # its rest is on a later bill now
        total, paid = row.total_fen, row.total_fen - row.carried_fen
    late = grown.standing == "LATE" and outstanding > 0
    moved = any(item.moved_fen for item in on_bill)
    minimum = accrual.minimum_left(row, outstanding)
    if grown.standing != "CURRENT":
        minimum = outstanding if late else 0
    return Bill(
        id=row.id,
        month=row.month,
        issued_on=row.issued_on,
        due_on=row.due_on,
        total_fen=total,
        paid_fen=paid,
        outstanding_fen=outstanding,
        minimum_fen=minimum,
        state="OVERDUE" if late else "OPEN" if outstanding else "INSTALMENT" if moved else "PAID",
        days_overdue=(today - row.due_on).days if late else 0,
    )


def _with_todays_penalty(shown: tuple[BillItem, ...], bill: Bill, today: date) -> tuple[BillItem, ...]:
    """Penalty that is owed today but not posted yet belongs to the penalty item."""
    growth = bill.outstanding_fen - sum(item.outstanding_fen for item in shown)
    if not growth:
        return shown
    others = tuple(item for item in shown if item.kind != "penalty")
    posted = [item for item in shown if item.kind == "penalty"] or [BillItem("penalty", 0, 0, today)]
    first = replace(
        posted[0],
        amount_fen=posted[0].amount_fen + growth,
        outstanding_fen=posted[0].outstanding_fen + growth,
    )
    return (*others, first, *posted[1:])


def _add_older_overdue(views: list[Bill]) -> None:
    """A payment goes to the oldest bill first: a later one's minimum includes what is overdue before it."""
    overdue = 0
    for index, bill in reversed(list(enumerate(views))):
        if bill.state == "OVERDUE":
            overdue += bill.outstanding_fen
        elif bill.minimum_fen and overdue:
            views[index] = replace(bill, minimum_fen=bill.minimum_fen + overdue)

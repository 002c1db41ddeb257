"""Accounts while time passes over them: what of each may grow, fall due or expire, and what that changes.

A sheet is read with others in a few statements, brought forward in memory, and written back with others by
`sheet_writer`: one way for a single account inside a command and for the jobs over all of them. The accounts
are locked by the transaction. What is new has a negative id until it is written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, time
from typing import Any, Final

import sqlalchemy as sa

from ledger import bulk, items, open_charges, plans_due
from ledger import tables as t
from ledger.clock import SHANGHAI
from ledger.columns import in_full
from ledger.items import Item, ItemKind
from ledger.together import Answers, Together


@dataclass(frozen=True)
class OpenBill:
    """A bill of which something is left."""

    id: int
    month: str
    issued_on: date
    due_on: date
    total_fen: int
    base_fen: int
    minimum_fen: int
    carried_fen: int
    standing: Any
    accrued_to: date
    penalty_fen_days: int
    interest_fen_days: int
    penalty_item_id: int | None
    interest_item_id: int | None


@dataclass(frozen=True)
class Journal:
    """Lines to post; those of 0 fen are left out."""

    kind: str
    on: date
    lines: tuple[tuple[str, int], ...]


@dataclass
class OverdueFreeze:
    """The one in force; `id` is None until it is written."""

    id: int | None
    cleared_on: date | None
    placed_at: datetime
    evidence: dict[str, Any]
    changed: bool = False


@dataclass
class Sheet:
    """One account."""

    account: sa.Row[Any]
    now: datetime
    next_bill_on: date
    items: dict[int, Item] = field(default_factory=dict)  # of which something is left, the oldest first
    bills: dict[int, OpenBill] = field(default_factory=dict)
    paid_off: dict[int, Item] = field(
        default_factory=dict
    )  # interest and penalty of these, which may grow again
    periods: list[Any] = field(default_factory=list)  # still to be billed, each with its plan
    held: list[Any] = field(default_factory=list)  # purchases authorised and not captured
    open_charge: Any = None  # the one whose outcome is not known
    tried: set[datetime] = field(default_factory=set)  # times for which a debit was ordered
    freeze: OverdueFreeze | None = None
    journals: list[Journal] = field(default_factory=list)
    billed: list[tuple[int, int]] = field(default_factory=list)  # (plan, period)
    changed_items: set[int] = field(default_factory=set)
    changed_bills: set[int] = field(default_factory=set)
    _last_new: int = 0

    @property
    def id(self) -> int:
        return int(self.account.id)

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def expired(self) -> list[Any]:
        """Purchases whose hold is over."""
        return [row for row in self.held if row.expires_at <= self.now]

    def unpaid(self) -> list[tuple[OpenBill, list[Item]]]:
        """Bills on which something is left, oldest first, each with these items."""
        on_bills: dict[int, list[Item]] = {}
        for item in self.items.values():
            if item.bill_id is not None:
                on_bills.setdefault(item.bill_id, []).append(item)
        bills = sorted((self.bills[bill_id] for bill_id in on_bills), key=lambda bill: bill.issued_on)
        return [(bill, on_bills[bill.id]) for bill in bills]

    def journal(self, kind: str, *lines: tuple[str, int], on: date | None = None) -> None:
        self.journals.append(Journal(kind, on or self.today, lines))

    def new_id(self) -> int:
        self._last_new -= 1
        return self._last_new

    def add_item(self, kind: ItemKind, fen: int, on: date, **values: Any) -> int:
        """A new thing owed; its journal is posted beside it."""
        given = {"purchase_id": None, "plan_id": None, "period_no": 0, "bill_id": None, **values}
        new = Item(
            self.new_id(),
            kind,
            on,
            **given,
            revolving=0,
            amount_fen=fen,
            paid_fen=0,
            offset_fen=0,
            moved_fen=0,
        )
        self.items[new.id] = new
        return new.id

    def grow_item(self, item_id: int, fen: int) -> None:
        """Interest and penalty get more day by day."""
        item = self.items.get(item_id) or self.paid_off[item_id]
        self.items[item_id] = item._replace(amount_fen=item.amount_fen + fen)
        self.changed_items.add(item_id)

    def change_item(self, item_id: int, **values: Any) -> None:
        self.items[item_id] = self.items[item_id]._replace(**values)
        self.changed_items.add(item_id)

    def change_bill(self, bill_id: int, **values: Any) -> None:
        self.bills[bill_id] = replace(self.bills[bill_id], **values)
        self.changed_bills.add(bill_id)


_ITEM = [t.items.c[name] for name in Item._fields]
_BILL = [t.bills.c[each.name] for each in fields(OpenBill)]


def _of(table: sa.Table, *where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """The table's rows of some accounts, in the order in which they came to be."""
    return sa.select(table).where(bulk.among(table.c.account_id, "ids"), *where).order_by(table.c.id)


_FROZEN = _of(t.freezes, t.freezes.c.lifted_at.is_(None), t.freezes.c.kind == "overdue")
_TRIED = _of(t.charges, t.charges.c.due_at >= sa.bindparam("since"))
_ITEMS = sa.select(t.items.c.account_id, *_ITEM).where(bulk.among(t.items.c.id, "ids"))
_OWED = sa.select(t.items.c.account_id, *_ITEM).where(bulk.among(t.items.c.account_id, "ids"), items.LEFT)
_ON_BILLS = sa.select(t.items.c.bill_id).where(bulk.among(t.items.c.account_id, "ids"), items.LEFT)
_PERIODS = (
    sa.select(
        *(t.plan_fees.c[name] for name in ("plan_id", "period_no", "fee_fen")),
        *(t.plans.c[name] for name in ("account_id", "kind", "label", "started_on", "terms_version")),
    )
    .join_from(t.plan_fees, t.plans)
    .where(plans_due.IS_PENDING, bulk.among(t.plans.c.account_id, "ids"))
    .order_by(t.plan_fees.c.plan_id, t.plan_fees.c.period_no)
)
#: What `load` has to know of the accounts given as `ids`.
ASKED: Final = {
    "held": _of(t.purchases, t.purchases.c.state == in_full("HELD")),
    "owed": _OWED.order_by(t.items.c.id),
    "bills": sa.select(t.bills.c.account_id, *_BILL)
    .where(t.bills.c.id.in_(_ON_BILLS))
    .order_by(t.bills.c.id),
    "periods": _PERIODS,
    "open_charges": _of(t.charges, open_charges.is_open()),
}
_ASKED: Final = Together(**ASKED)


def load(
    conn: sa.Connection, accounts: Iterable[sa.Row[Any]], now: datetime, found: Answers | None = None
) -> list[Sheet]:
    """The sheets of accounts that are not CLOSED: time passes over these, unless a charge is open.

    `found`: what `ASKED` has found of them, where a caller has asked more with it.
    """
    sheets = {row.id: Sheet(row, now, row.next_bill_on) for row in accounts}
    if not sheets:
        return []
    found = found or _ASKED.ask(conn, ids=sheets)
    for row in found["open_charges"]:
        sheets[row.account_id].open_charge = row
    for name in ("held", "periods"):
        for row in found[name]:
            getattr(sheets[row.account_id], name).append(row)
    for account_id, *values in found["owed"]:
        sheets[account_id].items[values[0]] = Item._make(values)
    for account_id, *values in found["bills"]:
        sheets[account_id].bills[values[0]] = OpenBill(*values)
    _load_paid_off(conn, sheets)
    passed = {id_: sheet for id_, sheet in sheets.items() if _bill_or_due_day_passed(sheet)}
    if passed:
        _load_freezes(conn, passed)
        _load_tried(conn, {id_: sheet for id_, sheet in passed.items() if sheet.account.auto_debit})
    return list(sheets.values())


def _load_paid_off(conn: sa.Connection, sheets: dict[int, Sheet]) -> None:
    growing: set[int | None] = set()
    for sheet in sheets.values():
        for bill in sheet.bills.values():
            growing |= {bill.penalty_item_id, bill.interest_item_id} - sheet.items.keys()
    growing.discard(None)
    if growing:
        for account_id, *values in conn.execute(_ITEMS, {"ids": growing}):
            sheets[account_id].paid_off[values[0]] = Item._make(values)


def _load_freezes(conn: sa.Connection, sheets: dict[int, Sheet]) -> None:
    for row in conn.execute(_FROZEN, {"ids": sheets}):
        sheets[row.account_id].freeze = OverdueFreeze(row.id, row.cleared_on, row.placed_at, row.evidence)


def _load_tried(conn: sa.Connection, sheets: dict[int, Sheet]) -> None:
    """Debits are of bills that were there: none is from before the oldest due day."""
    due_days = [bill.due_on for sheet in sheets.values() for bill in sheet.bills.values()]
    if due_days:
        since = datetime.combine(min(due_days), time(), SHANGHAI)
        for row in conn.execute(_TRIED, {"ids": sheets, "since": since}):
            sheets[row.account_id].tried.add(row.due_at)


def _bill_or_due_day_passed(sheet: Sheet) -> bool:
    return sheet.next_bill_on <= sheet.today or any(
        bill.due_on < sheet.today and bill.standing == "CURRENT" for bill in sheet.bills.values()
    )

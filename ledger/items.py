"""Things owed, one row each: what is left of them, which book they are in, and how they get less."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, Literal, NamedTuple

import sqlalchemy as sa

from ledger import bulk, journals
from ledger import tables as t
from ledger.work import Work

ItemKind = Literal[
    "purchase", "plan_principal", "plan_fee", "settlement_charge", "interest", "penalty", "chargeback"
]
Effect = Literal["paid", "offset", "moved"]

_BOOKS: Final[dict[str, str]] = {
    "plan_principal": journals.PLAN,
    "plan_fee": journals.FEE,
    "settlement_charge": journals.FEE,
    "interest": journals.INTEREST,
    "penalty": journals.PENALTY,
    "chargeback": journals.CHARGEBACK,
}
PRINCIPAL_KINDS: Final = frozenset({"purchase", "plan_principal"})


class Item(NamedTuple):
    id: int
    kind: ItemKind
    on: date
    purchase_id: int | None
    plan_id: int | None
    period_no: int
    bill_id: int | None
    revolving: int
    amount_fen: int
    paid_fen: int
    offset_fen: int
    moved_fen: int

    @property
    def left_fen(self) -> int:
        return self.amount_fen - self.paid_fen - self.offset_fen - self.moved_fen

    @property
    def book(self) -> str:
        if self.kind == "purchase":
            return journals.UNBILLED if self.bill_id is None else journals.BILLED
        return _BOOKS[self.kind]

    @property
    def is_principal(self) -> bool:
        return self.kind in PRINCIPAL_KINDS


def book_of() -> sa.ColumnElement[str]:
    """`Item.book` of a row of the items table."""
    of_purchase = sa.case((t.items.c.bill_id.is_(None), journals.UNBILLED), else_=journals.BILLED)
    return sa.case(_BOOKS, value=t.items.c.kind, else_=of_purchase)


#: What the table gives a new row that says nothing of it.
_UNTOUCHED: Final = {
    **dict.fromkeys(("purchase_id", "plan_id", "bill_id")),
    **dict.fromkeys(("period_no", "revolving", "paid_fen", "offset_fen", "moved_fen"), 0),
}
_COLUMNS = [t.items.c[name] for name in Item._fields]
LEFT = t.items.c.amount_fen > t.items.c.paid_fen + t.items.c.offset_fen + t.items.c.moved_fen


def that(*where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """A statement for `select`, which a caller that asks it often builds once."""
    return sa.select(*_COLUMNS).where(*where).order_by(t.items.c.id)


#: Of the account given as `account_id`, the items of which something is left.
OWED: Final = that(t.items.c.account_id == sa.bindparam("account_id"), LEFT)
_NEW_ONES = sa.insert(t.items)
_NEW = _NEW_ONES.returning(t.items.c.id)


def select(conn: sa.Connection, wanted: sa.Select[Any], **given: Any) -> list[Item]:
    """The items of `that`, in the order in which they came to be."""
    return list(map(Item._make, conn.execute(wanted, given)))


def owed(conn: sa.Connection, account_id: int) -> list[Item]:
    """Items of which something is left, in the order in which they came to be."""
    return select(conn, OWED, account_id=account_id)


def add(work: Work, kind: ItemKind, amount_fen: int, on: date, **values: Any) -> int:
    """A new thing owed; the caller posts its journal. Returns its id."""
    new = {"account_id": work.account_id, "kind": kind, "amount_fen": amount_fen, "on": on, **values}
    return int(work.conn.execute(_NEW, new).scalar_one())


def add_all(work: Work, kind: ItemKind, on: date, rows: list[dict[str, Any]]) -> None:
    """As `add`, of several in their order, each with its amount."""
    every = {"account_id": work.account_id, "kind": kind, "on": on}
    work.conn.execute(_NEW_ONES, [{**every, **row} for row in rows])


def adding_paid(work: Work, new: list[dict[str, Any]]) -> tuple[list[Item], bulk.Insert]:
    """As `add`, of several on no bill that are paid at once, with their ids: the items, and what is to be
    written."""
    new = [{**row, "paid_fen": row["amount_fen"]} for row in new]
    inserted = bulk.Insert(t.items, [{"account_id": work.account_id, **row} for row in new])
    return [Item(**{**_UNTOUCHED, **row}) for row in new], inserted


def lessen(work: Work, effect: Effect, parts: list[tuple[Item, int]], journal_id: int | None) -> None:
    """Take the parts off their items and say by which journal. The database refuses more than is left."""
    bulk.write(work.conn, *lessening(effect, parts, journal_id))


def lessening(
    effect: Effect, parts: list[tuple[Item, int]], journal_id: int | None, new: Sequence[Item] = ()
) -> tuple[bulk.Update, bulk.Insert]:
    """As `lessen`: what is to be written. `new`: items `adding_paid`, which are as they shall be already."""
    name = f"{effect}_fen"
    less = [{"id": item.id, name: getattr(item, name) + fen} for item, fen in parts]
    allocated = [
        {"item_id": item.id, "journal_id": journal_id, "effect": effect, "amount_fen": fen}
        for item, fen in (*parts, *((item, item.paid_fen) for item in new))
    ]
    return bulk.Update(t.items, ("id",), less), bulk.Insert(t.allocations, allocated)


def credits(parts: list[tuple[Item, int]]) -> list[tuple[str, int]]:
    """Journal lines that take the parts off their books, one a book."""
    sums: dict[str, int] = {}
    for item, fen in parts:
        sums[item.book] = sums.get(item.book, 0) - fen
    return list(sums.items())

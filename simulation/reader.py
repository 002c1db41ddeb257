"""What has changed in the ledger since it was last read: one statement, never the whole history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa

from ledger import tables as t
from ledger import tables_review as tr
from ledger.database import Ledger
from ledger.together import Together

Row = Any  # of a table, by the names of its columns

OPEN_STATES: Final = {
    "purchases": ("HELD",),
    "refunds": ("PENDING",),
    "charges": ("CREATED", "SENT", "UNKNOWN"),
    "settlements": ("CREATED", "SENT", "UNKNOWN"),
    "payouts": ("OPEN",),
}
_LEFT = t.items.c.amount_fen > t.items.c.paid_fen + t.items.c.offset_fen + t.items.c.moved_fen
_OF_ITEM = ("id", "account_id", "kind", "bill_id", "amount_fen", "paid_fen", "offset_fen", "moved_fen")
_ACCRUED = (
    sa.select(t.bills.c.account_id, sa.func.min(t.bills.c.accrued_to).label("day"))
    .where(t.bills.c.id.in_(sa.select(t.items.c.bill_id).where(_LEFT, t.items.c.bill_id.is_not(None))))
    .group_by(t.bills.c.account_id)
)


@dataclass
class Journal:
    row: Row
    lines: list[tuple[str, int]] = field(default_factory=list)

    @property
    def by_book(self) -> dict[str, int]:
        sums: dict[str, int] = {}
        for book, fen in self.lines:
            sums[book] = sums.get(book, 0) + fen
        return sums


@dataclass
class Changes:
    """New rows, rows that were still open when last read, and all that is left or cached."""

    accounts: dict[int, Row]
    balances: dict[int, dict[str, int]]
    items: list[Row]  # of which something is left
    accrued: dict[int, Any]  # of each account with an unpaid bill: to which day all of them have grown
    journals: list[Journal]
    purchases: list[Row]
    refunds: list[Row]
    plans: list[Row]
    charges: list[Row]
    settlements: list[Row]
    payouts: list[Row]
    refusals: list[Row]
    freezes: list[Row]
    cuts: list[Row]
    applications: list[Row]
    seals: list[Row]
    allocations: list[Row]
    merchants: list[Row]


def _state(name: str) -> Callable[[Row], bool]:
    states = OPEN_STATES[name]
    return lambda row: row.state in states


def _never(_: Row) -> bool:
    return False


def _not_lifted(row: Row) -> bool:
    return row.lifted_at is None


def _filed(row: Row) -> bool:
    return bool(row.state == "FILED")


#: The tables read from their oldest row that may still change, and which rows may.
_TAILS: Final[dict[str, tuple[sa.Table, Callable[[Row], bool]]]] = {
    **{name: (t.metadata.tables[name], _state(name)) for name in OPEN_STATES},
    "plans": (t.plans, _never),
    "refusals": (t.refusals, _never),
    "seals": (tr.seals, _never),
    "allocations": (t.allocations, _never),
    "journals": (t.journals, _never),
    "merchants": (t.merchant_settlements, _never),
    "freezes": (t.freezes, _not_lifted),
    "cuts": (t.limit_cuts, _not_lifted),
    "applications": (t.applications, _filed),
}


def _from(name: str) -> Any:
    """The id from which that table is read."""
    return sa.bindparam(f"{name}_from")


def _asked() -> dict[str, sa.Select[Any]]:
    """By name: all that is read."""
    tails = {
        name: sa.select(table).where(table.c.id >= _from(name)).order_by(table.c.id)
        for name, (table, _) in _TAILS.items()
    }
    p = t.postings.c
    postings = sa.select(p.journal_id, p.book, p.amount_fen).where(p.journal_id >= _from("journals"))
    return tails | {
        "postings": postings.order_by(p.journal_id, p.line_no),
        "accounts": sa.select(t.accounts).order_by(t.accounts.c.id),
        "balances": sa.select(t.balances.c.account_id, t.balances.c.book, t.balances.c.amount_fen),
        "items": sa.select(*(t.items.c[name] for name in _OF_ITEM)).where(_LEFT).order_by(t.items.c.id),
        "accrued": _ACCRUED,
    }


_ASKED: Final = Together(**_asked())


class Reader:
    """Reads a ledger's changes; a new one begins with everything."""

    def __init__(self) -> None:
        self._from = dict.fromkeys(_TAILS, 0)

    def read(self, ledger: Ledger) -> Changes:
        """What is new."""
        with ledger.read() as conn:
            found = _ASKED.ask(conn, **{f"{name}_from": id_ for name, id_ in self._from.items()})
        for name, (_, is_open) in _TAILS.items():
            if rows := found[name]:
                self._from[name] = min([*(row.id for row in rows if is_open(row)), rows[-1].id + 1])
        journals = {row.id: Journal(row) for row in found.pop("journals")}
        for journal_id, book, fen in found.pop("postings"):
            journals[journal_id].lines.append((book, fen))
        balances: dict[int, dict[str, int]] = {}
        for account_id, book, fen in found.pop("balances"):
            balances.setdefault(account_id, {})[book] = fen
        return Changes(
            accounts={row.id: row for row in found.pop("accounts")},
            balances=balances,
            accrued=dict(found.pop("accrued")),
            journals=list(journals.values()),
            **found,
        )

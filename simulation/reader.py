"""What has changed in the ledger since it was last read: one short transaction, never the whole history."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from ledger import tables as t
from ledger import tables_review as tr
from ledger.database import Ledger

Row = sa.Row[Any]

OPEN_STATES = {
    "purchases": ("HELD",),
    "refunds": ("PENDING",),
    "charges": ("CREATED", "SENT", "UNKNOWN"),
    "settlements": ("CREATED", "SENT", "UNKNOWN"),
    "payouts": ("OPEN",),
}
_LEFT = t.items.c.amount_fen > t.items.c.paid_fen + t.items.c.offset_fen + t.items.c.moved_fen
_ACCRUED = (
    sa.select(t.bills.c.account_id, sa.func.min(t.bills.c.accrued_to).label("day"))
    .where(t.bills.c.id.in_(sa.select(t.items.c.bill_id).where(_LEFT, t.items.c.bill_id.is_not(None))))
    .group_by(t.bills.c.account_id)
)
_FROM: Any = sa.bindparam("from_id")


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


class Tail:
    """A table's rows from the oldest that may still change."""

    def __init__(self, table: sa.Table, is_open: Any = None) -> None:
        self._query = sa.select(table).where(table.c.id >= _FROM).order_by(table.c.id)
        self._is_open = is_open or (lambda row: False)
        self._from_id = 0

    def read(self, conn: sa.Connection) -> list[Row]:
        rows = list(conn.execute(self._query, {"from_id": self._from_id}))
        still_open = [row.id for row in rows if self._is_open(row)]
        if rows:
            self._from_id = min([*still_open, rows[-1].id + 1])
        return rows


def _state(name: str) -> Any:
    states = OPEN_STATES[name]
    return lambda row: row.state in states


class Reader:
    """Reads a ledger's changes; a new one begins with everything."""

    def __init__(self) -> None:
        tails = {name: Tail(t.metadata.tables[name], _state(name)) for name in OPEN_STATES}
        tails |= {"plans": Tail(t.plans), "refusals": Tail(t.refusals), "seals": Tail(tr.seals)}
        tails |= {"allocations": Tail(t.allocations), "journals": Tail(t.journals)}
        tails["merchants"] = Tail(t.merchant_settlements)
        tails["freezes"] = Tail(t.freezes, lambda row: row.lifted_at is None)
        tails["cuts"] = Tail(t.limit_cuts, lambda row: row.lifted_at is None)
        tails["applications"] = Tail(t.applications, lambda row: row.state == "FILED")
        self._tails = tails
        p = t.postings.c
        self._postings = sa.select(p.journal_id, p.book, p.amount_fen).order_by(p.journal_id, p.line_no)
        self._postings = self._postings.where(p.journal_id >= _FROM)

    def read(self, ledger: Ledger) -> Changes:
        """What is new."""
        with ledger.read() as conn:
            rows: dict[str, Any] = {name: tail.read(conn) for name, tail in self._tails.items()}
            journals = {row.id: Journal(row) for row in rows.pop("journals")}
            if journals:
                for journal_id, book, fen in conn.execute(self._postings, {"from_id": min(journals)}):
                    journals[journal_id].lines.append((book, fen))
            balances: dict[int, dict[str, int]] = {}
            for account_id, book, fen in conn.execute(_BALANCES):
                balances.setdefault(account_id, {})[book] = fen
            return Changes(
                accounts={row.id: row for row in conn.execute(_ACCOUNTS)},
                balances=balances,
                items=list(conn.execute(_ITEMS)),
                accrued=dict(conn.execute(_ACCRUED).all()),
                journals=list(journals.values()),
                **rows,
            )


_ACCOUNTS = sa.select(t.accounts).order_by(t.accounts.c.id)
_BALANCES = sa.select(t.balances.c.account_id, t.balances.c.book, t.balances.c.amount_fen)
_ITEMS = sa.select(t.items).where(_LEFT).order_by(t.items.c.id)

"""Fills a ledger with very many accounts: those that are in it, copied row by row under new numbers.

What the accounts of the block hold was written by the ledger's own commands; a copy is the same lives under
other ids, names and hashes, so that every invariant holds for it as it does for the block (`audit` says so).
Answers kept under idempotency keys still tell the block's ids: nobody asks for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from ledger import journals, triggers
from ledger import support_tables as st
from ledger import tables as t
from ledger.database import Ledger

#: What a block's accounts may have rows in. Work items, seals and merchants' settlements are of all accounts.
_TABLES: Final = (
    t.journals, t.accounts, t.purchases, t.refusals, t.plans, t.plan_fees, t.bills, t.items, t.refunds,
    t.freezes, t.applications, t.limit_cuts, t.goodwill, t.quotes, t.settlements, t.charges, t.payouts,
    t.postings, t.balances, t.allocations, t.idempotency, st.links, st.outbox, st.tickets, st.ticket_messages,
)  # fmt: skip

#: Whose numbers a column holds, beside those that its own id and foreign keys tell.
_NUMBERS_OF: Final = {
    "purchases.plan_id": "plans",
    "accounts.closing_settlement_id": "settlements",
    "bills.penalty_item_id": "items",
    "bills.interest_item_id": "items",
}
#: Whose number stands in a text: customers and their orders K7-3, charges R7-1, D7-…, S2-1, payouts P4.
_IN_TEXT: Final = {"K": "accounts", "R": "accounts", "D": "accounts", "S": "settlements", "P": "payouts"}
_NUMBERED: Final = re.compile(r"\b([KRDSP])(\d+)\b")
_APPLICATION: Final = re.compile(r"()(?<=^J\d{8}-)(\d+)")
_ITEM: Final = re.compile(r"(\[)(\d+)(?=,)")
_ID, _ACCOUNT, _REFERENCE, _PREVIOUS, _HASH = (
    list(t.journals.columns.keys()).index(name)
    for name in ("id", "account_id", "reference", "previous_hash", "hash")
)
_HEAD: Final = list(t.accounts.columns.keys()).index("chain_head")
_Value = Callable[[int], Any]  # of a column in the copy of that number


@dataclass(frozen=True)
class Store:
    """How the copies are numbered."""

    copies: int
    accounts: int  # of a block

    def name(self, number: int, copy: int) -> str:
        """The customer who is K`number` in the block, in a copy; copy 0 is the block itself."""
        return f"K{number + copy * self.accounts}"


def multiply(ledger: Ledger, copies: int) -> Store:
    """Let there be `copies` times as many accounts as there are in the ledger, which holds a block only."""
    with ledger.engine.connect() as conn:
        rows = {table.name: conn.execute(sa.select(table)).all() for table in _TABLES}
    spans = {name: max((row[0] for row in found), default=0) for name, found in rows.items()}
    with _unguarded(ledger.engine) as conn:
        heads: dict[int, str] = {}
        for table in _TABLES:
            makers = [_copier(table, row, spans) for row in rows[table.name]]
            made: Iterator[list[Any]] = (make(copy) for copy in range(1, copies) for make in makers)
            if table is t.journals:
                made = _rehashed(rows, spans, copies, heads)
            elif table is t.accounts:
                made = _with_heads(made, heads)
            if makers:
                _write(conn, table, made)
        _continue_numbers(conn)
    _settle_down(ledger.engine)
    return Store(copies, spans["accounts"])


def _rehashed(
    rows: dict[str, Any], spans: dict[str, int], copies: int, heads: dict[int, str]
) -> Iterator[list[Any]]:
    """The journals' copies, each with the hash of what it says now; `heads`: filled with the last of each."""
    lines: dict[int, list[tuple[str, int]]] = {}
    for row in sorted(rows["postings"], key=lambda row: (row.journal_id, row.line_no)):
        lines.setdefault(row.journal_id, []).append((row.book, row.amount_fen))
    template = sorted(rows["journals"], key=lambda row: row.id)
    makers = [(dict(row._mapping), _copier(t.journals, row, spans), lines[row.id]) for row in template]
    for copy in range(1, copies):
        for journal, make, of_journal in makers:
            made = make(copy)
            said = {**journal, "id": made[_ID], "account_id": made[_ACCOUNT], "reference": made[_REFERENCE]}
            made[_PREVIOUS] = heads.get(made[_ACCOUNT], "")
            made[_HASH] = heads[made[_ACCOUNT]] = journals.entry_digest(made[_PREVIOUS], said, of_journal)
            yield made


def _with_heads(made: Iterable[list[Any]], heads: dict[int, str]) -> Iterator[list[Any]]:
    for account in made:
        account[_HEAD] = heads.pop(account[0], "")
        yield account


def _copier(table: sa.Table, row: sa.Row[Any], spans: dict[str, int]) -> _Value:
    """Makes the row's copies, as the database's own values (its dates and JSON are texts)."""
    columns = []
    for column, value in zip(table.columns, row, strict=True):
        bound = column.type.bind_processor(_DIALECT) if not isinstance(value, int) else None
        columns.append(_value(table, column, bound(value) if bound else value, spans))
    return lambda copy: [each(copy) for each in columns]


def _value(table: sa.Table, column: sa.Column[Any], value: Any, spans: dict[str, int]) -> _Value:
    if isinstance(value, int):
        whose = _NUMBERS_OF.get(f"{table.name}.{column.name}", "")
        whose = whose or next((key.column.table.name for key in column.foreign_keys), "")
        if column.name == "id":
            whose = table.name
        if column.name.endswith("_id") and not whose:
            raise ValueError(f"whose number is {table.name}.{column.name}?")
        return _shifted(value, spans[whose]) if whose else lambda _: value
    if column.name == "quote_id":
        return lambda copy: f"{value[:20]}{copy:012d}"
    if isinstance(value, str):
        return _text(table, column, value, spans)
    return lambda _: value


def _shifted(value: int, span: int) -> _Value:
    return lambda copy: value + copy * span


def _text(table: sa.Table, column: sa.Column[Any], value: str, spans: dict[str, int]) -> _Value:
    """A text with the numbers in it shifted."""
    pattern, whose = _NUMBERED, _IN_TEXT
    if column is t.applications.c.number:
        pattern, whose = _APPLICATION, {"": "freezes"}
    elif column is t.quotes.c.item_parts:
        pattern, whose = _ITEM, {"[": "items"}
    found = list(pattern.finditer(value))
    if not found:
        return lambda _: value
    form = pattern.sub(r"\1\0", value.replace("%", "%%")).replace("\0", "%d")
    numbers = [(int(match[2]), spans[whose[match[1]]]) for match in found]
    return lambda copy: form % tuple([number + copy * span for number, span in numbers])


@contextmanager
def _unguarded(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One transaction in which rows are taken as they are: no triggers, no foreign keys, no indexes."""
    off = "SET session_replication_role = replica" if _is_postgresql(engine) else "PRAGMA foreign_keys = OFF"
    with engine.connect() as conn:
        conn.connection.cursor().execute(off)  # before a transaction begins, in which SQLite would ignore it
        conn.connection.commit()
        with conn.begin():
            triggers.remove(conn)
            indexes = [index for table in _TABLES for index in table.indexes]
            for index in indexes:
                index.drop(conn)
            yield conn
            for index in indexes:
                index.create(conn)
            triggers.install(conn)
        conn.invalidate()  # whoever uses it next gets a connection with its guards


def _is_postgresql(engine: sa.Engine) -> bool:
    return engine.dialect.name == "postgresql"


def _write(conn: sa.Connection, table: sa.Table, rows: Iterable[list[Any]]) -> None:
    names = [column.name for column in table.columns]
    quoted = ", ".join(f'"{name}"' for name in names)
    cursor: Any = conn.connection.cursor()
    if conn.dialect.name == "postgresql":
        with cursor.copy(f"COPY {table.name} ({quoted}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(names))
    cursor.executemany(f"INSERT INTO {table.name} ({quoted}) VALUES ({marks})", rows)  # noqa: S608


def _continue_numbers(conn: sa.Connection) -> None:
    """SQLite's next id is one more than the highest; PostgreSQL has to be told."""
    if conn.dialect.name != "postgresql":
        return
    for table in _TABLES:
        if "id" in table.columns:
            sequence = "journal_ids" if table is t.journals else f"{table.name}_id_seq"
            highest = sa.select(sa.func.coalesce(sa.func.max(table.c.id), 1)).scalar_subquery()
            conn.execute(sa.select(sa.func.setval(sequence, highest)))


def _settle_down(engine: sa.Engine) -> None:
    """Let the planner know what there is, and write back what would be written during a measurement."""
    statements = ["ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)"]
    raw = engine.raw_connection()
    if _is_postgresql(engine):
        statements = ["VACUUM ANALYZE", "CHECKPOINT"]
        raw.driver_connection.autocommit = True  # type: ignore[union-attr]
    for statement in statements:
        raw.cursor().execute(statement)
    raw.invalidate()


_DIALECT: Final = sqlite.dialect()

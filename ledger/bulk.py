"""Many rows of one table in one statement: what a job over all accounts writes for a batch of them.

On PostgreSQL the rows travel as one JSON value, which is quicker to write down than arrays are; SQLite has no
round trips to save.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from ledger.columns import Ids

Row = dict[str, Any]


def next_ids(conn: sa.Connection, table: sa.Table, count: int) -> list[int]:
    """So many ids that no other row of the table has or will get, ascending."""
    return sorted(conn.scalars(new_ids(table, "new"), {"new": range(count)})) if count else []


@lru_cache(maxsize=100)
def new_ids(table: sa.Table, given: str, sequence: str = "") -> sa.Select[Any]:
    """As many ids as there are values given by this name; see `next_ids`.

    `sequence`: where they come from on PostgreSQL, if not from the column itself. SQLite has one writer,
    which goes on from the highest.
    """
    highest = sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0)).scalar_subquery()
    named = sa.literal(sequence) if sequence else sa.func.pg_get_serial_sequence(table.name, "id")
    return sa.select(_next_id(named, highest).label("id")).select_from(_each(given))


class _next_id(sa.sql.functions.FunctionElement[int]):
    """From the sequence or, on SQLite, after the highest id."""

    type = sa.BigInteger()
    inherit_cache = True


@compiles(_next_id, "postgresql")
def _from_sequence(element: _next_id, compiler: SQLCompiler, **more: Any) -> str:
    return f"nextval({compiler.process(element.clauses.clauses[0], **more)})"


@compiles(_next_id, "sqlite")
def _after_highest(element: _next_id, compiler: SQLCompiler, **more: Any) -> str:
    return f"{compiler.process(element.clauses.clauses[1], **more)} + row_number() OVER ()"


def _each(name: str) -> sa.TableValuedAlias:
    """A row for each of the numbers given as `name`."""
    return _rows_of(sa.bindparam(name, type_=Ids)).table_valued("value", name="given")


class _rows_of(sa.sql.functions.FunctionElement[int]):
    inherit_cache = True


@compiles(_rows_of, "postgresql")
def _of_array(element: _rows_of, compiler: SQLCompiler, **more: Any) -> str:
    return f"unnest(CAST({compiler.process(element.clauses, **more)} AS BIGINT[]))"


@compiles(_rows_of, "sqlite")
def _of_json(element: _rows_of, compiler: SQLCompiler, **more: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **more)})"


class among(sa.sql.functions.FunctionElement[bool]):
    """Whether the column holds one of the ids given by this name, or found by this select.

    One statement, however many they are, so that it can be built once. They are few: no table is read whole
    for them, whatever the planner thinks of a join.
    """

    type = sa.Boolean()
    inherit_cache = True

    def __init__(self, column: sa.ColumnElement[int], ids: str | sa.Select[Any]) -> None:
        given = sa.bindparam(ids, type_=Ids) if isinstance(ids, str) else ids.scalar_subquery()
        super().__init__(column, given)

    def self_group(self, against: Any = None) -> among:
        """As it stands: SQLAlchemy would ask whether it `= 1`, for which SQLite reads the whole table."""
        return self


@compiles(among, "postgresql")
def _in_array(element: among, compiler: SQLCompiler, **more: Any) -> str:
    column, ids = (compiler.process(each, **more) for each in element.clauses)
    return f"{column} = ANY ({f'ARRAY{ids}' if _found(element) else f'CAST({ids} AS BIGINT[])'})"


@compiles(among, "sqlite")
def _in_json(element: among, compiler: SQLCompiler, **more: Any) -> str:
    column, ids = (compiler.process(each, **more) for each in element.clauses)
    # The likelihood tells the planner that they are few: it expects 25 ids, and may read a whole table then.
    few = ids if _found(element) else f"(SELECT value FROM json_each({ids}))"  # noqa: S608
    return f"likelihood({column} IN {few}, 0.0001)"


def _found(element: among) -> bool:
    """Whether its ids are those that a select finds."""
    return isinstance(element.clauses.clauses[1], sa.ScalarSelect)


def upsert(conn: sa.Connection, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that may say what happens where the row is there already."""
    return (postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert)(table)


@dataclass(frozen=True)
class Insert:
    """New rows, which name the same columns, in their order."""

    table: sa.Table
    rows: list[Row]


@dataclass(frozen=True)
class Update:
    """Sets the other columns of the rows that `key` finds; all rows name the same columns."""

    table: sa.Table
    key: tuple[str, ...]
    rows: list[Row]


Change = Insert | Update


def write(conn: sa.Connection, *changes: Change) -> None:
    """Make the changes in their order, none of them to a row that another has made or changed.

    On PostgreSQL they are one statement.
    """
    changes = tuple(change for change in changes if change.rows)
    if conn.dialect.name != "postgresql":
        for change in changes:
            sql, order = _sqlite_sql(change.table, _key(change), tuple(change.rows[0]))
            binders = _binders(change.table, order, conn.dialect)
            rows = [tuple([bind(row[name]) for name, bind in binders]) for row in change.rows]
            conn.exec_driver_sql(sql, rows)
    elif changes:
        given: list[Any] = []
        for change in changes:
            binders = _binders(change.table, tuple(change.rows[0]), conn.dialect)
            records = [{name: bind(row[name]) for name, bind in binders} for row in change.rows]
            given.append(json.dumps(records, ensure_ascii=False))
            given += [len(change.rows)] if isinstance(change, Update) else []
        shapes = ((change.table, _key(change), tuple(change.rows[0])) for change in changes)
        conn.exec_driver_sql(_sql(*shapes), tuple(given))


def _key(change: Change) -> tuple[str, ...]:
    return change.key if isinstance(change, Update) else ()


@lru_cache(maxsize=200)
def _binders(
    table: sa.Table, names: tuple[str, ...], dialect: sa.Dialect
) -> list[tuple[str, Callable[[Any], Any]]]:
    """The columns, each with what makes of its value the one that the driver takes."""
    return [(name, binder(table.c[name].type, dialect)) for name in names]


def binder(kind: sa.types.TypeEngine[Any], dialect: sa.Dialect) -> Callable[[Any], Any]:
    """What makes of a value of this kind the one that the driver takes."""
    return kind.dialect_impl(dialect).bind_processor(dialect) or _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


@lru_cache(maxsize=200)
def _sqlite_sql(table: sa.Table, key: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """For one row at a time, and the order in which its values are given."""
    if not key:
        marks = ", ".join("?" * len(names))
        return f"INSERT INTO {table.name} ({_quoted(names)}) VALUES ({marks})", names  # noqa: S608
    others = tuple(name for name in names if name not in key)
    values, found = (", ".join(f'"{name}" = ?' for name in others), _and(f'"{name}" = ?' for name in key))
    return f"UPDATE {table.name} SET {values} WHERE {found}", others + key  # noqa: S608


@lru_cache(maxsize=100)
def _sql(*shapes: tuple[sa.Table, tuple[str, ...], tuple[str, ...]]) -> str:
    """Each waits for the one before: without that, PostgreSQL makes them in whatever order it likes."""
    parts = []
    for number, (table, key, names) in enumerate(shapes):
        after = f"(SELECT count(*) FROM done_{number - 1}) >= 0" if number else "true"  # noqa: S608
        part = _update_sql(table, key, names) if key else _insert_sql(table, names)
        parts.append(f"{part} AND {after}")
    before = ", ".join(f"done_{number} AS ({part} RETURNING 1)" for number, part in enumerate(parts[:-1]))
    return f"WITH {before} {parts[-1]}" if before else parts[-1]


def _insert_sql(table: sa.Table, names: tuple[str, ...]) -> str:
    new = f"SELECT * FROM {_recordset(table, names)} WHERE true"  # noqa: S608
    return f"INSERT INTO {table.name} ({_quoted(names)}) {new}"


def _update_sql(table: sa.Table, key: tuple[str, ...], names: tuple[str, ...]) -> str:
    values = ", ".join(f'"{name}" = new."{name}"' for name in names if name not in key)
    found = _and(f'{table.name}."{name}" = new."{name}"' for name in key)
    # The limit tells the planner that they are few: it expects a hundred, and may read a whole table then.
    new = f"(SELECT * FROM {_recordset(table, names)} LIMIT %s) AS new"  # noqa: S608
    return f"UPDATE {table.name} SET {values} FROM {new} WHERE {found}"  # noqa: S608


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _and(conditions: Iterable[str]) -> str:
    return " AND ".join(conditions)


def _recordset(table: sa.Table, names: tuple[str, ...]) -> str:
    """The ledger's columns are whole numbers or texts, nothing else."""
    kinds = ["bigint" if isinstance(table.c[name].type, sa.Integer) else "text" for name in names]
    columns = ", ".join(f'"{name}" {kind}' for name, kind in zip(names, kinds, strict=True))
    return f"json_to_recordset(%s::json) AS new ({columns})"

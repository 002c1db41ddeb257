"""Many rows of one table in one statement: what a job over all accounts writes for a batch of them.

On PostgreSQL the rows travel as one JSON value, which is quicker to write down than arrays are; SQLite has no
round trips to save.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from ledger.columns import Ids

Row = dict[str, Any]


def next_ids(conn: sa.Connection, table: sa.Table, count: int, sequence: str = "") -> list[int]:
    """So many ids that no other row of the table has or will get, ascending.

    `sequence`: where they come from on PostgreSQL, if not from the column itself. SQLite has one writer,
    which goes on from the highest.
    """
    if not count:
        return []
    if conn.dialect.name == "postgresql":
        return sorted(conn.scalars(_next_ids(table, sequence), {"count": count}))
    highest = conn.execute(_highest_id(table)).scalar_one()
    return list(range(highest + 1, highest + 1 + count))


@lru_cache(maxsize=100)
def _next_ids(table: sa.Table, sequence: str) -> sa.Select[Any]:
    named = sequence or sa.func.pg_get_serial_sequence(table.name, "id")
    each = sa.func.generate_series(1, sa.bindparam("count", type_=sa.Integer)).table_valued("number")
    return sa.select(sa.func.nextval(named)).select_from(each)


@lru_cache(maxsize=100)
def _highest_id(table: sa.Table) -> sa.Select[Any]:
    return sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0))


class among(sa.sql.functions.FunctionElement[bool]):
    """Whether the column holds one of the ids given as `name`: one statement, however many they are, so that
    it can be built once."""

    type = sa.Boolean()
    inherit_cache = True

    def __init__(self, column: sa.ColumnElement[int], name: str) -> None:
        super().__init__(column, sa.bindparam(name, type_=Ids))

    def self_group(self, against: Any = None) -> among:
        """As it stands: SQLAlchemy would ask whether it `= 1`, for which SQLite reads the whole table."""
        return self


@compiles(among, "postgresql")
def _in_array(element: among, compiler: SQLCompiler, **more: Any) -> str:
    column, ids = (compiler.process(each, **more) for each in element.clauses)
    return f"{column} = ANY (CAST({ids} AS BIGINT[]))"


@compiles(among, "sqlite")
def _in_json(element: among, compiler: SQLCompiler, **more: Any) -> str:
    column, ids = (compiler.process(each, **more) for each in element.clauses)
    # The likelihood tells the planner that they are few: it expects 25 ids, and may read a whole table then.
    return f"likelihood({column} IN (SELECT value FROM json_each({ids})), 0.0001)"  # noqa: S608


def upsert(conn: sa.Connection, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that may say what happens where the row is there already."""
    return (postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert)(table)


def insert(conn: sa.Connection, table: sa.Table, rows: list[Row]) -> None:
    """Insert the rows, which name the same columns, in their order."""
    if not rows:
        return
    names = tuple(rows[0])
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql(_insert_sql(table, names), (_records(conn, table, names, rows),))
    else:
        conn.execute(_insert(table), rows)


def update(conn: sa.Connection, table: sa.Table, key: tuple[str, ...], rows: list[Row]) -> None:
    """Set the other columns of the rows that `key` finds; all rows name the same columns."""
    if not rows:
        return
    names = tuple(rows[0])
    if conn.dialect.name == "postgresql":
        given = (_records(conn, table, names, rows), len(rows))
        conn.exec_driver_sql(_update_sql(table, key, names), given)
    else:
        conn.execute(
            _update(table, key, names), [{f"new_{name}": row[name] for name in names} for row in rows]
        )


def _records(conn: sa.Connection, table: sa.Table, names: tuple[str, ...], rows: list[Row]) -> str:
    """The rows as a JSON array of objects, each value as the driver takes it."""
    records = [dict(row) for row in rows]
    for name in names:
        bound = table.c[name].type.dialect_impl(conn.dialect).bind_processor(conn.dialect)
        if bound:
            for record in records:
                record[name] = bound(record[name])
    return json.dumps(records, ensure_ascii=False)


@lru_cache(maxsize=100)
def _insert(table: sa.Table) -> sa.Insert:
    return sa.insert(table)


@lru_cache(maxsize=100)
def _insert_sql(table: sa.Table, names: tuple[str, ...]) -> str:
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table.name} ({quoted}) SELECT * FROM {_recordset(table, names)}"  # noqa: S608


@lru_cache(maxsize=100)
def _update_sql(table: sa.Table, key: tuple[str, ...], names: tuple[str, ...]) -> str:
    values = ", ".join(f'"{name}" = new."{name}"' for name in names if name not in key)
    found = " AND ".join(f'{table.name}."{name}" = new."{name}"' for name in key)
    # The limit tells the planner that they are few: it expects a hundred, and may read a whole table then.
    new = f"(SELECT * FROM {_recordset(table, names)} LIMIT %s) AS new"  # noqa: S608
    return f"UPDATE {table.name} SET {values} FROM {new} WHERE {found}"  # noqa: S608


@lru_cache(maxsize=100)
def _update(table: sa.Table, key: tuple[str, ...], names: tuple[str, ...]) -> sa.Update:
    found = [table.c[name] == sa.bindparam(f"new_{name}", type_=table.c[name].type) for name in key]
    values: Row = {name: sa.bindparam(f"new_{name}") for name in names if name not in key}
    return sa.update(table).where(*found).values(values)


def _recordset(table: sa.Table, names: tuple[str, ...]) -> str:
    """The ledger's columns are whole numbers or texts, nothing else."""
    kinds = ["bigint" if isinstance(table.c[name].type, sa.Integer) else "text" for name in names]
    columns = ", ".join(f'"{name}" {kind}' for name, kind in zip(names, kinds, strict=True))
    return f"json_to_recordset(%s::json) AS new ({columns})"

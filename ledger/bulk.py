"""Many rows of one table in one statement: what a job over all accounts writes for a batch of them.

On PostgreSQL the rows travel as one array a column; SQLite has no round trips to save.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

Row = dict[str, Any]


def next_ids(conn: sa.Connection, table: sa.Table, count: int, sequence: str = "") -> list[int]:
    """So many ids that no other row of the table has or will get, ascending.

    `sequence`: where they come from on PostgreSQL, if not from the column itself. SQLite has one writer,
    which goes on from the highest.
    """
    if not count:
        return []
    if conn.dialect.name == "postgresql":
        named = sequence or sa.func.pg_get_serial_sequence(table.name, "id")
        each = sa.func.generate_series(1, count).table_valued("number")
        return sorted(conn.scalars(sa.select(sa.func.nextval(named)).select_from(each)))
    highest = conn.execute(sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0))).scalar_one()
    return list(range(highest + 1, highest + 1 + count))


def among(conn: sa.Connection, column: sa.ColumnElement[int], ids: Collection[Any]) -> sa.ColumnElement[bool]:
    """Whether the column holds one of these; one statement on PostgreSQL, however many they are."""
    if conn.dialect.name == "postgresql":
        return column == sa.any_(sa.literal(list(ids), postgresql.ARRAY(sa.BigInteger)))
    return column.in_(ids)


def upsert(conn: sa.Connection, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that may say what happens where the row is there already."""
    return (postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert)(table)


def insert(conn: sa.Connection, table: sa.Table, rows: list[Row]) -> None:
    """Insert the rows, which name the same columns, in their order."""
    if not rows:
        return
    names = tuple(rows[0])
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql(_insert_sql(table, names), _columns(conn, table, names, rows))
    else:
        conn.execute(sa.insert(table), rows)


def update(conn: sa.Connection, table: sa.Table, key: tuple[str, ...], rows: list[Row]) -> None:
    """Set the other columns of the rows that `key` finds; all rows name the same columns."""
    if not rows:
        return
    names = tuple(rows[0])
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql(_update_sql(table, key, names), _columns(conn, table, names, rows))
    else:
        conn.execute(
            _update(table, key, names), [{f"new_{name}": row[name] for name in names} for row in rows]
        )


def _columns(
    conn: sa.Connection, table: sa.Table, names: tuple[str, ...], rows: list[Row]
) -> tuple[Any, ...]:
    """Each column's values as the driver takes them."""
    result = []
    for name in names:
        bound = table.c[name].type.dialect_impl(conn.dialect).bind_processor(conn.dialect)
        values = [row[name] for row in rows]
        result.append([bound(value) for value in values] if bound else values)
    return tuple(result)


@lru_cache(maxsize=100)
def _insert_sql(table: sa.Table, names: tuple[str, ...]) -> str:
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table.name} ({quoted}) SELECT * FROM {_unnested(table, names)}"  # noqa: S608


@lru_cache(maxsize=100)
def _update_sql(table: sa.Table, key: tuple[str, ...], names: tuple[str, ...]) -> str:
    values = ", ".join(f'"{name}" = new."{name}"' for name in names if name not in key)
    found = " AND ".join(f'{table.name}."{name}" = new."{name}"' for name in key)
    aliases = ", ".join(f'"{name}"' for name in names)
    return f"UPDATE {table.name} SET {values} FROM {_unnested(table, names)} AS new ({aliases}) WHERE {found}"  # noqa: S608


@lru_cache(maxsize=100)
def _update(table: sa.Table, key: tuple[str, ...], names: tuple[str, ...]) -> sa.Update:
    found = [table.c[name] == sa.bindparam(f"new_{name}", type_=table.c[name].type) for name in key]
    values: Row = {name: sa.bindparam(f"new_{name}") for name in names if name not in key}
    return sa.update(table).where(*found).values(values)


def _unnested(table: sa.Table, names: tuple[str, ...]) -> str:
    """The ledger's columns are whole numbers or texts, nothing else."""
    kinds = ["bigint" if isinstance(table.c[name].type, sa.Integer) else "text" for name in names]
    return f"unnest({', '.join(f'%s::{kind}[]' for kind in kinds)})"

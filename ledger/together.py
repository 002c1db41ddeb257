"""Several questions that a command asks at once.

They are one statement, hence one round trip, and each answer travels as one JSON array of rows; the ledger's
columns are whole numbers or texts, nothing else.
"""

from __future__ import annotations

import json
from collections import namedtuple
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from ledger import bulk

_NONE = "[]"
Answers = dict[str, list[Any]]
Given = Mapping[str, Any]
_Question = sa.Select[Any] | sa.CompoundSelect[Any]


class Together:
    """Selects by name, built once and asked together."""

    def __init__(self, **asked: _Question) -> None:
        self._answers = {name: _Rows(name, select) for name, select in asked.items()}
        arrays = {name: select.subquery(f"asked_{name}") for name, select in asked.items()}
        self._statement = sa.select(
            *(sa.select(_array(*each.c)).scalar_subquery().label(name) for name, each in arrays.items())
        )

    def ask(self, conn: sa.Connection, **given: Any) -> Answers:
        """The rows of each, as named tuples; `given`: what the selects leave to be bound."""
        sql, bound = _prepared(self._statement, conn.dialect)
        texts = conn.exec_driver_sql(sql, bound(given)).one()
        return {
            name: rows.read(text, conn.dialect)
            for (name, rows), text in zip(self._answers.items(), texts, strict=True)
        }


@lru_cache(maxsize=100)
def _prepared(statement: sa.Select[Any], dialect: sa.Dialect) -> tuple[str, Callable[[Given], Any]]:
    """The statement as the driver takes it, and what makes the driver's parameters of the values given.

    Executing it would look this up by a key as large as the statement itself, every time.
    """
    compiled = statement.compile(dialect=dialect)
    binders = {name: bulk.binder(compiled.binds[name].type, dialect) for name in compiled.params}
    assert not compiled.post_compile_params, "a list of values: use bulk.among"
    asked = {name for name in binders if not compiled.binds[name].unique}
    constants = {name: bind(compiled.params[name]) for name, bind in binders.items() if name not in asked}
    order = compiled.positiontup  # None where the driver takes them by name

    def bound(given: Given) -> Any:
        values = constants | {name: binders[name](given[name]) for name in asked}
        return values if order is None else tuple([values[name] for name in order])

    return str(compiled), bound


class _Rows:
    """How the rows of one select are read."""

    def __init__(self, name: str, select: _Question) -> None:
        columns = select.selected_columns
        self._row: Any = namedtuple(name, columns.keys())  # type: ignore[misc]
        self._types = tuple(column.type for column in columns)

    def read(self, text: str, dialect: sa.Dialect) -> list[Any]:
        rows = json.loads(text) if text != _NONE else []  # most questions of a command find nothing
        for number, value_of in _readers(self._types, dialect):
            for row in rows:
                row[number] = value_of(row[number])
        return [self._row(*row) for row in rows]


@lru_cache(maxsize=100)
def _readers(types: tuple[sa.types.TypeEngine[Any], ...], dialect: sa.Dialect) -> list[tuple[int, Any]]:
    """Of the columns whose values are not what the database keeps: their numbers, and what makes them so."""
    made = [each.dialect_impl(dialect).result_processor(dialect, None) for each in types]
    return [(number, value_of) for number, value_of in enumerate(made) if value_of is not None]


class _array(sa.sql.functions.FunctionElement[str]):
    """All rows as one JSON array of arrays, in their order."""

    type = sa.Text()
    inherit_cache = True


@compiles(_array, "postgresql")
def _by_postgresql(element: _array, compiler: SQLCompiler, **more: Any) -> str:
    columns = ", ".join(compiler.process(each, **more) for each in element.clauses)
    return f"coalesce(json_agg(json_build_array({columns})), '[]')::text"


@compiles(_array, "sqlite")
def _by_sqlite(element: _array, compiler: SQLCompiler, **more: Any) -> str:
    columns = ", ".join(compiler.process(each, **more) for each in element.clauses)
    return f"json_group_array(json_array({columns}))"

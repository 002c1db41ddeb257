"""What the audit's checks share: answers of any length read a part at a time, and sums."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import sqlalchemy as sa

_AT_ONCE: Final = 1_000


def stream(conn: sa.Connection, query: sa.Select | sa.CompoundSelect) -> Iterator[Any]:
    """The rows, as they are needed: memory does not grow with their number."""
    return (row for part in parts(conn, query) for row in part)


def parts(conn: sa.Connection, query: sa.Select | sa.CompoundSelect) -> Iterator[Sequence[Any]]:
    """The rows, a thousand at a time, to be looked up together."""
    return conn.execute(query.execution_options(yield_per=_AT_ONCE)).partitions()


def total(column: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    """The sum as a whole number: PostgreSQL makes a decimal of it."""
    return sa.cast(sa.func.coalesce(sa.func.sum(column), 0), sa.BigInteger)

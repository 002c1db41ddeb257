"""Parts of the tables' definitions that several of them share."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa


class Day(sa.types.TypeDecorator):
    """A calendar date in Asia/Shanghai as ISO text (STRICT tables know only TEXT and INTEGER)."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> date | None:
        return None if value is None else date.fromisoformat(value)


#: 64 bits on PostgreSQL; SQLite's STRICT tables want the word INTEGER, which is 64 bits there.
Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def fen(name: str, default: int | None = None) -> sa.Column[int]:
    column: sa.Column[int] = sa.Column(name, Whole, nullable=False)
    if default is not None:
        column.server_default = sa.DefaultClause(str(default))
    return column


def id_() -> sa.Column[int]:
    return sa.Column("id", Whole, sa.Identity(), primary_key=True)


def account() -> sa.Column[int]:
    return sa.Column("account_id", Whole, sa.ForeignKey("accounts.id"), nullable=False)


def only_where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}

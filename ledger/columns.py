"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime, timedelta, timezone
from typing import Any

import sqlalchemy as sa


def in_full(text: str) -> sa.ColumnElement[str]:
    """A constant of the ledger's own, such as a state, as part of the statement.

    The database sees then which index of only some rows serves. For a value that is bound SQLite would plan
    the statement anew each time, to find that out.
    """
    return sa.literal_column(f"'{text}'", sa.Text)


_SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


class Instant(sa.types.TypeDecorator):
    """An aware instant, kept as ISO 8601 text of fixed width in UTC+8, so that text order is time order."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> str | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(_SHANGHAI).isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value).astimezone(_SHANGHAI)


class JsonText(sa.types.TypeDecorator):
    """A JSON value as text with sorted keys: equal values are equal text. No column of it is nullable."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        return None if value is None else json.loads(value)


class Ids(sa.types.TypeDecorator):
    """Ids as one text: what an array is cast from on PostgreSQL, JSON on SQLite. No column has it."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Collection[int] | None, dialect: sa.Dialect) -> str:
        ids = ",".join(str(int(each)) for each in value or ())
        return f"{{{ids}}}" if dialect.name == "postgresql" else f"[{ids}]"

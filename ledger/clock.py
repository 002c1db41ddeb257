"""Where the ledger's time comes from. Every instant is aware and in Asia/Shanghai."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Protocol

import sqlalchemy as sa

from ledger import support_tables as t

#: China has kept UTC+8 without daylight saving since 1991, so no time zone database is needed.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")

_OFFSET = "clock_offset_us"


class Clock(Protocol):
    """The only source of 'now' in the ledger."""

    def now(self) -> datetime:
        """An aware instant in Asia/Shanghai."""
        ...


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        return datetime.now(SHANGHAI)


class FixedClock:
    """Stands still until it is moved: for tests, and for making the demo customers' past."""

    def __init__(self, at: datetime) -> None:
        self._at = at.astimezone(SHANGHAI)

    def now(self) -> datetime:
        return self._at

    def set(self, at: datetime) -> None:
        self._at = at.astimezone(SHANGHAI)

    def advance(self, by: timedelta) -> None:
        self._at += by


class DemoClock:
    """Real time plus an offset that is kept in the ledger's database and so survives a restart.

    The offset is read once, not at every `now()`, which is called often and inside transactions. One process
    moves the clock; another one calls `refresh`.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._offset = timedelta()
        self.refresh()

    def now(self) -> datetime:
        return datetime.now(SHANGHAI) + self._offset

    def refresh(self) -> None:
        """Read the stored offset again."""
        with self._engine.connect().execution_options(ledger_read=True) as conn:
            value = conn.scalar(sa.select(t.demo_settings.c.value).where(t.demo_settings.c.name == _OFFSET))
        self._offset = timedelta(microseconds=int(value or 0))

    def set(self, at: datetime) -> None:
        """Make it `at` now."""
        self._store(at - datetime.now(SHANGHAI))

    def advance(self, by: timedelta) -> None:
        self._store(self._offset + by)

    def _store(self, offset: timedelta) -> None:
        value = str(offset // timedelta(microseconds=1))
        with self._engine.begin() as conn:
            t.put_demo_setting(conn, _OFFSET, value)
        self._offset = offset

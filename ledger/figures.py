"""How the ledger is doing, for whoever watches over it: cheap to read however many accounts there are.

What waits is found by the indexes of what waits. Settlements are counted once: those that have ended long
ago stay ended, and only the newer ones are looked at again.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from ledger import open_charges
from ledger import support_tables as s
from ledger import tables as t
from ledger import tables_review as r
from ledger.database import Ledger

_LATECOMERS: Final = 1000  # numbers given to transactions that may not have been committed yet


@dataclass(frozen=True)
class Queue:
    """How many wait, and for how long the oldest has, in seconds of the ledger's clock."""

    length: int
    oldest_s: float


@dataclass(frozen=True)
class Figures:
    """`settlements` and `open_charges` by state; `queues` by name: unknown_charges, payouts, outbox, tickets,
    late_tickets, work_items."""

    settlements: Mapping[str, int]
    open_charges: Mapping[str, int]
    queues: Mapping[str, Queue]


@dataclass
class Watch:
    """Reads the figures of one ledger again and again. Safe between threads."""

    ledger: Ledger
    _ended: Counter[str] = field(default_factory=Counter)
    _ended_to: int = 0
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    def read(self) -> Figures:
        """All of one moment. Raises what reading raises (`Ledger.read`)."""
        now = self.ledger.clock.now()
        with self._one_at_a_time, self.ledger.read() as conn:
            charges = conn.execute(_CHARGES).all()
            queues = {name: _queue(conn, wanted, now) for name, wanted in _queues(now).items()}
            return Figures(self._settlements(conn), Counter(dict(map(tuple, charges))), queues)

    def _settlements(self, conn: sa.Connection) -> Mapping[str, int]:
        newest, first_open = conn.execute(_BOUNDS).one()
        ended_to = max(self._ended_to, min(newest - _LATECOMERS, first_open - 1))
        self._ended += _counted(conn, self._ended_to, ended_to)
        self._ended_to = ended_to
        return self._ended + _counted(conn, ended_to, newest)


_C, _S = t.charges.c, t.settlements.c
_CHARGES: Final = sa.select(_C.state, sa.func.count()).where(open_charges.is_open()).group_by(_C.state)
_FIRST_OPEN: Final = sa.select(sa.func.min(_C.settlement_id)).where(open_charges.is_open()).scalar_subquery()
_NEWEST: Final = sa.func.coalesce(sa.select(sa.func.max(_S.id)).scalar_subquery(), 0)
_BOUNDS: Final = sa.select(_NEWEST, sa.func.coalesce(_FIRST_OPEN, _NEWEST + 1))
_COUNTED: Final = (
    sa.select(_S.state, sa.func.count())
    .where(_S.id > sa.bindparam("after"), _S.id <= sa.bindparam("to"))
    .group_by(_S.state)
)


def _counted(conn: sa.Connection, after: int, to: int) -> Counter[str]:
    return Counter(dict(map(tuple, conn.execute(_COUNTED, {"after": after, "to": to}))))


def _queues(now: datetime) -> dict[str, sa.Select[Any]]:
    """Of each its length and since when its oldest waits; conditions as the indexes have them."""
    waiting = s.tickets.c.state == sa.literal_column("'OPEN'")
    return {
        "unknown_charges": _waiting(
            sa.func.coalesce(_C.sent_at, _C.created_at), open_charges.is_open(), _C.state == "UNKNOWN"
        ),
        "payouts": _waiting(t.payouts.c.created_at, t.payouts.c.state == sa.literal_column("'OPEN'")),
        "outbox": _waiting(s.outbox.c.created_at, s.outbox.c.acked_at.is_(None)),
        "tickets": _waiting(s.tickets.c.opened_at, waiting),
        "late_tickets": _waiting(s.tickets.c.promised_by, waiting, s.tickets.c.promised_by < now),
        "work_items": _waiting(r.work_items.c.opened_at, r.work_items.c.closed_at.is_(None)),
    }


def _waiting(since: Any, *of_these: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(sa.func.count(), sa.func.min(since)).where(*of_these)


def _queue(conn: sa.Connection, wanted: sa.Select[Any], now: datetime) -> Queue:
    length, since = conn.execute(wanted).one()
    return Queue(length, 0.0 if since is None else max(0.0, (now - since).total_seconds()))

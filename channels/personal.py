"""What was said in conversations of a customer's: all of it told, or forgotten.

`python -m channels.personal export|erase SENDER...`; `make export` and `make erase` find the senders of a
customer and see to the ledger too. Of a sender that was another customer's as well only what falls into given
intervals is told or forgotten; how many messages it had and where it is reached is nobody's words, and stays.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from channels import messaging_tables, settings
from channels.chat_database import open_engine, reading
from channels.tables import metadata

_EVENTS: Final = "events"  # Rasa's table
#: When a row was made, in whichever of our tables and Rasa's.
_TIMES: Final = ("at", "received_at", "timestamp")

#: From a moment until before another, in seconds since 1970; None: it goes on.
Span = tuple[float, float | None]
Shared = Mapping[str, Sequence[Span]]


@dataclass(frozen=True)
class Personal:
    """The conversations' database: the channel's tables, and Rasa's if it is there."""

    engine: Engine

    def export(self, names: Sequence[str], shared: Shared | None = None) -> dict[str, Any]:
        """By sender the rows that are kept, by table, Rasa's `events` among them, oldest first.

        Of `names` all of them, of the `shared` ones those of their intervals.
        """
        with reading(self.engine) as conn:
            events = _events(conn)
            return {name: _kept(conn, name, spans, events) for name, spans in _each(names, shared)}

    def erase(self, names: Sequence[str], shared: Shared | None = None) -> dict[str, int]:
        """Forgets what `export` tells, and says how many rows of which table. Again, it finds none."""
        with self.engine.begin() as conn:
            if conn.dialect.name == "sqlite":  # else it stays in the file until the room is needed
                conn.exec_driver_sql("PRAGMA secure_delete = ON")
            events = _events(conn)
            tables = _ours() if events is None else [*_ours(), events]
            erased = {
                table.name: sum(
                    conn.execute(sa.delete(table).where(_of(table, name, spans))).rowcount
                    for name, spans in _each(names, shared)
                )
                for table in tables
            }
        if self.engine.dialect.name == "sqlite":  # its log still holds what was there before
            connection = self.engine.raw_connection()
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
        return erased


def _ours() -> list[sa.Table]:
    """Every table that names a sender, of the conversations and of the messaging channels."""
    assert messaging_tables.arrivals.metadata is metadata  # theirs are there once they were imported
    return [table for table in metadata.sorted_tables if "sender" in table.c]


def _events(conn: Connection) -> sa.Table | None:
    if not sa.inspect(conn).has_table(_EVENTS):
        return None
    return sa.Table(_EVENTS, sa.MetaData(), autoload_with=conn)


def _each(names: Sequence[str], shared: Shared | None) -> Iterator[tuple[str, Sequence[Span] | None]]:
    yield from ((name, None) for name in names)
    yield from (shared or {}).items()


def _of(table: sa.Table, name: str, spans: Sequence[Span] | None) -> sa.sql.ColumnElement[bool]:
    """The sender's rows, within the spans if there are any; of a table without a time none is then."""
    sender = table.c.sender_id if table.name == _EVENTS else table.c.sender
    if spans is None:
        return sender == name
    at = next((table.c[time] for time in _TIMES if time in table.c), None)
    if at is None:
        return sa.false()
    within = [at >= since if until is None else sa.and_(at >= since, at < until) for since, until in spans]
    return sa.and_(sender == name, sa.or_(sa.false(), *within))


def _kept(
    conn: Connection, sender: str, spans: Sequence[Span] | None, events: sa.Table | None
) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for table in _ours():
        theirs = sa.select(table).where(_of(table, sender, spans)).order_by(*table.primary_key.columns)
        kept[table.name] = [dict(row) for row in conn.execute(theirs).mappings()]
    if events is not None:
        told = sa.select(events.c.data).where(_of(events, sender, spans)).order_by(events.c.id)
        kept[_EVENTS] = [json.loads(data) for data in conn.scalars(told)]
    return kept


def _shared(text: str) -> Shared:
    """As the ledger tells them: by sender intervals of instants in ISO 8601, the last perhaps null."""
    return {
        sender: [
            (datetime.fromisoformat(since).timestamp(), until and datetime.fromisoformat(until).timestamp())
            for since, until in spans
        ]
        for sender, spans in json.loads(text).items()
    }


def main() -> None:
    """JSON on stdout."""
    parser = argparse.ArgumentParser(prog="python -m channels.personal", description=main.__doc__)
    parser.add_argument("what", choices=("export", "erase"))
    parser.add_argument("senders", nargs="*", metavar="SENDER", help="like web-c-owing")
    parser.add_argument(
        "--shared",
        type=_shared,
        default={},
        metavar="JSON",
        help='those that were another\'s too, like {"wxkf-1": [["2026-11-01T10:00:00+08:00", null]]}',
    )
    asked = parser.parse_intermixed_args()
    engine = open_engine(settings.chat_database())
    metadata.create_all(engine)
    done = getattr(Personal(engine), asked.what)(asked.senders, asked.shared)
    print(json.dumps(done, ensure_ascii=False))


if __name__ == "__main__":
    main()

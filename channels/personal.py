"""What was said in conversations of a customer's: all of it told, or forgotten.

`python -m channels.personal export|erase SENDER...`; `make export` and `make erase` find the senders of a
customer and see to the ledger too.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from channels import messaging_tables, settings
from channels.chat_database import open_engine, reading
from channels.tables import metadata

_EVENTS: Final = "events"  # Rasa's table


@dataclass(frozen=True)
class Personal:
    """The conversations' database: the channel's tables, and Rasa's if it is there."""

    engine: Engine

    def export(self, names: Sequence[str]) -> dict[str, Any]:
        """By sender the rows that are kept, by table, Rasa's `events` among them, oldest first."""
        with reading(self.engine) as conn:
            events = _events(conn)
            return {name: _kept(conn, name, events) for name in names}

    def erase(self, names: Sequence[str]) -> dict[str, int]:
        """Forgets all of it, and says how many rows of which table that were. Again, it finds none."""
        with self.engine.begin() as conn:
            if conn.dialect.name == "sqlite":  # else it stays in the file until the room is needed
                conn.exec_driver_sql("PRAGMA secure_delete = ON")
            events = _events(conn)
            tables = {table.name: table.c.sender for table in _ours()}
            if events is not None:
                tables[_EVENTS] = events.c.sender_id
            erased = {
                name: conn.execute(sa.delete(sender.table).where(sender.in_(names))).rowcount
                for name, sender in tables.items()
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


def _kept(conn: Connection, sender: str, events: sa.Table | None) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for table in _ours():
        theirs = sa.select(table).where(table.c.sender == sender).order_by(*table.primary_key.columns)
        kept[table.name] = [dict(row) for row in conn.execute(theirs).mappings()]
    if events is not None:
        told = sa.select(events.c.data).where(events.c.sender_id == sender).order_by(events.c.id)
        kept[_EVENTS] = [json.loads(data) for data in conn.scalars(told)]
    return kept


def main() -> None:
    """JSON on stdout."""
    parser = argparse.ArgumentParser(prog="python -m channels.personal", description=main.__doc__)
    parser.add_argument("what", choices=("export", "erase"))
    parser.add_argument("senders", nargs="+", metavar="SENDER", help="like web-c-owing")
    asked = parser.parse_args()
    engine = open_engine(settings.chat_database())
    metadata.create_all(engine)
    done = getattr(Personal(engine), asked.what)(asked.senders)
    print(json.dumps(done, ensure_ascii=False))


if __name__ == "__main__":
    main()

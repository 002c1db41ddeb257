"""What a command asks of its database."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

_WRITES = re.compile(r"\b(INSERT INTO|DELETE FROM|UPDATE \w+ SET)\b")  # also several of them in one statement


@contextmanager
def counted(engine: sa.Engine) -> Iterator[Counter[str]]:
    """Counts statements, and commits of transactions that changed something, while it is entered."""
    counts: Counter[str] = Counter(statements=0, commits=0)

    def execute(conn: sa.Connection, _: object, statement: str, *more: object) -> None:
        counts["statements"] += 1
        if _WRITES.search(statement):
            conn.info["bench_wrote"] = True

    def commit(conn: sa.Connection) -> None:
        counts["commits"] += bool(conn.info.pop("bench_wrote", False))

    sa.event.listen(engine, "before_cursor_execute", execute)
    sa.event.listen(engine, "commit", commit)
    try:
        yield counts
    finally:
        sa.event.remove(engine, "before_cursor_execute", execute)
        sa.event.remove(engine, "commit", commit)

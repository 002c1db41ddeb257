"""The database of the chat, PostgreSQL or one SQLite file, shared by the mailbox and Rasa's conversations.

SQLite has one writer, and lets whoever finds it busy sleep for longer and longer until it looks again. The
writers of this process queue for a lock of their own instead; reading needs none.
"""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import QueuePool

_READING: Final = "chat_reading"
_TABLES: Final = 20_260_102  # any number: whoever makes tables takes this lock
_WRITER: Final = "chat_writer"


def open_engine(url: str) -> Engine:
    """An engine for the chat database. On SQLite: WAL, a private file, the write lock taken at BEGIN."""
    if not url.startswith("sqlite"):
        options = {"connect_timeout": 5, "application_name": "yuefu-bot"}
        return sa.create_engine(url, future=True, pool_pre_ping=True, connect_args=options)
    path = Path(url.removeprefix("sqlite:///"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    options = {"check_same_thread": False, "timeout": 10}
    engine = sa.create_engine(url, future=True, poolclass=QueuePool, connect_args=options)
    writer = _writer_of(path.resolve())

    def begin(conn: Connection) -> None:
        if conn.get_execution_options().get(_READING):
            conn.exec_driver_sql("BEGIN")
            return
        writer.acquire()
        conn.info[_WRITER] = writer
        conn.exec_driver_sql("BEGIN IMMEDIATE")

    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", begin)
    sa.event.listen(engine, "checkin", _let_go)
    return engine


def make_tables(engine: Engine, metadata: sa.MetaData, *more: str) -> None:
    """Makes what is missing of the tables, then runs `more`; bots that start together do so one by one."""
    with engine.begin() as conn:
        if conn.dialect.name == "postgresql":
            conn.execute(sa.select(sa.func.pg_advisory_xact_lock(_TABLES)))
        metadata.create_all(conn)
        for statement in more:
            conn.execute(sa.text(statement))


def insert_new(conn: Connection, table: sa.Table) -> Any:
    """An INSERT that may leave out what is there, in the words of the connection's database."""
    return (postgresql if conn.dialect.name == "postgresql" else sqlite).insert(table)


def alone(conn: Connection, what: int, key: str) -> None:
    """Until its end nobody else's transaction does `what` for `key`; SQLite has one writer anyway."""
    if conn.dialect.name == "postgresql":
        conn.execute(sa.select(sa.func.pg_advisory_xact_lock(what, sa.func.hashtext(key))))


def for_reading(engine: Engine) -> Engine:
    """The same engine for transactions that change nothing: nobody waits for them."""
    return engine.execution_options(**{_READING: True})


def reading(engine: Engine) -> AbstractContextManager[Connection]:
    """A transaction that changes nothing."""
    return for_reading(engine).begin()


@cache
def _writer_of(_path: Path) -> threading.Lock:
    """Whoever holds it writes to the file; of all engines of this process."""
    return threading.Lock()


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver would begin transactions by itself, and late
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


def _let_go(_connection: Any, record: Any) -> None:
    """The transaction is over, committed or not, and its connection back in the pool."""
    writer: threading.Lock | None = record.info.pop(_WRITER, None)
    if writer is not None:
        writer.release()

"""The database under the ledger: SQLite by default, PostgreSQL by its URL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ledger import schema
from ledger.clock import Clock
from ledger.errors import Busy, ReadOnlyLedger, Unavailable
from ledger.gateway.interface import Gateway
from ledger.terms import Rules, Terms

if TYPE_CHECKING:  # on SQLite the other driver is never loaded
    import psycopg

_BUSY_TIMEOUT_S = 10.0
_STATEMENTS_KEPT = 1_000  # of each connection to SQLite: more than there are, so that each is prepared once
_READ = "ledger_read"


@dataclass(frozen=True)
class Ledger:
    """All that a command needs: the books, the time, the product's rules, the way to the money."""

    engine: sa.Engine
    clock: Clock
    rules: Rules
    gateway: Gateway

    @property
    def terms(self) -> Terms:
        """The rules in force today. What was agreed earlier goes by `rules.at` of that day."""
        return self.rules.at(self.clock.now().date())

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """One transaction that may change the books; rolled back by any exception.

        Raises ReadOnlyLedger, OtherSchema when the database was migrated for another program, Busy when
        another writer held it for too long, Unavailable when it fails otherwise (gone, or its disk full).
        """
        if _opened_for_reading(self.engine):
            raise ReadOnlyLedger
        with _failures_typed(), self.engine.begin() as conn:
            schema.check(conn)
            yield conn

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """One transaction that sees a single moment and changes nothing. Raises OtherSchema, Unavailable."""
        options: dict[str, Any] = {_READ: True}
        if self.engine.dialect.name == "postgresql":
            # Not postgresql_readonly: resetting it would make a connection of a read-only database writable.
            options["isolation_level"] = "REPEATABLE READ"
        with _failures_typed(), self.engine.connect().execution_options(**options) as conn, conn.begin():
            schema.check(conn)
            yield conn


def open_engine(url: str | sa.URL) -> sa.Engine:
    """An engine with the settings that the ledger's correctness rests on.

    SQLite: every writing transaction begins IMMEDIATE, so that what it reads cannot change before it
    writes; WAL and synchronous=FULL, so that an acknowledged commit survives a power cut. PostgreSQL: READ
    COMMITTED, with the account locked by each command. `?mode=ro` opens an SQLite file for reading only.
    """
    url = sa.make_url(url)
    if url.get_backend_name() == "postgresql":
        engine = sa.create_engine(url, isolation_level="READ COMMITTED", pool_size=10, pool_pre_ping=True)
        _prepare_postgresql(engine)
        return engine
    read_only = url.query.get("mode") == "ro"
    engine = sa.create_engine(
        _sqlite_url(url, read_only),
        connect_args={"timeout": _BUSY_TIMEOUT_S, "cached_statements": _STATEMENTS_KEPT},
        execution_options={"ledger_read_only": read_only},
    )
    _prepare_sqlite(engine, read_only)
    return engine


def is_read_only(engine: sa.Engine) -> bool:
    """Whether no command could change anything: SQLite opened with `mode=ro`; PostgreSQL as it says itself,
    being a standby or by `default_transaction_read_only`."""
    if engine.dialect.name != "postgresql":
        return _opened_for_reading(engine)
    with engine.connect() as conn:
        return bool(conn.exec_driver_sql("SHOW transaction_read_only").scalar_one() == "on")


def _opened_for_reading(engine: sa.Engine) -> bool:
    return bool(engine.get_execution_options().get("ledger_read_only", False))


def _sqlite_url(url: sa.URL, read_only: bool) -> sa.URL:
    if not read_only or not url.database:
        return url
    path = url.database.removeprefix("file:")
    return sa.URL.create(
        url.drivername, database=Path(path).absolute().as_uri(), query={"mode": "ro", "uri": "true"}
    )


def _prepare_postgresql(engine: sa.Engine) -> None:
    @sa.event.listens_for(engine, "connect")
    def connect(connection: psycopg.Connection[Any], _: object) -> None:
        """A statement is planned once: whatever its values are, it finds its rows by an index.

        Also where the tables were small as it was planned: by the default cost of a page, meant for turning
        disks, PostgreSQL reads some thousand rows rather than look up ten.
        """
        connection.execute("SET plan_cache_mode = force_generic_plan")
        connection.execute("SET random_page_cost = 1.1")
        connection.commit()


def _prepare_sqlite(engine: sa.Engine, read_only: bool) -> None:
    @sa.event.listens_for(engine, "connect")
    def connect(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # the driver must not begin by itself: `begin` below does
        cursor = connection.cursor()
        if not read_only:
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA recursive_triggers = ON")  # a REPLACE fires the delete triggers too
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def begin(conn: sa.Connection) -> None:
        reading = read_only or conn.get_execution_options().get(_READ)
        conn.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@contextmanager
def _failures_typed() -> Iterator[None]:
    """A database that fails as such is Unavailable; what it refuses (a constraint) stays what it is."""
    try:
        yield
    except sa.exc.OperationalError as error:
        raise _unavailable(error) from error
    except sa.exc.InternalError as error:  # PostgreSQL's word for a read-only transaction
        raise _unavailable(error) from error
    except sa.exc.DatabaseError as error:  # SQLite's plain one: the file is damaged, or is no database
        if type(error) is not sa.exc.DatabaseError:
            raise
        raise _unavailable(error) from error


def _unavailable(error: sa.exc.DBAPIError) -> Unavailable:
    text = str(error.orig)
    if "readonly database" in text or "read-only transaction" in text:
        return ReadOnlyLedger()
    if "database is locked" in text:
        return Busy()
    return Unavailable(reason=type(error.orig).__name__)

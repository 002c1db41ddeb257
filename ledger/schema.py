"""Brings a database to the schema this program was written for."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from weakref import WeakSet

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from ledger import support_tables, tables, tables_review
from ledger.errors import OtherSchema
from ledger.losses import GIVE_UP
from ledger.metadata import metadata

__all__ = ["check", "metadata", "remove", "support_tables", "tables", "tables_review", "upgrade"]

_MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
_LOCK = 20_260_101  # any number: whoever migrates takes this lock
_checked: WeakSet[sa.Engine] = WeakSet()


def upgrade(engine: sa.Engine) -> None:
    """Create the tables, or change them to what this program needs; all of it or nothing.

    Two processes may do so at once: the second waits, and then finds nothing to do. Raises OtherSchema for a
    database that a newer program has migrated.
    """
    with engine.begin() as conn:
        _alone(conn)
        found = _revision(conn)
        if found is not None and found not in _known():
            raise OtherSchema(found=found, expected=_known()[0], reason="newer")
        command.upgrade(_config(conn), "head")


def remove(engine: sa.Engine) -> None:
    """Take everything of the ledger away. There is no way back."""
    _checked.discard(engine)
    with engine.begin() as conn:
        _alone(conn)
        config = _config(conn)
        config.attributes[GIVE_UP] = True
        command.downgrade(config, "base")


def check(conn: sa.Connection) -> None:
    """Raises OtherSchema unless the database has this program's schema; asks it once an engine."""
    if conn.engine in _checked:
        return
    found, expected = _revision(conn), _known()[0]
    if found is None:
        raise OtherSchema(found=None, expected=expected, reason="empty")
    if found != expected:
        raise OtherSchema(found=found, expected=expected, reason="older" if found in _known() else "newer")
    _checked.add(conn.engine)


def _revision(conn: sa.Connection) -> str | None:
    return MigrationContext.configure(conn).get_current_revision()


@lru_cache(maxsize=1)
def _known() -> list[str]:
    """Every revision of this program, the newest first."""
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]


def _config(conn: sa.Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = conn
    return config


def _alone(conn: sa.Connection) -> None:
    """On SQLite the transaction is the only writer anyway."""
    if conn.dialect.name == "postgresql":
        conn.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))

"""Brings a database to the schema this program was written for."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from ledger import support_tables, tables, tables_review
from ledger.errors import Unavailable
from ledger.metadata import metadata

__all__ = [
    "OldSchema",
    "metadata",
    "remove",
    "require_current",
    "support_tables",
    "tables",
    "tables_review",
    "upgrade",
]

_MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
_LOCK = 20_260_101  # any number: whoever migrates takes this lock


class OldSchema(Unavailable):
    """The database is not at the migration that this program was written for: `found` and `needed`."""

    code = "old_schema"


def upgrade(engine: sa.Engine) -> None:
    """Create the tables, or change them to what this program needs; all of it or nothing.

    Two processes may do so at once: the second waits, and then finds nothing to do.
    """
    with engine.begin() as conn:
        _alone(conn)
        command.upgrade(_config(conn), "head")


def require_current(engine: sa.Engine) -> None:
    """Raises OldSchema where `upgrade` has something to do, or has no way: an unknown, newer schema."""
    head = ScriptDirectory.from_config(_config(None)).get_current_head()
    with engine.connect().execution_options(ledger_read=True) as conn:
        found = MigrationContext.configure(conn).get_current_revision()
    if found is None:
        raise OldSchema(found=None, needed=head, reason="empty")
    if found != head:
        raise OldSchema(found=found, needed=head)


def remove(engine: sa.Engine) -> None:
    """Take everything of the ledger away. There is no way back."""
    with engine.begin() as conn:
        _alone(conn)
        command.downgrade(_config(conn), "base")


def _config(conn: sa.Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = conn
    return config


def _alone(conn: sa.Connection) -> None:
    """On SQLite the transaction is the only writer anyway."""
    if conn.dialect.name == "postgresql":
        conn.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))

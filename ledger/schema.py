"""Brings a database to the schema this program was written for."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from ledger import support_tables, tables, tables_review
from ledger.metadata import metadata

__all__ = ["metadata", "remove", "support_tables", "tables", "tables_review", "upgrade"]

_MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
_LOCK = 20_260_101  # any number: whoever migrates takes this lock


def upgrade(engine: sa.Engine) -> None:
    """Create the tables, or change them to what this program needs; all of it or nothing.

    Two processes may do so at once: the second waits, and then finds nothing to do.
    """
    with engine.begin() as conn:
        _alone(conn)
        command.upgrade(_config(conn), "head")


def remove(engine: sa.Engine) -> None:
    """Take everything of the ledger away. There is no way back."""
    with engine.begin() as conn:
        _alone(conn)
        command.downgrade(_config(conn), "base")


def _config(conn: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = conn
    return config


def _alone(conn: sa.Connection) -> None:
    """On SQLite the transaction is the only writer anyway."""
    if conn.dialect.name == "postgresql":
        conn.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))

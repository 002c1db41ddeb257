"""Brings a database to the schema this program was written for."""

from __future__ import annotations

import sqlalchemy as sa

from ledger import support_tables, tables, triggers
from ledger.metadata import metadata

__all__ = ["support_tables", "tables", "upgrade"]


def upgrade(engine: sa.Engine) -> None:
    """Create or change the tables."""
    if sa.inspect(engine).has_table("accounts"):
        return
    with engine.begin() as conn:
        metadata.create_all(conn)
        triggers.install(conn)


def remove(engine: sa.Engine) -> None:
    """Take every table of the ledger away."""
    with engine.begin() as conn:
        if sa.inspect(conn).has_table("accounts"):
            triggers.remove(conn)
            metadata.drop_all(conn)

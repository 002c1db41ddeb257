"""Brings a database to the schema this program was written for."""

from __future__ import annotations

import sqlalchemy as sa

from ledger import support_tables, tables, triggers
from ledger.metadata import metadata

__all__ = ["support_tables", "tables", "upgrade"]


def upgrade(engine: sa.Engine) -> None:
    """Create or change the tables."""
    with engine.begin() as conn:
        metadata.create_all(conn)
        triggers.install(conn)

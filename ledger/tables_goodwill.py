"""Table of what the staff waived or gave back."""

from __future__ import annotations

import sqlalchemy as sa

from ledger.columns import Instant
from ledger.metadata import metadata
from ledger.table_parts import account, fen, id_

goodwill = sa.Table(
    "goodwill",
    metadata,
    id_(),
    account(),
    sa.Column("kind", sa.Text, nullable=False),
    fen("amount_fen"),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("given_by", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.CheckConstraint("kind IN ('waived', 'compensated')", name="kind"),
    sa.Index("ix_goodwill_account_id", "account_id"),
    sqlite_strict=True,
)

"""Tables of what somebody has to look into, and of what shows whether the books were tampered with."""

from __future__ import annotations

import sqlalchemy as sa

from ledger.columns import Instant, JsonText
from ledger.metadata import metadata
from ledger.table_parts import Day, Whole, fen, id_, only_where

work_items = sa.Table(
    "work_items",
    metadata,
    id_(),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("details", JsonText, nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("closed_at", Instant),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    sa.UniqueConstraint("kind", "key"),
    sqlite_strict=True,
)
sa.Index("ix_work_items_open", work_items.c.id, **only_where("closed_at IS NULL"))

#: What the gateway's settlement files say, by the reference that the books give the same event.
settled_events = sa.Table(
    "settled_events",
    metadata,
    sa.Column("event", sa.Text, primary_key=True),  # "capture:S12-1", "refund:P3", "chargeback:S12-1"
    sa.Column("file_day", Day, nullable=False),
    sa.Column("reference", sa.Text, nullable=False),  # the gateway's
    fen("amount_fen"),
    sqlite_strict=True,
)

#: The heads of the accounts' hash chains, chained in turn (`ledger.seals`).
seals = sa.Table(
    "seals",
    metadata,
    sa.Column("id", Whole, primary_key=True, autoincrement=False),  # 1, 2, 3, … without a gap
    sa.Column("at", Instant, nullable=False),
    sa.Column("previous_hash", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("heads", JsonText, nullable=False),
    sqlite_strict=True,
)

#: The newest head of each account that is in a seal.
sealed_heads = sa.Table(
    "sealed_heads",
    metadata,
    sa.Column("account_id", Whole, sa.ForeignKey("accounts.id"), primary_key=True, autoincrement=False),
    sa.Column("head", sa.Text, nullable=False),
    sqlite_strict=True,
)

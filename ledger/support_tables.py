"""Tables around the books: links and tokens, outbox, tickets, checks of open charges, demo settings."""

from __future__ import annotations

import sqlalchemy as sa

from ledger.columns import Instant, JsonText
from ledger.metadata import metadata
from ledger.table_parts import Whole, only_where

links = sa.Table(
    "links",
    metadata,
    sa.Column("id", Whole, sa.Identity(), primary_key=True),
    sa.Column("sender", sa.Text, nullable=False),
    sa.Column("customer_id", sa.Text, nullable=False, index=True),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("linked_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Column("end_reason", sa.Text),
    sa.Column("ended_by", sa.Text),
    sa.CheckConstraint("made_by IN ('host', 'token')", name="made_by"),
    sa.CheckConstraint("end_reason IN ('customer', 'staff', 'host', 'relinked')", name="end_reason"),
    sa.CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="ended"),
    sqlite_strict=True,
)
# A sender is one customer at a time; what it was before is kept.
sa.Index("uq_links_current", links.c.sender, unique=True, **only_where("ended_at IS NULL"))

one_time_tokens = sa.Table(
    "one_time_tokens",
    metadata,
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("customer_id", sa.Text, nullable=False),
    sa.Column("about", sa.Text, nullable=False, server_default=""),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False, index=True),
    sa.Column("used_at", Instant),
    sa.Column("used_by", sa.Text),
    sa.CheckConstraint("purpose IN ('link', 'decision')", name="purpose"),
    sqlite_strict=True,
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", Whole, sa.Identity(), primary_key=True),
    sa.Column("sender", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("ref", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("leased_until", Instant),
    sa.Column("acked_at", Instant),
    sa.Column("withdrawn_at", Instant),  # then it was acknowledged without being told
    sqlite_strict=True,
)
# Only what is still to be told is ever looked for; the rest is kept as a record.
sa.Index(
    "ix_outbox_untold",
    outbox.c.id,
    sqlite_where=outbox.c.acked_at.is_(None),
    postgresql_where=outbox.c.acked_at.is_(None),
)

tickets = sa.Table(
    "tickets",
    metadata,
    sa.Column("id", Whole, sa.Identity(), primary_key=True),
    sa.Column("sender", sa.Text, nullable=False, index=True),
    sa.Column("customer_id", sa.Text, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("packet", JsonText, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("promised_by", Instant, nullable=False),
    sa.Column("late_told_at", Instant),
    sa.Column("taken_by", sa.Text),
    sa.Column("taken_at", Instant),
    sa.Column("closed_at", Instant),
    sa.UniqueConstraint("sender", "key"),
    sa.CheckConstraint("state IN ('OPEN', 'TAKEN', 'CLOSED')", name="state"),
    sa.CheckConstraint(
        "kind IN ('human', 'hardship', 'fraud', 'dispute', 'complaint', 'chargeback')", name="kind"
    ),
    sqlite_strict=True,
)

sa.Index(
    "ix_tickets_open",
    tickets.c.promised_by,
    sqlite_where=tickets.c.state == sa.literal_column("'OPEN'"),
    postgresql_where=tickets.c.state == sa.literal_column("'OPEN'"),
)

ticket_messages = sa.Table(
    "ticket_messages",
    metadata,
    sa.Column("id", Whole, sa.Identity(), primary_key=True),
    sa.Column("ticket_id", Whole, sa.ForeignKey(tickets.c.id), nullable=False, index=True),
    sa.Column("from_customer", Whole, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("key", sa.Text),
    sa.UniqueConstraint("ticket_id", "key"),
    sqlite_strict=True,
)

charge_checks = sa.Table(
    "charge_checks",
    metadata,
    sa.Column("number", sa.Text, primary_key=True),
    sa.Column("next_at", Instant, nullable=False),
    sa.Column("checks", Whole, nullable=False),
    sqlite_strict=True,
)

demo_settings = sa.Table(
    "demo_settings",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sqlite_strict=True,
)


def put_demo_setting(conn: sa.Connection, name: str, value: str) -> None:
    """Set `name`, whether it was there or not."""
    changed = conn.execute(
        sa.update(demo_settings).where(demo_settings.c.name == name).values(value=value)
    ).rowcount
    if not changed:
        conn.execute(sa.insert(demo_settings).values(name=name, value=value))

"""Links that end and are kept, one-time tokens, and who asked for a settlement."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger import losses

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _aside()
    _links_with_an_end()
    op.execute(
        "INSERT INTO links (sender, customer_id, made_by, linked_at)"
        " SELECT sender, customer_id, 'host', linked_at FROM links_before ORDER BY linked_at, sender"
    )
    op.execute("DROP TABLE links_before")
    _one_time_tokens()
    op.add_column("outbox", sa.Column("withdrawn_at", sa.Text(), nullable=True))
    op.add_column("settlements", sa.Column("asked_by", sa.Text(), nullable=True))


def downgrade() -> None:
    losses.refuse(op.get_context(), "links", where="ended_at IS NOT NULL OR made_by <> 'host'")
    op.drop_column("settlements", "asked_by")
    op.drop_column("outbox", "withdrawn_at")
    op.drop_table("one_time_tokens")
    op.execute("DELETE FROM links WHERE ended_at IS NOT NULL")
    _aside()
    _links_by_sender()
    op.execute(
        "INSERT INTO links (sender, customer_id, linked_at)"
        " SELECT sender, customer_id, linked_at FROM links_before"
    )
    op.execute("DROP TABLE links_before")


def _aside() -> None:
    """The table is made anew with its rows: the engines do not change a primary key in the same way."""
    op.execute("CREATE TABLE links_before AS SELECT sender, customer_id, linked_at FROM links")
    op.drop_table("links")


def _links_with_an_end() -> None:
    op.create_table(
        "links",
        sa.Column("id", WHOLE, sa.Identity(always=False), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("linked_at", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.CheckConstraint("made_by IN ('host', 'token')", name=op.f("ck_links_made_by")),
        sa.CheckConstraint(
            "end_reason IN ('customer', 'staff', 'host', 'relinked')", name=op.f("ck_links_end_reason")
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name=op.f("ck_links_ended")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_links_customer_id"), "links", ["customer_id"], unique=False)
    where = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_links_current", "links", ["sender"], unique=True, sqlite_where=where, postgresql_where=where
    )


def _links_by_sender() -> None:
    op.create_table(
        "links",
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("linked_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sender", name=op.f("pk_links")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_links_customer_id"), "links", ["customer_id"], unique=False)


def _one_time_tokens() -> None:
    op.create_table(
        "one_time_tokens",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), server_default="", nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.Column("used_at", sa.Text(), nullable=True),
        sa.Column("used_by", sa.Text(), nullable=True),
        sa.CheckConstraint("purpose IN ('link', 'decision')", name=op.f("ck_one_time_tokens_purpose")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_one_time_tokens")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_one_time_tokens_expires_at"), "one_time_tokens", ["expires_at"], unique=False)

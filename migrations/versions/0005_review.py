"""What a person of the staff has to look into, and what the gateway's settlement files said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger import losses

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "work_items",
        sa.Column("id", WHOLE, sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_items")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_work_items_kind_key")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_work_items_open",
        "work_items",
        ["id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "settled_events",
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("file_day", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("amount_fen", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("event", name=op.f("pk_settled_events")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    losses.refuse(op.get_context(), "work_items", "settled_events")
    op.drop_table("settled_events")
    op.drop_table("work_items")

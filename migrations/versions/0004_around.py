"""Around the books: links, outbox, tickets, questions about open charges, the demo's own notes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger import losses

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _charge_checks()
    _demo_settings()
    _links()
    _outbox()
    _tickets()
    _ticket_messages()


def downgrade() -> None:
    losses.refuse(op.get_context(), "links", "outbox", "tickets")
    op.drop_table("ticket_messages")
    op.drop_table("tickets")
    op.drop_table("outbox")
    op.drop_table("links")
    op.drop_table("demo_settings")
    op.drop_table("charge_checks")


def _charge_checks() -> None:
    op.create_table(
        "charge_checks",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("next_at", sa.Text(), nullable=False),
        sa.Column("checks", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_charge_checks")),
        sqlite_strict=True,
    )


def _demo_settings() -> None:
    op.create_table(
        "demo_settings",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_demo_settings")),
        sqlite_strict=True,
    )


def _links() -> None:
    op.create_table(
        "links",
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("linked_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sender", name=op.f("pk_links")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_links_customer_id"), "links", ["customer_id"], unique=False)


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", WHOLE, sa.Identity(always=False), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("leased_until", sa.Text(), nullable=True),
        sa.Column("acked_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_outbox_untold",
        "outbox",
        ["id"],
        unique=False,
        sqlite_where=sa.text("acked_at IS NULL"),
        postgresql_where=sa.text("acked_at IS NULL"),
    )


def _tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("id", WHOLE, sa.Identity(always=False), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("packet", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.Text(), nullable=False),
        sa.Column("promised_by", sa.Text(), nullable=False),
        sa.Column("late_told_at", sa.Text(), nullable=True),
        sa.Column("taken_by", sa.Text(), nullable=True),
        sa.Column("taken_at", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('human', 'hardship', 'fraud', 'dispute', 'complaint', 'chargeback')",
            name=op.f("ck_tickets_kind"),
        ),
        sa.CheckConstraint("state IN ('OPEN', 'TAKEN', 'CLOSED')", name=op.f("ck_tickets_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
        sa.UniqueConstraint("sender", "key", name=op.f("uq_tickets_sender_key")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_tickets_sender"), "tickets", ["sender"], unique=False)


def _ticket_messages() -> None:
    op.create_table(
        "ticket_messages",
        sa.Column("id", WHOLE, sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", WHOLE, nullable=False),
        sa.Column("from_customer", WHOLE, nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_messages_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_messages")),
        sa.UniqueConstraint("ticket_id", "key", name=op.f("uq_ticket_messages_ticket_id_key")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_ticket_messages_ticket_id"), "ticket_messages", ["ticket_id"], unique=False)

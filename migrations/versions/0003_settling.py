"""Settling: quotes, settlements, charges, and payouts of what is owed to the customer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger import losses

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _payouts()
    _quotes()
    _settlements()
    _charges()


def downgrade() -> None:
    losses.refuse(op.get_context(), "charges", "quotes", "payouts")
    op.drop_table("charges")
    op.drop_table("settlements")
    op.drop_table("quotes")
    op.drop_table("payouts")


def _payouts() -> None:
    op.create_table(
        "payouts",
        sa.Column("id", WHOLE, sa.Identity(always=False), nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("charge_number", sa.Text(), nullable=False),
        sa.Column("amount_fen", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("next_at", sa.Text(), nullable=False),
        sa.Column("tries", WHOLE, server_default="0", nullable=False),
        sa.Column("done_at", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("state IN ('OPEN', 'DONE', 'REFUSED')", name=op.f("ck_payouts_state")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_payouts_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payouts")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_payouts_charge_number"), "payouts", ["charge_number"], unique=False)


def _quotes() -> None:
    op.create_table(
        "quotes",
        sa.Column("quote_id", sa.Text(), nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("waived", sa.Text(), nullable=False),
        sa.Column("excluded", sa.Text(), nullable=False),
        sa.Column("item_parts", sa.Text(), nullable=False),
        sa.Column("total_fen", WHOLE, nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Text(), nullable=False),
        sa.Column("close_after", WHOLE, nullable=False),
        sa.Column("terms_version", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_quotes_account_id_accounts")),
        sa.PrimaryKeyConstraint("quote_id", name=op.f("pk_quotes")),
        sqlite_strict=True,
    )


def _settlements() -> None:
    op.create_table(
        "settlements",
        sa.Column("id", WHOLE, sa.Identity(always=False), nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("quote_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("amount_fen", WHOLE, nullable=False),
        sa.Column("close_after", WHOLE, nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.Text(), nullable=True),
        sa.Column("receipt", sa.Text(), server_default="", nullable=False),
        sa.Column("close_receipt", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state IN ('CREATED', 'SENT', 'SETTLED', 'FAILED', 'UNKNOWN')", name=op.f("ck_settlements_state")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_settlements_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["quote_id"], ["quotes.quote_id"], name=op.f("fk_settlements_quote_id_quotes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlements")),
        sa.UniqueConstraint("quote_id", name=op.f("uq_settlements_quote_id")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_settlements_open",
        "settlements",
        ["account_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('CREATED', 'SENT', 'UNKNOWN')"),
        postgresql_where=sa.text("state IN ('CREATED', 'SENT', 'UNKNOWN')"),
    )


def _charges() -> None:
    op.create_table(
        "charges",
        sa.Column("id", WHOLE, sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("settlement_id", WHOLE, nullable=True),
        sa.Column("amount_fen", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.Column("done_at", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("sent_back_fen", WHOLE, server_default="0", nullable=False),
        sa.CheckConstraint("purpose IN ('settle', 'repay')", name=op.f("ck_charges_purpose")),
        sa.CheckConstraint(
            "state IN ('CREATED', 'SENT', 'SUCCEEDED', 'FAILED', 'UNKNOWN')", name=op.f("ck_charges_state")
        ),
        sa.CheckConstraint("sent_back_fen BETWEEN 0 AND amount_fen", name=op.f("ck_charges_sent_back")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_charges_account_id_accounts")),
        sa.ForeignKeyConstraint(
            ["settlement_id"], ["settlements.id"], name=op.f("fk_charges_settlement_id_settlements")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charges")),
        sa.UniqueConstraint("number", name=op.f("uq_charges_number")),
        sqlite_strict=True,
    )
    op.create_index("ix_charges_account_id", "charges", ["account_id", "id"], unique=False)
    op.create_index(op.f("ix_charges_settlement_id"), "charges", ["settlement_id"], unique=False)
    op.create_index(
        "uq_charges_open",
        "charges",
        ["account_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('CREATED', 'SENT', 'UNKNOWN')"),
        postgresql_where=sa.text("state IN ('CREATED', 'SENT', 'UNKNOWN')"),
    )

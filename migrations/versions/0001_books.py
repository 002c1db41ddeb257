"""The books: accounts, journals that never change, and what was answered under which key."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger import losses, triggers

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JOURNAL_IDS = sa.Sequence("journal_ids")


def upgrade() -> None:
    if op.get_context().dialect.supports_sequences:
        op.execute(sa.schema.CreateSequence(JOURNAL_IDS))
    _accounts()
    _idempotency()
    _balances()
    _journals()
    _postings()
    triggers.install(op.get_bind())


def downgrade() -> None:
    losses.refuse(op.get_context(), "accounts", "journals", "idempotency")
    triggers.remove(op.get_bind())
    op.drop_table("postings")
    op.drop_table("journals")
    op.drop_table("balances")
    op.drop_table("idempotency")
    op.drop_table("accounts")
    if op.get_context().dialect.supports_sequences:
        op.execute(sa.schema.DropSequence(JOURNAL_IDS))


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", WHOLE, sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("opened_on", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.Text(), nullable=True),
        sa.Column("close_receipt", sa.Text(), server_default="", nullable=False),
        sa.Column("closing_settlement_id", WHOLE, nullable=True),
        sa.Column("card_last4", sa.Text(), nullable=False),
        sa.Column("auto_debit", WHOLE, server_default="1", nullable=False),
        sa.Column("limit_fen", WHOLE, nullable=False),
        sa.Column("next_bill_on", sa.Text(), nullable=False),
        sa.Column("chain_head", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state <> 'CLOSED' OR limit_fen = 0", name=op.f("ck_accounts_closed_without_limit")
        ),
        sa.CheckConstraint("state IN ('ACTIVE', 'CLOSING', 'CLOSED')", name=op.f("ck_accounts_state")),
        sa.CheckConstraint("limit_fen >= 0", name=op.f("ck_accounts_limit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_accounts_customer_id"), "accounts", ["customer_id"], unique=False)
    op.create_index(
        "uq_accounts_open",
        "accounts",
        ["customer_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'CLOSED'"),
        postgresql_where=sa.text("state <> 'CLOSED'"),
    )


def _idempotency() -> None:
    op.create_table(
        "idempotency",
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "key", name=op.f("pk_idempotency")),
        sqlite_strict=True,
    )


def _balances() -> None:
    op.create_table(
        "balances",
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("amount_fen", WHOLE, nullable=False),
        sa.CheckConstraint(
            "book <> 'customer.credit' OR amount_fen <= 0", name=op.f("ck_balances_credit_not_positive")
        ),
        sa.CheckConstraint(
            "book = 'customer.credit' OR amount_fen >= 0", name=op.f("ck_balances_owed_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_balances_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("account_id", "book", name=op.f("pk_balances")),
        sqlite_strict=True,
    )


def _journals() -> None:
    op.create_table(
        "journals",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("account_id", WHOLE, nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("value_on", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_journals_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journals")),
        sqlite_strict=True,
    )
    op.create_index("ix_journals_account_id", "journals", ["account_id", "id"], unique=False)
    op.create_index(
        "uq_journals_source",
        "journals",
        ["source", "reference"],
        unique=True,
        sqlite_where=sa.text("source <> ''"),
        postgresql_where=sa.text("source <> ''"),
    )


def _postings() -> None:
    op.create_table(
        "postings",
        sa.Column("journal_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("line_no", WHOLE, autoincrement=False, nullable=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("account_id", WHOLE, nullable=True),
        sa.Column("amount_fen", WHOLE, nullable=False),
        sa.CheckConstraint("amount_fen <> 0", name=op.f("ck_postings_not_zero")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_postings_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["journal_id"],
            ["journals.id"],
            name=op.f("fk_postings_journal_id_journals"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("journal_id", "line_no", name=op.f("pk_postings")),
        sqlite_strict=True,
    )
    op.create_index("ix_postings_account_id", "postings", ["account_id", "book"], unique=False)

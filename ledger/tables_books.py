"""Tables of the books: accounts, journals with their postings, cached balances, and answers kept by key."""

from __future__ import annotations

import sqlalchemy as sa

from ledger.columns import Instant, JsonText
from ledger.metadata import metadata
from ledger.table_parts import Day, Whole, fen, id_, only_where

accounts = sa.Table(
    "accounts",
    metadata,
    id_(),
    sa.Column("customer_id", sa.Text, nullable=False, index=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("version", Whole, nullable=False),
    sa.Column("opened_on", Day, nullable=False),
    sa.Column("closed_at", Instant),
    sa.Column("close_receipt", sa.Text, nullable=False, server_default=""),
    sa.Column("closing_settlement_id", Whole),
    sa.Column("card_last4", sa.Text, nullable=False),
    sa.Column("auto_debit", Whole, nullable=False, server_default="1"),
    fen("limit_fen"),
    sa.Column("next_bill_on", Day, nullable=False),
    sa.Column("chain_head", sa.Text, nullable=False, server_default=""),
    sa.CheckConstraint("state IN ('ACTIVE', 'CLOSING', 'CLOSED')", name="state"),
    sa.CheckConstraint("limit_fen >= 0", name="limit"),
    sa.CheckConstraint("state <> 'CLOSED' OR limit_fen = 0", name="closed_without_limit"),
    sqlite_strict=True,
)
sa.Index("uq_accounts_open", accounts.c.customer_id, unique=True, **only_where("state <> 'CLOSED'"))

#: A journal's id is known before its postings are written (PostgreSQL; SQLite has one writer and counts).
journal_ids = sa.Sequence("journal_ids", metadata=metadata)

journals = sa.Table(
    "journals",
    metadata,
    sa.Column("id", Whole, primary_key=True, autoincrement=False),
    sa.Column("account_id", Whole, sa.ForeignKey("accounts.id")),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("value_on", Day, nullable=False),
    sa.Column("source", sa.Text, nullable=False, server_default=""),
    sa.Column("reference", sa.Text, nullable=False, server_default=""),
    sa.Column("previous_hash", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Index("ix_journals_account_id", "account_id", "id"),
    sqlite_strict=True,
)
sa.Index(
    "uq_journals_source",
    journals.c.source,
    journals.c.reference,
    unique=True,
    **only_where("source <> ''"),
)

postings = sa.Table(
    "postings",
    metadata,
    sa.Column(
        "journal_id",
        Whole,
        sa.ForeignKey("journals.id", deferrable=True, initially="DEFERRED"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("line_no", Whole, primary_key=True, autoincrement=False),
    sa.Column("book", sa.Text, nullable=False),
    sa.Column("account_id", Whole, sa.ForeignKey("accounts.id")),
    fen("amount_fen"),
    sa.CheckConstraint("amount_fen <> 0", name="not_zero"),
    sa.Index("ix_postings_account_id", "account_id", "book"),
    sqlite_strict=True,
)

balances = sa.Table(
    "balances",
    metadata,
    sa.Column("account_id", Whole, sa.ForeignKey("accounts.id"), primary_key=True, autoincrement=False),
    sa.Column("book", sa.Text, primary_key=True),
    fen("amount_fen"),
    sa.CheckConstraint("book = 'customer.credit' OR amount_fen >= 0", name="owed_not_negative"),
    sa.CheckConstraint("book <> 'customer.credit' OR amount_fen <= 0", name="credit_not_positive"),
    sqlite_strict=True,
)

idempotency = sa.Table(
    "idempotency",
    metadata,
    sa.Column("customer_id", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("command", sa.Text, nullable=False),
    sa.Column("body_hash", sa.Text, nullable=False),
    sa.Column("answer", JsonText, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sqlite_strict=True,
)

"""The ledger as it began."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger import triggers

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


JOURNAL_IDS = sa.Sequence("journal_ids")


def upgrade() -> None:
    if op.get_context().dialect.supports_sequences:
        op.execute(sa.schema.CreateSequence(JOURNAL_IDS))
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
    op.create_table(
        "charge_checks",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("next_at", sa.Text(), nullable=False),
        sa.Column("checks", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_charge_checks")),
        sqlite_strict=True,
    )
    op.create_table(
        "demo_settings",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_demo_settings")),
        sqlite_strict=True,
    )
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
    op.create_table(
        "links",
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("linked_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sender", name=op.f("pk_links")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_links_customer_id"), "links", ["customer_id"], unique=False)
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
    op.create_table(
        "bills",
        sa.Column("id", WHOLE, sa.Identity(always=False), nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Text(), nullable=False),
        sa.Column("total_fen", WHOLE, nullable=False),
        sa.Column("base_fen", WHOLE, nullable=False),
        sa.Column("minimum_fen", WHOLE, nullable=False),
        sa.Column("carried_fen", WHOLE, server_default="0", nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("accrued_to", sa.Text(), nullable=False),
        sa.Column("penalty_fen_days", WHOLE, server_default="0", nullable=False),
        sa.Column("interest_fen_days", WHOLE, server_default="0", nullable=False),
        sa.Column("penalty_item_id", WHOLE, nullable=True),
        sa.Column("interest_item_id", WHOLE, nullable=True),
        sa.CheckConstraint("standing IN ('CURRENT', 'REVOLVING', 'LATE')", name=op.f("ck_bills_standing")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_bills_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bills")),
        sa.UniqueConstraint("account_id", "month", name=op.f("uq_bills_account_id_month")),
        sqlite_strict=True,
    )
    op.create_table(
        "freezes",
        sa.Column("id", WHOLE, sa.Identity(always=False), nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("cleared_on", sa.Text(), nullable=True),
        sa.Column("lifted_at", sa.Text(), nullable=True),
        sa.Column("lift_reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "kind IN ('overdue', 'risk', 'bureau', 'dispute', 'fraud', 'customer')",
            name=op.f("ck_freezes_kind"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_freezes_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_freezes")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_freezes_in_force",
        "freezes",
        ["account_id", "kind"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
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
    op.create_table(
        "limit_cuts",
        sa.Column("id", WHOLE, sa.Identity(always=False), nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("old_fen", WHOLE, nullable=False),
        sa.Column("new_fen", WHOLE, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_limit_cuts_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_limit_cuts")),
        sqlite_strict=True,
    )
    op.create_index("ix_limit_cuts_account_id", "limit_cuts", ["account_id"], unique=False)
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
    op.create_table(
        "plans",
        sa.Column("id", WHOLE, sa.Identity(always=False), nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("periods", WHOLE, nullable=False),
        sa.Column("principal_fen", WHOLE, nullable=False),
        sa.Column("fee_per_period_fen", WHOLE, nullable=False),
        sa.Column("rate_per_period", sa.Text(), nullable=False),
        sa.Column("fee_free", WHOLE, nullable=False),
        sa.Column("started_on", sa.Text(), nullable=False),
        sa.Column("terms_version", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('product', 'bill')", name=op.f("ck_plans_kind")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_plans_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
        sqlite_strict=True,
    )
    op.create_index("ix_plans_account_id", "plans", ["account_id"], unique=False)
    op.create_table(
        "purchases",
        sa.Column("id", WHOLE, sa.Identity(always=False), nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("order_no", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("amount_fen", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("held_at", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.Column("captured_at", sa.Text(), nullable=True),
        sa.Column("periods", WHOLE, server_default="1", nullable=False),
        sa.Column("fee_free", WHOLE, server_default="0", nullable=False),
        sa.Column("plan_id", WHOLE, nullable=True),
        sa.CheckConstraint(
            "state IN ('HELD', 'CAPTURED', 'RELEASED', 'EXPIRED')", name=op.f("ck_purchases_state")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_purchases_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchases")),
        sa.UniqueConstraint("order_no", name=op.f("uq_purchases_order_no")),
        sqlite_strict=True,
    )
    op.create_index("ix_purchases_account_id", "purchases", ["account_id", "state"], unique=False)
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
    op.create_table(
        "refusals",
        sa.Column("id", WHOLE, sa.Identity(always=False), nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("order_no", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("amount_fen", WHOLE, nullable=False),
        sa.Column("available_fen", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_refusals_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refusals")),
        sqlite_strict=True,
    )
    op.create_index("ix_refusals_account_id", "refusals", ["account_id", "at"], unique=False)
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
    op.create_table(
        "applications",
        sa.Column("id", WHOLE, sa.Identity(always=False), nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("freeze_id", WHOLE, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('FILED', 'GRANTED', 'REFUSED')", name=op.f("ck_applications_state")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_applications_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["freeze_id"], ["freezes.id"], name=op.f("fk_applications_freeze_id_freezes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
        sa.UniqueConstraint("number", name=op.f("uq_applications_number")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_applications_freeze_id"), "applications", ["freeze_id"], unique=False)
    op.create_table(
        "items",
        sa.Column("id", WHOLE, sa.Identity(always=False), nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("on", sa.Text(), nullable=False),
        sa.Column("purchase_id", WHOLE, nullable=True),
        sa.Column("plan_id", WHOLE, nullable=True),
        sa.Column("period_no", WHOLE, server_default="0", nullable=False),
        sa.Column("bill_id", WHOLE, nullable=True),
        sa.Column("revolving", WHOLE, server_default="0", nullable=False),
        sa.Column("amount_fen", WHOLE, nullable=False),
        sa.Column("paid_fen", WHOLE, server_default="0", nullable=False),
        sa.Column("offset_fen", WHOLE, server_default="0", nullable=False),
        sa.Column("moved_fen", WHOLE, server_default="0", nullable=False),
        sa.CheckConstraint(
            "kind IN ('purchase', 'plan_principal', 'plan_fee', 'settlement_charge', 'interest', 'penalty',"
            " 'chargeback')",
            name=op.f("ck_items_kind"),
        ),
        sa.CheckConstraint(
            "amount_fen >= paid_fen + offset_fen + moved_fen AND paid_fen >= 0 AND offset_fen >= 0"
            " AND moved_fen >= 0",
            name=op.f("ck_items_not_overpaid"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_items_account_id_accounts")),
        sa.ForeignKeyConstraint(["bill_id"], ["bills.id"], name=op.f("fk_items_bill_id_bills")),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_items_plan_id_plans")),
        sa.ForeignKeyConstraint(
            ["purchase_id"], ["purchases.id"], name=op.f("fk_items_purchase_id_purchases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
        sqlite_strict=True,
    )
    op.create_index("ix_items_bill_id", "items", ["bill_id"], unique=False)
    op.create_index(
        "ix_items_left",
        "items",
        ["account_id"],
        unique=False,
        sqlite_where=sa.text("amount_fen > paid_fen + offset_fen + moved_fen"),
        postgresql_where=sa.text("amount_fen > paid_fen + offset_fen + moved_fen"),
    )
    op.create_table(
        "plan_fees",
        sa.Column("plan_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("period_no", WHOLE, autoincrement=False, nullable=False),
        sa.Column("fee_fen", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('PENDING', 'BILLED', 'SETTLED', 'DROPPED')", name=op.f("ck_plan_fees_state")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_plan_fees_plan_id_plans")),
        sa.PrimaryKeyConstraint("plan_id", "period_no", name=op.f("pk_plan_fees")),
        sqlite_strict=True,
    )
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
    op.create_table(
        "refunds",
        sa.Column("id", WHOLE, sa.Identity(always=False), nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("purchase_id", WHOLE, nullable=False),
        sa.Column("amount_fen", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.Text(), nullable=False),
        sa.Column("done_at", sa.Text(), nullable=True),
        sa.Column("offset_fen", WHOLE, server_default="0", nullable=False),
        sa.Column("credited_fen", WHOLE, server_default="0", nullable=False),
        sa.CheckConstraint("state IN ('PENDING', 'DONE')", name=op.f("ck_refunds_state")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_refunds_account_id_accounts")),
        sa.ForeignKeyConstraint(
            ["purchase_id"], ["purchases.id"], name=op.f("fk_refunds_purchase_id_purchases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
        sqlite_strict=True,
    )
    op.create_index("ix_refunds_account_id", "refunds", ["account_id", "requested_at"], unique=False)
    op.create_index(op.f("ix_refunds_purchase_id"), "refunds", ["purchase_id"], unique=False)
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
    op.create_table(
        "allocations",
        sa.Column("id", WHOLE, sa.Identity(always=False), nullable=False),
        sa.Column("item_id", WHOLE, nullable=False),
        sa.Column("journal_id", WHOLE, nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("amount_fen", WHOLE, nullable=False),
        sa.CheckConstraint("effect IN ('paid', 'offset', 'moved')", name=op.f("ck_allocations_effect")),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_allocations_positive")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_allocations_item_id_items")),
        sa.ForeignKeyConstraint(
            ["journal_id"], ["journals.id"], name=op.f("fk_allocations_journal_id_journals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocations")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_allocations_item_id"), "allocations", ["item_id"], unique=False)
    op.create_index(op.f("ix_allocations_journal_id"), "allocations", ["journal_id"], unique=False)
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
    triggers.install(op.get_bind())


def downgrade() -> None:
    triggers.remove(op.get_bind())
    op.drop_table("charges")
    op.drop_table("allocations")
    op.drop_table("settlements")
    op.drop_table("refunds")
    op.drop_table("postings")
    op.drop_table("plan_fees")
    op.drop_table("items")
    op.drop_table("applications")
    op.drop_table("ticket_messages")
    op.drop_table("refusals")
    op.drop_table("quotes")
    op.drop_table("purchases")
    op.drop_table("plans")
    op.drop_table("payouts")
    op.drop_table("limit_cuts")
    op.drop_table("journals")
    op.drop_table("freezes")
    op.drop_table("bills")
    op.drop_table("balances")
    op.drop_table("tickets")
    op.drop_table("outbox")
    op.drop_table("links")
    op.drop_table("idempotency")
    op.drop_table("demo_settings")
    op.drop_table("charge_checks")
    op.drop_table("accounts")
    if op.get_context().dialect.supports_sequences:
        op.execute(sa.schema.DropSequence(JOURNAL_IDS))

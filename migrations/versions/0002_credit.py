"""The credit: purchases, plans, bills and what each is made of, freezes and limits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger import losses

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

NEWEST_FIRST = (
    *("allocations", "refunds", "plan_fees", "items", "applications", "refusals", "purchases", "plans"),
    *("limit_cuts", "freezes", "bills"),
)


def upgrade() -> None:
    _bills()
    _freezes()
    _limit_cuts()
    _plans()
    _purchases()
    _refusals()
    _applications()
    _items()
    _plan_fees()
    _refunds()
    _allocations()


def downgrade() -> None:
    losses.refuse(op.get_context(), "purchases", "refusals", "bills", "items", "freezes", "limit_cuts")
    for table in NEWEST_FIRST:
        op.drop_table(table)


def _keys() -> tuple[sa.Column, sa.Column]:
    """Its own, and the account's."""
    own = sa.Column("id", WHOLE, sa.Identity(always=False), nullable=False)
    return own, sa.Column("account_id", WHOLE, nullable=False)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def _bills() -> None:
    op.create_table(
        "bills",
        *_keys(),
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
        _refers("bills", "account_id", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bills")),
        sa.UniqueConstraint("account_id", "month", name=op.f("uq_bills_account_id_month")),
        sqlite_strict=True,
    )


def _freezes() -> None:
    op.create_table(
        "freezes",
        *_keys(),
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
        _refers("freezes", "account_id", "accounts"),
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


def _limit_cuts() -> None:
    op.create_table(
        "limit_cuts",
        *_keys(),
        sa.Column("old_fen", WHOLE, nullable=False),
        sa.Column("new_fen", WHOLE, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        _refers("limit_cuts", "account_id", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_limit_cuts")),
        sqlite_strict=True,
    )
    op.create_index("ix_limit_cuts_account_id", "limit_cuts", ["account_id"], unique=False)


def _plans() -> None:
    op.create_table(
        "plans",
        *_keys(),
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
        _refers("plans", "account_id", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
        sqlite_strict=True,
    )
    op.create_index("ix_plans_account_id", "plans", ["account_id"], unique=False)


def _purchases() -> None:
    op.create_table(
        "purchases",
        *_keys(),
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
        _refers("purchases", "account_id", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchases")),
        sa.UniqueConstraint("order_no", name=op.f("uq_purchases_order_no")),
        sqlite_strict=True,
    )
    op.create_index("ix_purchases_account_id", "purchases", ["account_id", "state"], unique=False)


def _refusals() -> None:
    op.create_table(
        "refusals",
        *_keys(),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("order_no", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("amount_fen", WHOLE, nullable=False),
        sa.Column("available_fen", WHOLE, nullable=False),
        _refers("refusals", "account_id", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refusals")),
        sqlite_strict=True,
    )
    op.create_index("ix_refusals_account_id", "refusals", ["account_id", "at"], unique=False)


def _applications() -> None:
    op.create_table(
        "applications",
        *_keys(),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("freeze_id", WHOLE, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('FILED', 'GRANTED', 'REFUSED')", name=op.f("ck_applications_state")),
        _refers("applications", "account_id", "accounts"),
        _refers("applications", "freeze_id", "freezes"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
        sa.UniqueConstraint("number", name=op.f("uq_applications_number")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_applications_freeze_id"), "applications", ["freeze_id"], unique=False)


def _items() -> None:
    op.create_table(
        "items",
        *_keys(),
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
        _refers("items", "account_id", "accounts"),
        _refers("items", "bill_id", "bills"),
        _refers("items", "plan_id", "plans"),
        _refers("items", "purchase_id", "purchases"),
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


def _plan_fees() -> None:
    op.create_table(
        "plan_fees",
        sa.Column("plan_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("period_no", WHOLE, autoincrement=False, nullable=False),
        sa.Column("fee_fen", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('PENDING', 'BILLED', 'SETTLED', 'DROPPED')", name=op.f("ck_plan_fees_state")
        ),
        _refers("plan_fees", "plan_id", "plans"),
        sa.PrimaryKeyConstraint("plan_id", "period_no", name=op.f("pk_plan_fees")),
        sqlite_strict=True,
    )


def _refunds() -> None:
    op.create_table(
        "refunds",
        *_keys(),
        sa.Column("purchase_id", WHOLE, nullable=False),
        sa.Column("amount_fen", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.Text(), nullable=False),
        sa.Column("done_at", sa.Text(), nullable=True),
        sa.Column("offset_fen", WHOLE, server_default="0", nullable=False),
        sa.Column("credited_fen", WHOLE, server_default="0", nullable=False),
        sa.CheckConstraint("state IN ('PENDING', 'DONE')", name=op.f("ck_refunds_state")),
        _refers("refunds", "account_id", "accounts"),
        _refers("refunds", "purchase_id", "purchases"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
        sqlite_strict=True,
    )
    op.create_index("ix_refunds_account_id", "refunds", ["account_id", "requested_at"], unique=False)
    op.create_index(op.f("ix_refunds_purchase_id"), "refunds", ["purchase_id"], unique=False)


def _allocations() -> None:
    op.create_table(
        "allocations",
        sa.Column("id", WHOLE, sa.Identity(always=False), nullable=False),
        sa.Column("item_id", WHOLE, nullable=False),
        sa.Column("journal_id", WHOLE, nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("amount_fen", WHOLE, nullable=False),
        sa.CheckConstraint("effect IN ('paid', 'offset', 'moved')", name=op.f("ck_allocations_effect")),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_allocations_positive")),
        _refers("allocations", "item_id", "items"),
        _refers("allocations", "journal_id", "journals"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocations")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_allocations_item_id"), "allocations", ["item_id"], unique=False)
    op.create_index(op.f("ix_allocations_journal_id"), "allocations", ["journal_id"], unique=False)

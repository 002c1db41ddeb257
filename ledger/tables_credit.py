"""Tables of the credit line: purchases, plans, bills, and the items that say what each receivable is made of.

An *item* (items table) is one thing owed: a purchase, one period's principal or fee of a plan, the interest
or penalty of a bill. What is left of it is amount - paid - offset (by refunds) - moved (into a plan). For
every account the items left, summed by book, equal the balance of that book; `audit.audit` checks it.
"""

from __future__ import annotations

import sqlalchemy as sa

from ledger.columns import Instant, JsonText
from ledger.metadata import metadata
from ledger.table_parts import Day, Whole, account, fen, id_, only_where

purchases = sa.Table(
    "purchases",
    metadata,
    id_(),
    account(),
    sa.Column("order_no", sa.Text, nullable=False, unique=True),
    sa.Column("merchant", sa.Text, nullable=False),
    sa.Column("item", sa.Text, nullable=False),
    fen("amount_fen"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("held_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("captured_at", Instant),
    sa.Column("periods", Whole, nullable=False, server_default="1"),
    sa.Column("fee_free", Whole, nullable=False, server_default="0"),
    sa.Column("plan_id", Whole),
    sa.Column("merchant_settlement_id", Whole, index=True),  # by which the merchant was paid for it
    sa.CheckConstraint("state IN ('HELD', 'CAPTURED', 'RELEASED', 'EXPIRED')", name="state"),
    sa.Index("ix_purchases_account_id", "account_id", "state"),
    sqlite_strict=True,
)

sa.Index(
    "ix_purchases_unsettled",
    purchases.c.merchant,
    **only_where("state = 'CAPTURED' AND merchant_settlement_id IS NULL"),
)

refusals = sa.Table(
    "refusals",
    metadata,
    id_(),
    account(),
    sa.Column("at", Instant, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("order_no", sa.Text, nullable=False),
    sa.Column("merchant", sa.Text, nullable=False),
    sa.Column("item", sa.Text, nullable=False),
    fen("amount_fen"),
    fen("available_fen"),
    sa.Index("ix_refusals_account_id", "account_id", "at"),
    sqlite_strict=True,
)

plans = sa.Table(
    "plans",
    metadata,
    id_(),
    account(),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("periods", Whole, nullable=False),
    fen("principal_fen"),
    fen("fee_per_period_fen"),
    sa.Column("rate_per_period", sa.Text, nullable=False),
    sa.Column("fee_free", Whole, nullable=False),
    sa.Column("started_on", Day, nullable=False),
    sa.Column("terms_version", sa.Text, nullable=False),
    sa.CheckConstraint("kind IN ('product', 'bill')", name="kind"),
    sa.Index("ix_plans_account_id", "account_id"),
    sqlite_strict=True,
)

#: The fees of a plan, period by period. A fee becomes a receivable only when its period is billed or settled.
plan_fees = sa.Table(
    "plan_fees",
    metadata,
    sa.Column("plan_id", Whole, sa.ForeignKey("plans.id"), primary_key=True, autoincrement=False),
    sa.Column("period_no", Whole, primary_key=True, autoincrement=False),
    fen("fee_fen"),
    sa.Column("state", sa.Text, nullable=False),
    sa.CheckConstraint("state IN ('PENDING', 'BILLED', 'SETTLED', 'DROPPED')", name="state"),
    sqlite_strict=True,
)
sa.Index(
    "ix_plan_fees_pending",
    plan_fees.c.plan_id,
    plan_fees.c.period_no,
    plan_fees.c.fee_fen,
    **only_where("state = 'PENDING'"),
)

bills = sa.Table(
    "bills",
    metadata,
    id_(),
    account(),
    sa.Column("month", sa.Text, nullable=False),
    sa.Column("issued_on", Day, nullable=False),
    sa.Column("due_on", Day, nullable=False),
    fen("total_fen"),
    fen("base_fen"),  # what was left on it when `minimum_fen` was set
    fen("minimum_fen"),  # what has to be paid of `base_fen` by the due day
    fen("carried_fen", 0),
    sa.Column("standing", sa.Text, nullable=False),
    sa.Column("accrued_to", Day, nullable=False),
    fen("penalty_fen_days", 0),
    fen("interest_fen_days", 0),
    sa.Column("penalty_item_id", Whole),  # the items that grow day by day
    sa.Column("interest_item_id", Whole),
    sa.CheckConstraint("standing IN ('CURRENT', 'REVOLVING', 'LATE')", name="standing"),
    sa.UniqueConstraint("account_id", "month"),
    sqlite_strict=True,
)

items = sa.Table(
    "items",
    metadata,
    id_(),
    account(),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("on", Day, nullable=False),
    sa.Column("purchase_id", Whole, sa.ForeignKey("purchases.id")),
    sa.Column("plan_id", Whole, sa.ForeignKey("plans.id")),
    sa.Column("period_no", Whole, nullable=False, server_default="0"),
    sa.Column("bill_id", Whole, sa.ForeignKey("bills.id")),
    sa.Column("revolving", Whole, nullable=False, server_default="0"),
    fen("amount_fen"),
    fen("paid_fen", 0),
    fen("offset_fen", 0),
    fen("moved_fen", 0),
    sa.CheckConstraint(
        "kind IN ('purchase', 'plan_principal', 'plan_fee', 'settlement_charge', 'interest', 'penalty',"
        " 'chargeback')",
        name="kind",
    ),
    sa.CheckConstraint(
        "amount_fen >= paid_fen + offset_fen + moved_fen AND paid_fen >= 0 AND offset_fen >= 0"
        " AND moved_fen >= 0",
        name="not_overpaid",
    ),
    sa.Index("ix_items_bill_id", "bill_id"),
    sqlite_strict=True,
)
sa.Index("ix_items_plan_id", items.c.plan_id, **only_where("plan_id IS NOT NULL"))
sa.Index(
    "ix_items_left",
    items.c.account_id,
    **only_where("amount_fen > paid_fen + offset_fen + moved_fen"),
)

allocations = sa.Table(
    "allocations",
    metadata,
    id_(),
    sa.Column("item_id", Whole, sa.ForeignKey("items.id"), nullable=False, index=True),
    sa.Column("journal_id", Whole, sa.ForeignKey("journals.id"), nullable=False, index=True),
    sa.Column("effect", sa.Text, nullable=False),
    fen("amount_fen"),
    sa.CheckConstraint("effect IN ('paid', 'offset', 'moved')", name="effect"),
    sa.CheckConstraint("amount_fen > 0", name="positive"),
    sqlite_strict=True,
)

refunds = sa.Table(
    "refunds",
    metadata,
    id_(),
    account(),
    sa.Column("purchase_id", Whole, sa.ForeignKey("purchases.id"), nullable=False, index=True),
    fen("amount_fen"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("requested_at", Instant, nullable=False),
    sa.Column("done_at", Instant),
    fen("offset_fen", 0),
    fen("credited_fen", 0),
    sa.Column("merchant_settlement_id", Whole, index=True),  # in which the merchant was paid less for it
    sa.CheckConstraint("state IN ('PENDING', 'DONE')", name="state"),
    sa.Index("ix_refunds_account_id", "account_id", "requested_at"),
    sqlite_strict=True,
)
sa.Index(
    "ix_refunds_unsettled",
    refunds.c.purchase_id,
    **only_where("state = 'DONE' AND merchant_settlement_id IS NULL"),
)

freezes = sa.Table(
    "freezes",
    metadata,
    id_(),
    account(),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("placed_at", Instant, nullable=False),
    sa.Column("evidence", JsonText, nullable=False),
    sa.Column("cleared_on", Day),
    sa.Column("lifted_at", Instant),
    sa.Column("lift_reason", sa.Text, nullable=False, server_default=""),
    sa.CheckConstraint("kind IN ('overdue', 'risk', 'bureau', 'dispute', 'fraud', 'customer')", name="kind"),
    sa.Index("ix_freezes_account_id", "account_id"),
    sqlite_strict=True,
)
sa.Index(
    "uq_freezes_in_force",
    freezes.c.account_id,
    freezes.c.kind,
    unique=True,
    **only_where("lifted_at IS NULL"),
)

applications = sa.Table(
    "applications",
    metadata,
    id_(),
    account(),
    sa.Column("number", sa.Text, nullable=False, unique=True),
    sa.Column("freeze_id", Whole, sa.ForeignKey("freezes.id"), nullable=False, index=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.CheckConstraint("state IN ('FILED', 'GRANTED', 'REFUSED')", name="state"),
    sa.Index("ix_applications_account_id", "account_id"),
    sqlite_strict=True,
)

limit_cuts = sa.Table(
    "limit_cuts",
    metadata,
    id_(),
    account(),
    fen("old_fen"),
    fen("new_fen"),
    sa.Column("at", Instant, nullable=False),
    sa.Column("evidence", JsonText, nullable=False),
    sa.Column("lifted_at", Instant),
    sa.Column("lift_reason", sa.Text, nullable=False, server_default=""),
    sa.Index("ix_limit_cuts_account_id", "account_id"),
    sqlite_strict=True,
)

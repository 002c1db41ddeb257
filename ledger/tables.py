"""Tables of the books: accounts, journals, and the items that say what each receivable is made of.

An *item* (items table) is one thing owed: a purchase, one period's principal or fee of a plan, the interest or
penalty of a bill. What is left of it is amount - paid - offset (by refunds) - moved (into a plan). For every
account the items left, summed by book, equal the balance of that book; `journals.audit` checks it.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

from ledger.columns import Instant, JsonText
from ledger.metadata import metadata


class Day(sa.types.TypeDecorator):
    """A calendar date in Asia/Shanghai as ISO text (STRICT tables know only TEXT and INTEGER)."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> date | None:
        return None if value is None else date.fromisoformat(value)


#: 64 bits on PostgreSQL; SQLite's STRICT tables want the word INTEGER, which is 64 bits there.
Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _fen(name: str, default: int | None = None) -> sa.Column[int]:
    column: sa.Column[int] = sa.Column(name, Whole, nullable=False)
    if default is not None:
        column.server_default = sa.DefaultClause(str(default))
    return column


def _id() -> sa.Column[int]:
    return sa.Column("id", Whole, sa.Identity(), primary_key=True)


def _account() -> sa.Column[int]:
    return sa.Column("account_id", Whole, sa.ForeignKey("accounts.id"), nullable=False)


def _only_where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


accounts = sa.Table(
    "accounts",
    metadata,
    _id(),
    sa.Column("customer_id", sa.Text, nullable=False, index=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("version", Whole, nullable=False),
    sa.Column("opened_on", Day, nullable=False),
    sa.Column("closed_at", Instant),
    sa.Column("close_receipt", sa.Text, nullable=False, server_default=""),
    sa.Column("closing_settlement_id", Whole),
    sa.Column("card_last4", sa.Text, nullable=False),
    sa.Column("auto_debit", Whole, nullable=False, server_default="1"),
    _fen("limit_fen"),
    sa.Column("next_bill_on", Day, nullable=False),
    sa.Column("chain_head", sa.Text, nullable=False, server_default=""),
    sa.CheckConstraint("state IN ('ACTIVE', 'CLOSING', 'CLOSED')", name="state"),
    sa.CheckConstraint("limit_fen >= 0", name="limit"),
    sa.CheckConstraint("state <> 'CLOSED' OR limit_fen = 0", name="closed_without_limit"),
    sqlite_strict=True,
)
sa.Index("uq_accounts_open", accounts.c.customer_id, unique=True, **_only_where("state <> 'CLOSED'"))

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
    **_only_where("source <> ''"),
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
    _fen("amount_fen"),
    sa.CheckConstraint("amount_fen <> 0", name="not_zero"),
    sa.Index("ix_postings_account_id", "account_id", "book"),
    sqlite_strict=True,
)

balances = sa.Table(
    "balances",
    metadata,
    sa.Column("account_id", Whole, sa.ForeignKey("accounts.id"), primary_key=True, autoincrement=False),
    sa.Column("book", sa.Text, primary_key=True),
    _fen("amount_fen"),
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

purchases = sa.Table(
    "purchases",
    metadata,
    _id(),
    _account(),
    sa.Column("order_no", sa.Text, nullable=False, unique=True),
    sa.Column("merchant", sa.Text, nullable=False),
    sa.Column("item", sa.Text, nullable=False),
    _fen("amount_fen"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("held_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("captured_at", Instant),
    sa.Column("periods", Whole, nullable=False, server_default="1"),
    sa.Column("fee_free", Whole, nullable=False, server_default="0"),
    sa.Column("plan_id", Whole),
    sa.CheckConstraint("state IN ('HELD', 'CAPTURED', 'RELEASED', 'EXPIRED')", name="state"),
    sa.Index("ix_purchases_account_id", "account_id", "state"),
    sqlite_strict=True,
)

refusals = sa.Table(
    "refusals",
    metadata,
    _id(),
    _account(),
    sa.Column("at", Instant, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("order_no", sa.Text, nullable=False),
    sa.Column("merchant", sa.Text, nullable=False),
    sa.Column("item", sa.Text, nullable=False),
    _fen("amount_fen"),
    _fen("available_fen"),
    sa.Index("ix_refusals_account_id", "account_id", "at"),
    sqlite_strict=True,
)

plans = sa.Table(
    "plans",
    metadata,
    _id(),
    _account(),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("periods", Whole, nullable=False),
    _fen("principal_fen"),
    _fen("fee_per_period_fen"),
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
    _fen("fee_fen"),
    sa.Column("state", sa.Text, nullable=False),
    sa.CheckConstraint("state IN ('PENDING', 'BILLED', 'SETTLED', 'DROPPED')", name="state"),
    sqlite_strict=True,
)

bills = sa.Table(
    "bills",
    metadata,
    _id(),
    _account(),
    sa.Column("month", sa.Text, nullable=False),
    sa.Column("issued_on", Day, nullable=False),
    sa.Column("due_on", Day, nullable=False),
    _fen("total_fen"),
    _fen("base_fen"),  # what was left on it when `minimum_fen` was set
    _fen("minimum_fen"),  # what has to be paid of `base_fen` by the due day
    _fen("carried_fen", 0),
    sa.Column("standing", sa.Text, nullable=False),
    sa.Column("accrued_to", Day, nullable=False),
    _fen("penalty_fen_days", 0),
    _fen("interest_fen_days", 0),
    sa.Column("penalty_item_id", Whole),  # the items that grow day by day
    sa.Column("interest_item_id", Whole),
    sa.CheckConstraint("standing IN ('CURRENT', 'REVOLVING', 'LATE')", name="standing"),
    sa.UniqueConstraint("account_id", "month"),
    sqlite_strict=True,
)

items = sa.Table(
    "items",
    metadata,
    _id(),
    _account(),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("on", Day, nullable=False),
    sa.Column("purchase_id", Whole, sa.ForeignKey("purchases.id")),
    sa.Column("plan_id", Whole, sa.ForeignKey("plans.id")),
    sa.Column("period_no", Whole, nullable=False, server_default="0"),
    sa.Column("bill_id", Whole, sa.ForeignKey("bills.id")),
    sa.Column("revolving", Whole, nullable=False, server_default="0"),
    _fen("amount_fen"),
    _fen("paid_fen", 0),
    _fen("offset_fen", 0),
    _fen("moved_fen", 0),
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
sa.Index(
    "ix_items_left",
    items.c.account_id,
    **_only_where("amount_fen > paid_fen + offset_fen + moved_fen"),
)

allocations = sa.Table(
    "allocations",
    metadata,
    _id(),
    sa.Column("item_id", Whole, sa.ForeignKey("items.id"), nullable=False, index=True),
    sa.Column("journal_id", Whole, sa.ForeignKey("journals.id"), nullable=False, index=True),
    sa.Column("effect", sa.Text, nullable=False),
    _fen("amount_fen"),
    sa.CheckConstraint("effect IN ('paid', 'offset', 'moved')", name="effect"),
    sa.CheckConstraint("amount_fen > 0", name="positive"),
    sqlite_strict=True,
)

refunds = sa.Table(
    "refunds",
    metadata,
    _id(),
    _account(),
    sa.Column("purchase_id", Whole, sa.ForeignKey("purchases.id"), nullable=False, index=True),
    _fen("amount_fen"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("requested_at", Instant, nullable=False),
    sa.Column("done_at", Instant),
    _fen("offset_fen", 0),
    _fen("credited_fen", 0),
    sa.CheckConstraint("state IN ('PENDING', 'DONE')", name="state"),
    sa.Index("ix_refunds_account_id", "account_id", "requested_at"),
    sqlite_strict=True,
)

freezes = sa.Table(
    "freezes",
    metadata,
    _id(),
    _account(),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("placed_at", Instant, nullable=False),
    sa.Column("evidence", JsonText, nullable=False),
    sa.Column("cleared_on", Day),
    sa.Column("lifted_at", Instant),
    sa.Column("lift_reason", sa.Text, nullable=False, server_default=""),
    sa.CheckConstraint("kind IN ('overdue', 'risk', 'bureau', 'dispute', 'fraud', 'customer')", name="kind"),
    sqlite_strict=True,
)
sa.Index(
    "uq_freezes_in_force",
    freezes.c.account_id,
    freezes.c.kind,
    unique=True,
    **_only_where("lifted_at IS NULL"),
)

applications = sa.Table(
    "applications",
    metadata,
    _id(),
    _account(),
    sa.Column("number", sa.Text, nullable=False, unique=True),
    sa.Column("freeze_id", Whole, sa.ForeignKey("freezes.id"), nullable=False, index=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.CheckConstraint("state IN ('FILED', 'GRANTED', 'REFUSED')", name="state"),
    sqlite_strict=True,
)

limit_cuts = sa.Table(
    "limit_cuts",
    metadata,
    _id(),
    _account(),
    _fen("old_fen"),
    _fen("new_fen"),
    sa.Column("at", Instant, nullable=False),
    sa.Column("evidence", JsonText, nullable=False),
    sa.Index("ix_limit_cuts_account_id", "account_id"),
    sqlite_strict=True,
)

quotes = sa.Table(
    "quotes",
    metadata,
    sa.Column("quote_id", sa.Text, primary_key=True),
    _account(),
    sa.Column("lines", JsonText, nullable=False),
    sa.Column("waived", JsonText, nullable=False),
    sa.Column("excluded", JsonText, nullable=False),
    sa.Column("item_parts", JsonText, nullable=False),  # [[item id, fen]...]: what the lines are made of
    _fen("total_fen"),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("valid_until", Instant, nullable=False),
    sa.Column("close_after", Whole, nullable=False),
    sa.Column("terms_version", sa.Text, nullable=False),
    sqlite_strict=True,
)

settlements = sa.Table(
    "settlements",
    metadata,
    _id(),
    _account(),
    sa.Column("quote_id", sa.Text, sa.ForeignKey("quotes.quote_id"), nullable=False, unique=True),
    sa.Column("state", sa.Text, nullable=False),
    _fen("amount_fen"),
    sa.Column("close_after", Whole, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("settled_at", Instant),
    sa.Column("receipt", sa.Text, nullable=False, server_default=""),
    sa.Column("close_receipt", sa.Text, nullable=False, server_default=""),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.CheckConstraint("state IN ('CREATED', 'SENT', 'SETTLED', 'FAILED', 'UNKNOWN')", name="state"),
    sqlite_strict=True,
)
_OPEN = "state IN ('CREATED', 'SENT', 'UNKNOWN')"
sa.Index("uq_settlements_open", settlements.c.account_id, unique=True, **_only_where(_OPEN))

charges = sa.Table(
    "charges",
    metadata,
    _id(),
    sa.Column("number", sa.Text, nullable=False, unique=True),
    _account(),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("settlement_id", Whole, sa.ForeignKey("settlements.id"), index=True),
    _fen("amount_fen"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("sent_at", Instant),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("done_at", Instant),
    sa.Column("reference", sa.Text, nullable=False, server_default=""),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    _fen("sent_back_fen", 0),  # reserved for or already sent back by payouts
    sa.CheckConstraint("purpose IN ('settle', 'repay')", name="purpose"),
    sa.CheckConstraint("state IN ('CREATED', 'SENT', 'SUCCEEDED', 'FAILED', 'UNKNOWN')", name="state"),
    sa.CheckConstraint("sent_back_fen BETWEEN 0 AND amount_fen", name="sent_back"),
    sa.Index("ix_charges_account_id", "account_id", "id"),
    sqlite_strict=True,
)
sa.Index("uq_charges_open", charges.c.account_id, unique=True, **_only_where(_OPEN))

payouts = sa.Table(
    "payouts",
    metadata,
    _id(),
    _account(),
    sa.Column("charge_number", sa.Text, nullable=False, index=True),
    _fen("amount_fen"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("next_at", Instant, nullable=False),
    sa.Column("tries", Whole, nullable=False, server_default="0"),
    sa.Column("done_at", Instant),
    sa.Column("reference", sa.Text, nullable=False, server_default=""),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.CheckConstraint("state IN ('OPEN', 'DONE', 'REFUSED')", name="state"),
    sqlite_strict=True,
)

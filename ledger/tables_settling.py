"""Tables of settling: quotes, settlements, charges and payouts."""

from __future__ import annotations

import sqlalchemy as sa

from ledger.columns import Instant, JsonText
from ledger.metadata import metadata
from ledger.table_parts import Day, Whole, account, fen, id_, only_where

quotes = sa.Table(
    "quotes",
    metadata,
    sa.Column("quote_id", sa.Text, primary_key=True),
    account(),
    sa.Column("lines", JsonText, nullable=False),
    sa.Column("waived", JsonText, nullable=False),
    sa.Column("excluded", JsonText, nullable=False),
    sa.Column("item_parts", JsonText, nullable=False),  # [[item id, fen]...]: what the lines are made of
    fen("total_fen"),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("valid_until", Instant, nullable=False),
    sa.Column("close_after", Whole, nullable=False),
    sa.Column("terms_version", sa.Text, nullable=False),
    sqlite_strict=True,
)

#: What `terms.yml` said, by the day from which it holds. A version whose day has come never changes.
terms_versions = sa.Table(
    "terms_versions",
    metadata,
    sa.Column("effective_from", Day, primary_key=True),
    sa.Column("version", sa.Text, nullable=False, unique=True),
    sa.Column("content", JsonText, nullable=False),
    sqlite_strict=True,
)

settlements = sa.Table(
    "settlements",
    metadata,
    id_(),
    account(),
    sa.Column("quote_id", sa.Text, sa.ForeignKey("quotes.quote_id"), nullable=False, unique=True),
    sa.Column("state", sa.Text, nullable=False),
    fen("amount_fen"),
    sa.Column("close_after", Whole, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("settled_at", Instant),
    sa.Column("receipt", sa.Text, nullable=False, server_default=""),
    sa.Column("close_receipt", sa.Text, nullable=False, server_default=""),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("asked_by", sa.Text),  # the sender that waits for the answer, and needs no news of it
    sa.CheckConstraint("state IN ('CREATED', 'SENT', 'SETTLED', 'FAILED', 'UNKNOWN')", name="state"),
    sa.Index("ix_settlements_account_id", "account_id", "id"),
    sqlite_strict=True,
)
_OPEN = "state IN ('CREATED', 'SENT', 'UNKNOWN')"
sa.Index("uq_settlements_open", settlements.c.account_id, unique=True, **only_where(_OPEN))

charges = sa.Table(
    "charges",
    metadata,
    id_(),
    sa.Column("number", sa.Text, nullable=False, unique=True),
    account(),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("settlement_id", Whole, sa.ForeignKey("settlements.id"), index=True),
    fen("amount_fen"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("sent_at", Instant),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("due_at", Instant),  # of an automatic debit: the due day and time it is for
    sa.Column("done_at", Instant),
    sa.Column("reference", sa.Text, nullable=False, server_default=""),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    fen("sent_back_fen", 0),  # reserved for or already sent back by payouts
    sa.CheckConstraint("purpose IN ('settle', 'repay')", name="purpose"),
    sa.CheckConstraint("state IN ('CREATED', 'SENT', 'SUCCEEDED', 'FAILED', 'UNKNOWN')", name="state"),
    sa.CheckConstraint("sent_back_fen BETWEEN 0 AND amount_fen", name="sent_back"),
    sa.Index("ix_charges_account_id", "account_id", "id"),
    sqlite_strict=True,
)
sa.Index("ix_charges_open", charges.c.id, **only_where(_OPEN))
sa.Index("uq_charges_open", charges.c.account_id, unique=True, **only_where(_OPEN))

payouts = sa.Table(
    "payouts",
    metadata,
    id_(),
    account(),
    sa.Column("charge_number", sa.Text, nullable=False, index=True),
    fen("amount_fen"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("next_at", Instant, nullable=False),
    sa.Column("tries", Whole, nullable=False, server_default="0"),
    sa.Column("done_at", Instant),
    sa.Column("reference", sa.Text, nullable=False, server_default=""),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.CheckConstraint("state IN ('OPEN', 'DONE', 'REFUSED')", name="state"),
    sa.Index("ix_payouts_account_id", "account_id"),
    sqlite_strict=True,
)
sa.Index("ix_payouts_open", payouts.c.id, **only_where("state = 'OPEN'"))

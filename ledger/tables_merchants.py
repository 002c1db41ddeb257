"""Tables of what merchants were paid. Orders and refunds name the settlement that they are in."""

from __future__ import annotations

import sqlalchemy as sa

from ledger.columns import Instant
from ledger.metadata import metadata
from ledger.table_parts import Day, fen, id_

merchant_settlements = sa.Table(
    "merchant_settlements",
    metadata,
    id_(),
    sa.Column("merchant", sa.Text, nullable=False),
    sa.Column("until", Day, nullable=False),  # orders and refunds booked before this day began
    fen("sold_fen"),
    fen("refunded_fen"),
    sa.Column("at", Instant, nullable=False),
    sa.UniqueConstraint("merchant", "until"),
    sqlite_strict=True,
)

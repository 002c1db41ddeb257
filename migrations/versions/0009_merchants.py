"""What merchants were paid, and which settlement each order and refund is in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger import losses

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = {
    "purchases": (["merchant"], "state = 'CAPTURED' AND merchant_settlement_id IS NULL"),
    "refunds": (["purchase_id"], "state = 'DONE' AND merchant_settlement_id IS NULL"),
}


def upgrade() -> None:
    op.create_table(
        "merchant_settlements",
        sa.Column("id", WHOLE, sa.Identity(always=False), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("until", sa.Text(), nullable=False),
        sa.Column("sold_fen", WHOLE, nullable=False),
        sa.Column("refunded_fen", WHOLE, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchant_settlements")),
        sa.UniqueConstraint("merchant", "until", name=op.f("uq_merchant_settlements_merchant_until")),
        sqlite_strict=True,
    )
    for table, (columns, condition) in OPEN.items():
        op.add_column(table, sa.Column("merchant_settlement_id", WHOLE, nullable=True))
        op.create_index(f"ix_{table}_merchant_settlement_id", table, ["merchant_settlement_id"], unique=False)
        where = sa.text(condition)
        op.create_index(f"ix_{table}_unsettled", table, columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    losses.refuse(op.get_context(), "merchant_settlements")
    for table in OPEN:
        op.drop_index(f"ix_{table}_unsettled", table)
        op.drop_index(f"ix_{table}_merchant_settlement_id", table)
        op.drop_column(table, "merchant_settlement_id")
    op.drop_table("merchant_settlements")

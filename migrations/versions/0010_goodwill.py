"""What the staff waived or gave back, and limit cuts that were lifted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger import losses

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "goodwill",
        sa.Column("id", WHOLE, sa.Identity(always=False), nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount_fen", WHOLE, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('waived', 'compensated')", name=op.f("ck_goodwill_kind")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_goodwill_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goodwill")),
        sqlite_strict=True,
    )
    op.create_index("ix_goodwill_account_id", "goodwill", ["account_id"], unique=False)
    op.add_column("limit_cuts", sa.Column("lifted_at", sa.Text(), nullable=True))
    op.add_column("limit_cuts", sa.Column("lift_reason", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    losses.refuse(op.get_context(), "goodwill")
    losses.refuse(op.get_context(), "limit_cuts", where="lifted_at IS NOT NULL")
    op.drop_column("limit_cuts", "lift_reason")
    op.drop_column("limit_cuts", "lifted_at")
    op.drop_table("goodwill")

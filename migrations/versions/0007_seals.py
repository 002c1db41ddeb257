"""The seals: heads of the accounts' hash chains, chained in turn, and which heads are sealed already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger import losses

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "seals",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("heads", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seals")),
        sqlite_strict=True,
    )
    op.create_table(
        "sealed_heads",
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_sealed_heads_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_sealed_heads")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    losses.refuse(op.get_context(), "seals")
    op.drop_table("sealed_heads")
    op.drop_table("seals")

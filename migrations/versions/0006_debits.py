"""Automatic debit: which of the due day's times a charge is for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger import losses

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("charges", sa.Column("due_at", sa.Text(), nullable=True))


def downgrade() -> None:
    losses.refuse(op.get_context(), "charges", where="due_at IS NOT NULL")
    op.drop_column("charges", "due_at")

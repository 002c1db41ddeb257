"""An index of the fees still to be billed, so that plans which are over cost a quote nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    where = sa.text("state = 'PENDING'")
    columns = ["plan_id", "period_no", "fee_fen"]
    op.create_index("ix_plan_fees_pending", "plan_fees", columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_index("ix_plan_fees_pending", table_name="plan_fees")

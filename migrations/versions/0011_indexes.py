"""Indexes by which every command finds its own account's rows, however many accounts there are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_items_plan_id", "items", ["plan_id"], "plan_id IS NOT NULL"),
    ("ix_settlements_account_id", "settlements", ["account_id", "id"], ""),
    ("ix_freezes_account_id", "freezes", ["account_id"], ""),
    ("ix_applications_account_id", "applications", ["account_id"], ""),
    ("ix_payouts_account_id", "payouts", ["account_id"], ""),
    ("ix_payouts_open", "payouts", ["id"], "state = 'OPEN'"),
    ("ix_charges_open", "charges", ["id"], "state IN ('CREATED', 'SENT', 'UNKNOWN')"),
    ("ix_tickets_customer_id", "tickets", ["customer_id"], ""),
    ("ix_tickets_open", "tickets", ["promised_by"], "state = 'OPEN'"),
)


def upgrade() -> None:
    for name, table, columns, condition in INDEXES:
        where = sa.text(condition) if condition else None
        op.create_index(name, table, columns, unique=False, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name, table, _, _ in reversed(INDEXES):
        op.drop_index(name, table_name=table)

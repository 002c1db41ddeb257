"""${message}

A migration of the journals or postings takes the triggers off first and puts them on again last:
`triggers.remove(op.get_bind())` … `triggers.install(op.get_bind())`, then audits.

One back that would forget what no other table holds begins with `losses.refuse(op.get_context(), "the_table")`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}

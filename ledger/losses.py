"""What a migration back would forget: it is refused while there is any of it.

A program that comes up again on what was forgotten would pay a merchant twice, debit a customer twice, or
tell what is not so. Whoever has to go back nevertheless has a backup of before, or mends the rows by hand.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext

from ledger.errors import WouldForget

#: In the migration's configuration: everything is to go, as `schema.remove` says.
GIVE_UP = "give_up"


def refuse(context: MigrationContext, *tables: str, where: str = "1 = 1") -> None:
    """Raises WouldForget(tables) when one of `tables` has rows `where`."""
    if context.opts.get(GIVE_UP):
        return
    assert context.connection is not None
    for name in tables:
        held = sa.select(sa.literal(1)).select_from(sa.table(name)).where(sa.text(where)).limit(1)
        if context.connection.execute(held).first() is not None:
            raise WouldForget(rows_of=name)

"""How Alembic reaches the ledger's database and renders its columns."""

from __future__ import annotations

import os
from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import AlterColumnOp, ModifyTableOps

from ledger import schema
from ledger.columns import Instant, JsonText
from ledger.database import open_engine
from ledger.losses import GIVE_UP
from ledger.tables import Day


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Plain types in migrations: they must mean the same when the program's own types have changed."""
    if kind != "type":
        return False
    if isinstance(item, Instant | JsonText | Day | sa.Text):
        return "sa.Text()"
    if isinstance(item, sa.BigInteger):
        return "WHOLE"
    return False


def without_identities(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """SQLite counts its integer keys by itself and shows no identity, which is no difference."""
    for script in directives:
        for changes in (script.upgrade_ops, script.downgrade_ops):
            for table in list(changes.ops):
                if isinstance(table, ModifyTableOps):
                    table.ops = [each for each in table.ops if not _is_about_identity(each)]
                    if not table.ops:
                        changes.ops.remove(table)


def _is_about_identity(change: Any) -> bool:
    if not isinstance(change, AlterColumnOp):
        return False
    return isinstance(change.modify_server_default or change.existing_server_default, sa.Identity)


def run(connection: sa.Connection) -> None:
    """Migrate in one transaction, DDL too, on SQLite as on PostgreSQL."""
    on_sqlite = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=schema.metadata,
        render_item=render_item,
        transactional_ddl=True,
        give_up=context.config.attributes.get(GIVE_UP, False),
        compare_server_default=not on_sqlite,  # there an empty text looks like none
        process_revision_directives=without_identities if on_sqlite else None,
    )
    with context.begin_transaction():
        context.run_migrations()


def main() -> None:
    if context.is_offline_mode():
        raise SystemExit("migrations act on a database: there is no offline mode")
    given = context.config.attributes.get("connection")
    if given is not None:
        run(given)
        return
    folder = os.environ.get("YUEFU_RUN_DIR") or ".run"
    engine = open_engine(os.environ.get("DATABASE_URL") or f"sqlite:///{folder}/ledger.db")
    with engine.begin() as connection:
        run(connection)
    engine.dispose()


main()

"""Customers for the production profile on one machine: `python -m demo.newcomers POSTGRESQL_URL COUNT`.

Waits for the server, makes the databases `ledger` and `chat`, and opens accounts `c-1`, `c-2`, …: each bought
something today, owes it, and is linked to the login `web-c-<number>`. All of it may be run again.
"""

from __future__ import annotations

import sys
import time

import sqlalchemy as sa

from ledger import accounts, links, purchases, schema, terms, terms_store
from ledger.clock import SystemClock
from ledger.database import Ledger, open_engine
from ledger.gateway.chosen import no_gateway

PATIENCE_S = 60.0
LIMIT_FEN = 1_000_000


def make_databases(server: sa.URL) -> None:
    """Raises OperationalError when no server answers in time."""
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            with engine.connect() as conn:
                known = conn.exec_driver_sql("SELECT datname FROM pg_database").scalars().all()
                for name in {"ledger", "chat"} - set(known):
                    conn.exec_driver_sql(f"CREATE DATABASE {name}")
            return
        except sa.exc.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def open_customers(ledger: Ledger, count: int) -> None:
    """Accounts with a debt of a few hundred yuan each, by the ledger's own commands."""
    for number in range(1, count + 1):
        name = f"c-{number}"
        accounts.open_account(
            ledger,
            name,
            real_name_verified=True,
            card_last4=f"{number % 10_000:04}",
            limit_fen=LIMIT_FEN,
            key=f"{name}:open",
        )
        order = {"merchant": "好物店", "item": "生活用品", "amount_fen": 20_000 + number * 137}
        purchases.buy(ledger, name, order_no=f"N{number}", key=f"{name}:buy", **order)
        links.link(ledger, f"web-{name}", name)


def main() -> None:
    server = sa.make_url(sys.argv[1])
    make_databases(server)
    engine = open_engine(server.set(database="ledger"))
    schema.upgrade(engine)
    versions = terms.load_versions()
    ledger = Ledger(engine, SystemClock(), versions, no_gateway())
    terms_store.publish(ledger, versions)
    open_customers(ledger, int(sys.argv[2]))
    engine.dispose()


if __name__ == "__main__":
    main()

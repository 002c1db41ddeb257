"""Opens the ledger that the environment names: for the service and for the commands of operators.

DATABASE_URL       its database; without it ledger.db in the run folder.
YUEFU_RUN_DIR      the run folder, default .run.
YUEFU_PROFILE      `demo`: a clock of its own, and the simulated gateway unless another is named.
YUEFU_GATEWAY      the payment gateway; see `ledger.gateway.chosen`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from ledger import terms, terms_store
from ledger.clock import DemoClock, SystemClock
from ledger.database import Ledger, is_read_only, open_engine
from ledger.errors import NoDatabase
from ledger.gateway import chosen
from ledger.gateway.interface import Gateway
from ledger.schema import check, upgrade
from ledger.terms import Versions


@dataclass(frozen=True)
class Opening:
    """What has to be known to open a ledger."""

    database_url: str
    run_dir: Path
    demo: bool
    gateway: str


def from_environment() -> Opening:
    run_dir = Path(os.environ.get("YUEFU_RUN_DIR") or ".run").resolve()
    return Opening(
        database_url=os.environ.get("DATABASE_URL") or f"sqlite:///{run_dir / 'ledger.db'}",
        run_dir=run_dir,
        demo=os.environ.get("YUEFU_PROFILE") == "demo",
        gateway=os.environ.get("YUEFU_GATEWAY", ""),
    )


def open_ledger(opening: Opening) -> Ledger:
    """For the service: the tables and the record of the product's rules are brought up to date, unless the
    database is read-only.

    Raises OtherSchema for a database that a newer program has migrated, or that is behind and read-only,
    GatewayMisconfigured, InvalidTerms.
    """
    versions = terms.load_versions()
    engine = open_engine(opening.database_url)
    read_only = is_read_only(engine)
    if read_only:
        _check(engine)
    else:
        upgrade(engine)
    ledger = _ledger(opening, engine, versions, with_gateway=True)
    if not read_only:
        terms_store.publish(ledger, versions)
    return ledger


def open_existing(opening: Opening, *, with_gateway: bool) -> Ledger:
    """For a command: changes no table. Without the gateway nothing of it is touched, and no setting needed.

    Raises NoDatabase, OtherSchema, GatewayMisconfigured, InvalidTerms, and OperationalError or DatabaseError
    when there is no getting at it.
    """
    try:
        url = sa.make_url(opening.database_url)
    except sa.exc.ArgumentError:
        raise NoDatabase(reason="DATABASE_URL is not the address of a database") from None
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise NoDatabase(reason="DATABASE_URL names neither SQLite nor PostgreSQL")
    path = Path((url.database or "").removeprefix("file:"))
    if url.get_backend_name() == "sqlite" and not path.is_file():  # opening it would make an empty one
        raise NoDatabase(reason=f"there is no file {path}")
    engine = open_engine(url)
    _check(engine)
    versions = terms.load_versions()
    ledger = _ledger(opening, engine, versions, with_gateway=with_gateway)
    terms_store.verify(ledger, versions)
    return ledger


def _check(engine: sa.Engine) -> None:
    with engine.connect().execution_options(ledger_read=True) as conn:
        check(conn)


def _ledger(opening: Opening, engine: sa.Engine, versions: Versions, *, with_gateway: bool) -> Ledger:
    clock = DemoClock(engine) if opening.demo else SystemClock()
    simulated = opening.run_dir / "gateway.db" if opening.demo else None
    gateway: Gateway = chosen.no_gateway()
    if with_gateway:
        gateway = chosen.open_gateway(opening.gateway, clock, simulated)
    return Ledger(engine, clock, versions, gateway)

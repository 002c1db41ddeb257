"""Ledgers on databases as they are in production: on a disk, with every commit on it once acknowledged."""

from __future__ import annotations

import itertools
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

import sqlalchemy as sa

from ledger import schema, terms
from ledger.clock import SHANGHAI, FixedClock
from ledger.database import Ledger, open_engine
from ledger.gateway.simulated import SimulatedGateway
from tests.databases import administer, postgresql

Kind = Literal["sqlite", "postgresql"]
KINDS: Final[tuple[Kind, ...]] = ("sqlite", "postgresql")
NOON: Final = datetime(2026, 11, 3, 12, 0, tzinfo=SHANGHAI)
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Place:
    """Where ledgers can be made: a folder on a disk, and a PostgreSQL server."""

    folder: Path
    server: sa.URL

    @contextmanager
    def empty(self, kind: Kind) -> Iterator[Ledger]:
        """An empty ledger with a gateway of its own that takes every charge at once; dropped at the end."""
        with self.database(kind) as url, opened(url, self.folder) as ledger:
            schema.upgrade(ledger.engine)
            yield ledger

    @contextmanager
    def database(self, kind: Kind) -> Iterator[str]:
        """The address of a database of its own."""
        name = f"bench_{os.getpid()}_{next(_numbers)}"
        if kind == "sqlite":
            path = self.folder / f"{name}.db"
            yield f"sqlite:///{path}"
            for each in self.folder.glob(f"{name}.db*"):
                each.unlink()
            return
        administer(self.server, f"CREATE DATABASE {name}")
        yield self.server.set(database=name).render_as_string(hide_password=False)
        administer(self.server, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def on_disk() -> Iterator[Place]:
    """A place on a disk that keeps what is written: /var/tmp, or the folder that TMPDIR names."""
    kept = "/var/tmp" if os.access("/var/tmp", os.W_OK) else tempfile.gettempdir()
    folder = os.environ.get("TMPDIR") or kept
    with tempfile.TemporaryDirectory(prefix="yuefu-bench-", dir=folder) as name, postgresql(folder) as server:
        yield Place(Path(name), server)


@contextmanager
def opened(url: str, folder: Path, now: datetime = NOON) -> Iterator[Ledger]:
    """The ledger at `url`; its gateway's file is named after the database."""
    clock = FixedClock(now)
    named = Path(sa.make_url(url).database or "ledger").stem
    gateway = SimulatedGateway(folder / f"{named}-gateway.db", clock, silence_s=0)
    ledger = Ledger(open_engine(url), clock, terms.load(), gateway)
    try:
        yield ledger
    finally:
        ledger.engine.dispose()
        gateway.close()


def disk_sync_ms(folder: Path, rounds: int = 50) -> float:
    """What it takes to get 4 kB onto the disk: a commit cannot be faster. Near 0 on a disk in memory."""
    taken = []
    with (folder / "sync").open("w+b", buffering=0) as file:
        for _ in range(rounds):
            began = time.perf_counter()
            os.pwrite(file.fileno(), bytes(4096), 0)
            os.fdatasync(file.fileno())
            taken.append(time.perf_counter() - began)
    return round(sorted(taken)[rounds // 2] * 1000, 3)


def durability(ledger: Ledger) -> dict[str, str]:
    """The settings on which it rests that an acknowledged commit survives a power cut."""
    with ledger.engine.connect() as conn:
        names, ask = ["journal_mode", "synchronous"], "PRAGMA"
        if conn.dialect.name == "postgresql":
            names, ask = ["fsync", "synchronous_commit", "full_page_writes"], "SHOW"
        return {name: str(conn.exec_driver_sql(f"{ask} {name}").scalar_one()) for name in names}


def at_noon(ledger: Ledger) -> Ledger:
    """It is the time at which measurements begin, whatever lives were lived before."""
    assert isinstance(ledger.clock, FixedClock)
    ledger.clock.set(NOON)
    return ledger

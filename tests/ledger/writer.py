"""A process that writes to the ledger until it is killed, and tells what is committed after each step."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path

import sqlalchemy as sa

from ledger import tables as t
from ledger import terms
from ledger.clock import FixedClock
from ledger.database import Ledger, open_engine
from ledger.errors import AccountExists
from ledger.gateway.simulated import SimulatedGateway
from tests.ledger.lives import World, open_


@dataclass(frozen=True)
class Acknowledged:
    """What was in the books when a step had been committed."""

    now: datetime
    versions: dict[int, int]  # of each account: rises with every command
    heads: dict[int, str]  # of each account: the last journal of its chain
    key: str  # of the command that was done, if it was one


def open_ledger(url: str, folder: Path, now: datetime) -> Ledger:
    clock = FixedClock(now)
    gateway = SimulatedGateway(folder / "gateway.db", clock, silence_s=0)
    return Ledger(open_engine(url), clock, terms.load(), gateway)


def write(url: str, folder: Path, now: datetime, seed: int, pipe: Connection) -> None:
    """Never returns."""
    ledger = open_ledger(url, folder, now)
    world = World(ledger, seed, name=f"{seed}-")
    for customer_id in ("c-1", "c-2"):
        world.steps += 1
        with suppress(AccountExists):
            open_(world, customer_id)
    key = ""
    while True:
        pipe.send(committed(ledger, key))
        key = world.step()


def committed(ledger: Ledger, key: str = "") -> Acknowledged:
    a = t.accounts.c
    with ledger.read() as conn:
        rows = conn.execute(sa.select(a.id, a.version, a.chain_head)).all()
    versions = {row.id: row.version for row in rows}
    return Acknowledged(ledger.clock.now(), versions, {row.id: row.chain_head for row in rows}, key)

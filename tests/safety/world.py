"""A seeded ledger with its gateway, on a clock that waits; any moment of it can be had back."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import sqlalchemy as sa

from actions.server import Executor, build_executor, build_ledger
from ledger import Ledger, database, dump, facts, jobs, outbox, reconciler, terms, tickets
from ledger import tables as t
from ledger.clock import FixedClock
from ledger.gateway.simulated import SimulatedGateway
from ledger.model import AccountFacts
from tests.actions import walk

_LEASE_S = 60.0


@dataclass(frozen=True)
class Moment:
    """All that there is: what is in both databases, by fingerprint, and the time."""

    ledger: str
    gateway: str
    now: datetime


class Database:
    """One SQLite file: what is in it, by a fingerprint under which that can be had back."""

    def __init__(self, path: Path) -> None:
        # The answers run in threads of their own, one at a time.
        self._conn = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._packed: dict[str, bytes] = {}
        self._version, self._current = -1, ""

    def close(self) -> None:
        self._conn.close()

    def current(self) -> str:
        """The fingerprint of what is in it now: the same for the same rows written in the same order."""
        if (version := self._data_version()) != self._version:
            content = self._serialized()
            self._version, self._current = version, hashlib.sha256(content).hexdigest()
            if self._current not in self._packed:
                self._packed[self._current] = zlib.compress(content, 1)
        return self._current

    def put_back(self, fingerprint: str) -> None:
        """What had this fingerprint once."""
        if fingerprint == self.current():
            return
        with closing(sqlite3.connect(":memory:")) as source:
            source.deserialize(zlib.decompress(self._packed[fingerprint]))
            source.backup(self._conn)
        self._version, self._current = self._data_version(), fingerprint

    def read(self, query: str) -> list[Any]:
        return self._conn.execute(query).fetchall()

    def rows(self) -> list[Any]:
        """Of all its tables."""
        names = self.read("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        return [self.read(f"SELECT * FROM {name}") for (name,) in names]  # noqa: S608

    def _serialized(self) -> bytes:
        """Without its counters of changes, and as without a write-ahead log, which memory has not."""
        content = bytearray(self._conn.serialize())
        content[18:20] = b"\x01\x01"
        content[24:28] = content[92:96] = bytes(4)
        return bytes(content)

    def _data_version(self) -> int:
        """Changes when another connection has written."""
        return int(self._conn.execute("PRAGMA data_version").fetchone()[0])


@dataclass
class World:
    """The ledger and gateway of the demo, and the executor of the real actions on them."""

    ledger: Ledger
    clock: FixedClock
    gateway: SimulatedGateway
    executor: Executor
    files: tuple[Database, Database]

    def moment(self) -> Moment:
        return Moment(self.files[0].current(), self.files[1].current(), self.clock.now())

    def go_back(self, moment: Moment) -> None:
        self.files[0].put_back(moment.ledger)
        self.files[1].put_back(moment.gateway)
        self.clock.set(moment.now)

    def wait(self, span: timedelta) -> None:
        self.clock.advance(span)

    def work(self) -> list[outbox.OutboxItem]:
        """What runs by itself: the day's jobs and the questions to the gateway; whom to tell what."""
        jobs.run(self.ledger)
        reconciler.run_once(self.ledger)
        told = outbox.claim(self.ledger, limit=100, lease_s=_LEASE_S)
        outbox.ack(self.ledger, [item.id for item in told])
        return told

    def charges_at_gateway(self) -> list[tuple[str, int]]:
        """The number and the amount of all that it was asked to take."""
        return self.files[1].read("SELECT number, amount_fen FROM charges WHERE amount_fen > 0")

    def staff_takes(self, sender: str) -> None:
        ticket = tickets.active_for(self.ledger, sender)
        if ticket is not None:
            tickets.take(self.ledger, ticket.id, "staff")

    def digest(self, customer: str) -> str:
        """What the ledger and the gateway hold that a later answer to this customer could depend on."""
        q = t.quotes.c
        account_id = sa.select(t.accounts.c.id).where(t.accounts.c.customer_id == customer).scalar_subquery()
        quotes = sa.select(q.quote_id, q.valid_until).where(q.account_id == account_id).order_by(q.quote_id)
        with self.ledger.read() as conn:
            rows = [[row.quote_id, row.valid_until.isoformat()] for row in conn.execute(quotes)]
        held = dump.account_json(self.ledger, customer)
        del held["now"]
        content = json.dumps([held, rows, self.files[1].rows()], sort_keys=True, default=str)
        return hashlib.sha256(content.encode()).hexdigest()


@contextmanager
def facts_read_once(world: World) -> Iterator[None]:
    """Nearly every answer begins with the customer's facts, and most change nothing.

    They depend on what is in the ledger and on the time, and are not read again while both are the same.
    """
    read: dict[tuple[str, datetime, str], AccountFacts] = {}
    really = facts.account_facts

    def account_facts(ledger: Ledger, customer_id: str) -> AccountFacts:
        if ledger is not world.ledger:
            return really(ledger, customer_id)
        key = world.files[0].current(), world.clock.now(), customer_id
        if key not in read:
            read[key] = really(ledger, customer_id)
        return read[key]

    with mock.patch.object(facts, "account_facts", account_facts):
        yield


@contextmanager
def opened(seeded: Path, folder: Path) -> Iterator[World]:
    """A copy of the seeded demo in `folder`, at the seeded demo's time."""
    shutil.copytree(seeded, folder, dirs_exist_ok=True)
    demo = build_ledger(walk.settings_in(folder))
    clock = FixedClock(demo.clock.now())
    demo.engine.dispose()
    gateway = SimulatedGateway(folder / "gateway.db", clock, silence_s=0)
    engine = database.open_engine(f"sqlite:///{folder / 'ledger.db'}")
    ledger = Ledger(engine, clock, terms.load(), gateway)
    files = Database(folder / "ledger.db"), Database(folder / "gateway.db")
    world = World(ledger, clock, gateway, build_executor(ledger), files)
    with facts_read_once(world):
        yield world
    for file in files:
        file.close()
    engine.dispose()
    gateway.close()

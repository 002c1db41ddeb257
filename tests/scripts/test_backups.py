"""The drill: a backup made while customers settle and talk is restored; the audit proves the books."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from channels.chat_database import open_engine as open_chat
from channels.mailbox import Mailbox
from ledger import audit, schema, terms, terms_store, work_items
from ledger import tables as t
from ledger.clock import SHANGHAI, FixedClock, SystemClock
from ledger.database import Ledger, open_engine
from ledger.gateway.chosen import no_gateway
from ledger.gateway.simulated import SimulatedGateway
from scripts import backups
from scripts.console import ROOT, Failure
from tests.databases import administer
from tests.ledger.customer import Customer
from tests.ledger.history import rewrite_history

WRITTEN = 12  # settlements before, and again after the backup
_places = itertools.count()


@dataclass
class Place:
    """Where both databases are, empty at first."""

    ledger_url: str
    chat_url: str

    @property
    def environ(self) -> dict[str, str]:
        return {**os.environ, "DATABASE_URL": self.ledger_url, "YUEFU_CHAT_DB": self.chat_url}

    def open(self) -> Ledger:
        return Ledger(open_engine(self.ledger_url), SystemClock(), terms.load_versions(), no_gateway())

    def mailbox(self) -> Mailbox:
        return Mailbox(open_chat(self.chat_url))

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", *words]
        return subprocess.run(
            command, cwd=ROOT, env=self.environ, capture_output=True, text=True, check=False
        )


@dataclass
class Shop:
    """Customers who buy, settle and talk one by one, yesterday: its settlement file is there today."""

    place: Place
    folder: Path
    settled: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.yesterday = datetime.now(SHANGHAI).replace(hour=10) - timedelta(days=1)
        clock = FixedClock(self.yesterday)
        self.gateway = SimulatedGateway(self.folder / "gateway.db", clock, silence_s=0)
        versions, engine = terms.load_versions(), open_engine(self.place.ledger_url)
        schema.upgrade(engine)
        self.ledger = Ledger(engine, clock, versions, self.gateway)
        terms_store.publish(self.ledger, versions)
        self.mailbox = self.place.mailbox()
        self.mailbox.create_tables()

    def run(self) -> None:
        """Until `over`."""
        while not self.over.is_set():
            self.settle_once()

    def settle_once(self) -> None:
        customer = Customer(self.ledger, f"c-{self.settled}")
        customer.buy(10_000 + self.settled)
        said_at = self.yesterday.timestamp()
        self.mailbox.claim(f"web-{customer.id}", "1", "h", "结清", said_at)
        assert customer.confirm(customer.quote()).state == "SETTLED"
        self.mailbox.finish(f"web-{customer.id}", "1", [{"text": "已结清"}], said_at)
        self.settled += 1

    def settlement_file(self) -> Path:
        path = self.folder / "settlement.csv"
        path.write_text(self.gateway.settlement_file(self.yesterday.date()), "utf-8")
        return path


@pytest.fixture(params=["sqlite", "postgresql"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Place, Place]]:
    """The one that is used, and a fresh one to restore into."""
    if request.param == "sqlite":
        folders = [tmp_path / name for name in ("used", "fresh")]
        folders[0].mkdir()
        used, fresh = (Place(f"sqlite:///{each}/ledger.db", f"sqlite:///{each}/chat.db") for each in folders)
        yield used, fresh
        return
    server: sa.URL = request.getfixturevalue("postgresql_server")
    number = next(_places)
    names = [f"yuefu_backup_{os.getpid()}_{number}_{name}" for name in ("l0", "c0", "l1", "c1")]
    administer(server, *(f"CREATE DATABASE {name}" for name in names))
    urls = [server.set(database=name).render_as_string(hide_password=False) for name in names]
    chats = [url.replace("+psycopg", "") for url in urls]
    yield Place(urls[0], chats[1]), Place(urls[2], chats[3])
    administer(server, *(f"DROP DATABASE {name} WITH (FORCE)" for name in names))


def settlements(place: Place) -> int:
    with place.open().read() as conn:
        wanted = sa.select(sa.func.count()).where(t.settlements.c.state == "SETTLED")
        return int(conn.execute(wanted).scalar_one())


def test_the_drill(places: tuple[Place, Place], tmp_path: Path) -> None:
    used, fresh = places
    shop, kept = Shop(used, tmp_path), tmp_path / "backup"
    for _ in range(WRITTEN):
        shop.settle_once()
    before, writing = shop.settled, threading.Thread(target=shop.run)
    writing.start()
    made = used.run("scripts.backups", "backup", f"--folder={kept}")
    for _ in iter(lambda: shop.settled < before + WRITTEN, False):
        writing.join(0.05)
    shop.over.set()
    writing.join()
    assert made.returncode == 0, made.stderr
    assert not [path for path in kept.iterdir() if path.stat().st_mode & 0o077], "for this user alone"

    restored = fresh.run("scripts.backups", "restore", f"--folder={kept}")
    assert (restored.returncode, json.loads(restored.stdout)) == (0, {"violations": []}), restored.stderr
    there = settlements(fresh)
    assert before <= there < shop.settled
    for number in range(before):
        said = fresh.mailbox().since(f"web-c-{number}", 0, both_roles=True)
        assert [each["text"] for each in said] == ["结清", "已结清"]

    # What came after the backup is known to the gateway, and to nobody else: each is a matter for the staff.
    told = fresh.run("ledger", "reconcile", str(shop.settlement_file()))
    report = json.loads(told.stdout)
    assert (report["rows"], report["matched"] + report["extra"]) == (shop.settled, shop.settled)
    assert report["matched"] >= there and report["missing"] == report["differs"] == 0
    items = [each for each in work_items.list_items(fresh.open()) if each.kind == "settlement_extra"]
    assert len(items) == report["extra"] == report["new_work_items"] > 0
    assert audit.audit(fresh.open(), kept / backups.HEADS) == []
    if fresh.ledger_url.startswith("postgresql"):  # whose next numbers the gateway has never heard of
        next_one = Customer(replace(shop.ledger, engine=fresh.open().engine), "c-after")
        next_one.buy(10_000)
        settled = next_one.confirm(next_one.quote())
        assert settled.state == "SETTLED" and int(settled.number[1:]) > backups.LIFTED_BY


def test_a_changed_backup_is_found(places: tuple[Place, Place], tmp_path: Path) -> None:
    used, fresh = places
    shop, kept, told = Shop(used, tmp_path), tmp_path / "backup", tmp_path / "rewritten"
    shop.settle_once()
    backups.back_up(kept, used.environ)
    rewrite_history(shop.ledger, 1)
    with shop.ledger.engine.begin() as conn:  # and the seals in the database with it
        conn.exec_driver_sql("DELETE FROM seals")
        conn.exec_driver_sql("DELETE FROM sealed_heads")
    backups.back_up(told, used.environ)
    (told / backups.HEADS).write_bytes(
        (kept / backups.HEADS).read_bytes()
    )  # they were told elsewhere in time
    listed = json.loads((told / backups.LIST).read_text("utf-8"))
    listed["files"][backups.HEADS] = backups.digest(told / backups.HEADS)
    (told / backups.LIST).write_text(json.dumps(listed), "utf-8")
    with pytest.raises(Failure, match="audit"):
        backups.restore(told, fresh.environ)
    assert audit.audit(fresh.open()) == [], "by itself it agrees: only the heads told elsewhere know better"
    found = audit.audit(fresh.open(), told / backups.HEADS)
    assert found and all(line.startswith(backups.HEADS) for line in found)


def test_a_damaged_backup_and_a_place_in_use_are_refused(places: tuple[Place, Place], tmp_path: Path) -> None:
    used, fresh = places
    shop, kept = Shop(used, tmp_path), tmp_path / "backup"
    shop.settle_once()
    backups.back_up(kept, used.environ)
    with pytest.raises(Failure, match="new folder"):
        backups.back_up(kept, used.environ)
    with pytest.raises(Failure, match=r"(?s)there already|not empty"):
        backups.restore(kept, used.environ)
    if fresh.ledger_url.startswith("sqlite"):  # what a database that was taken away has left of itself
        left = Path(f"{backups.databases(fresh.environ)[0].path}-wal")
        left.parent.mkdir()
        left.touch()
        with pytest.raises(Failure, match="there already"):
            backups.restore(kept, fresh.environ)
        left.unlink()
    file = next(kept.glob("ledger.d*"))
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(Failure, match=f"Not as it was backed up: {file.name}"):
        backups.restore(kept, fresh.environ)
    file.unlink()
    with pytest.raises(Failure, match="no whole backup"):
        backups.restore(kept, fresh.environ)


def test_no_password_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whoever lists the processes of the machine sees the address alone."""
    program = tmp_path / "psql"
    program.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo "psql (PostgreSQL) 99.1" || echo "$PGPASSWORD $*"\n', "utf-8"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    url = "postgresql+psycopg://bot:a%40b@db:5433/ledger?sslmode=require"
    told = backups._postgres(backups.Database("ledger", Path(), url), "psql", "--command", "SELECT 1")
    assert told == "a@b --dbname=postgresql://bot@db:5433/ledger?sslmode=require --command SELECT 1\n"

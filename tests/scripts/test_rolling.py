"""A new version taken over while customers talk: services with a changed schema first, then the bots.

`docs/production.md` says in which order; here it is done, on real processes behind the real proxy.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import socketio
import sqlalchemy as sa

from demo import login
from scripts.cluster import BOTS, SERVICES, Cluster, running_cluster
from scripts.console import ROOT

pytestmark = pytest.mark.long
CODE = ("actions", "demo", "ledger", "migrations", "nlu", "profiles")
TALKING, LISTENING = ("c-1", "c-2", "c-3", "c-4"), "c-5"
REVISION = '''"""A column that the running version knows nothing of: expand now, contract later."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "9001", "{before}"
branch_labels = depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("rehearsal", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("accounts", "rehearsal")
'''


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running_cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@dataclass
class Talker:
    """A customer who asks one question after the other, and how each was answered."""

    cluster: Cluster
    customer: str
    over: threading.Event
    answers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    took_s: list[float] = field(default_factory=list)

    def run(self) -> None:
        while not self.over.is_set():
            self.ask(uuid.uuid4().hex)
            time.sleep(0.05)

    def ask(self, name: str) -> None:
        began = time.perf_counter()
        try:
            self.answers[name] = self.call("", {"id": name, "text": "查一下我的账单"})
        except (OSError, ValueError) as error:
            self.refused.append(f"{time.strftime('%X')} {error!r}")
        self.took_s.append(time.perf_counter() - began)

    def history(self) -> list[dict[str, Any]]:
        return self.call("?all=1")

    def call(self, query: str, body: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """Raises OSError for another status than 200."""
        token = login.token(self.cluster.folder, self.customer)
        request = urllib.request.Request(
            f"{self.cluster.url}/chat/messages{query}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {token}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return list(json.load(answer)["messages"])


class Listener:
    """A page that is open all the time, and connects anew when it is sent away."""

    def __init__(self, cluster: Cluster, customer: str) -> None:
        self.cluster, self.customer = cluster, customer
        self.heard: dict[int, str] = {}
        self.connections = 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.run()), daemon=True)

    async def run(self) -> None:
        while not self.over.is_set():
            page = socketio.AsyncClient(reconnection=False)
            page.on("bot_uttered", self.hear)
            token = login.token(self.cluster.folder, self.customer)
            try:
                await page.connect(self.cluster.url, auth={"token": token}, transports=["websocket"])
                self.connections += 1
                missed = await page.call("session_request", {"since": max(self.heard, default=0)}, timeout=10)
                for message in missed["messages"]:
                    await self.hear(message)
            except socketio.exceptions.SocketIOError:
                await asyncio.sleep(0.2)
                continue
            while page.connected and not self.over.is_set():
                await asyncio.sleep(0.05)
            await page.disconnect()

    async def hear(self, message: dict[str, Any]) -> None:
        if message["role"] == "bot":
            self.heard[message["seq"]] = message["text"]


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """The next version's code: this one's, and one more revision of the schema."""
    for name in CODE:
        shutil.copytree(ROOT / name, tmp_path / name)
    newest = sorted((tmp_path / "migrations" / "versions").glob("0*.py"))[-1]
    before = newest.name.split("_")[0]
    (tmp_path / "migrations" / "versions" / "9001_rehearsal.py").write_text(REVISION.format(before=before))
    return tmp_path


def columns(cluster: Cluster) -> set[str]:
    engine = sa.create_engine(cluster.postgres_url("ledger"), poolclass=sa.NullPool)
    return {column["name"] for column in sa.inspect(engine).get_columns("accounts")}


def test_a_bot_or_a_service_that_dies_is_nobodys_problem_for_long(cluster: Cluster) -> None:
    over = threading.Event()
    talkers = [Talker(cluster, customer, over) for customer in TALKING]
    threads = [threading.Thread(target=each.run, daemon=True) for each in talkers]
    for thread in threads:
        thread.start()
    for name in (BOTS[0], SERVICES[0]):
        time.sleep(2)
        cluster.kill(name)
        time.sleep(2)
        cluster.start(name)
        cluster.wait_ready(name)
    over.set()
    for thread in threads:
        thread.join()
    for each in talkers:
        assert each.refused == []
        numbers = [message["seq"] for message in each.history()]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_a_new_version_takes_over_and_no_message_is_lost(cluster: Cluster, release: Path) -> None:
    over = threading.Event()
    talkers = [Talker(cluster, customer, over) for customer in (*TALKING, LISTENING)]
    page = Listener(cluster, LISTENING)
    threads = [page.thread, *(threading.Thread(target=each.run, daemon=True) for each in talkers)]
    for thread in threads:
        thread.start()
    time.sleep(5)
    steady = [len(each.took_s) for each in talkers]
    for name in SERVICES:  # the first of them migrates while the other, of the old version, goes on
        cluster.stop(name)
        cluster.start(name, release=release)
        cluster.wait_ready(name)
        assert "rehearsal" in columns(cluster)
    for name in BOTS:
        cluster.replace(name)
    time.sleep(2)
    over.set()
    for thread in threads[1:]:
        thread.join()
    wait_until(lambda: set(page.heard) >= {each["seq"] for each in said(talkers[-1], "bot")})
    page.over.set()
    page.thread.join()

    for each in talkers:
        assert each.refused == []
        asked, answered = said(each, "user"), said(each, "bot")
        assert len(asked) >= 20, "too little was asked to prove anything"
        assert len(answered) >= len(asked)
        assert not [message for message in answered if apologised(message)], "an apology is no answer"
        kept = {message["seq"] for message in answered}
        given = [message["seq"] for answer in list(each.answers.values())[-20:] for message in answer]
        assert set(given) <= kept and len(given) == len(set(given)), "answered twice, or not kept"
    assert page.connections >= 2, "it was never sent away"
    tell(talkers, steady)


def said(talker: Talker, role: str) -> list[dict[str, Any]]:
    return [message for message in talker.history() if message["role"] == role]


def apologised(message: dict[str, Any]) -> bool:
    return (message.get("custom") or {}).get("type") == "error"


def wait_until(what: Any, timeout_s: float = 30) -> None:
    until = time.monotonic() + timeout_s
    while not what():
        assert time.monotonic() < until, "the page did not hear everything"
        time.sleep(0.2)


def tell(talkers: list[Talker], steady: list[int]) -> None:
    """For docs/production.md: how long answers took before and during the change."""
    before = sorted(s for each, count in zip(talkers, steady, strict=True) for s in each.took_s[:count])
    during = sorted(s for each, count in zip(talkers, steady, strict=True) for s in each.took_s[count:])
    for name, times in (("before", before), ("during", during)):
        p50, p99 = times[len(times) // 2], times[int(len(times) * 0.99)]
        print(
            f"{name}: {len(times)} answers, p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, "
            f"longest {times[-1] * 1000:.0f} ms"
        )

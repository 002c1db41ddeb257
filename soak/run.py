"""One soak from beginning to end: the cluster, the crowd, the faults, the judgement."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from demo import login
from scripts.cluster import Cluster, running_cluster
from scripts.console import say
from soak import judge, report
from soak.books import Books
from soak.clock import Clock
from soak.crowd import Crowd
from soak.disk import Disk, small_disk
from soak.faults import FAULTS, Skipped, Stage, Strike

Name = Literal["short", "full"]


@dataclass(frozen=True)
class Size:
    """How many customers, how often each asks, how many settle during each fault, and for how long it is
    watched at least before the first fault and after each, in seconds."""

    customers: int
    pause_s: float
    settling: int
    watched_s: float


SIZES: Final[dict[Name, Size]] = {"short": Size(40, 6.0, 2, 2.0), "full": Size(200, 25.0, 8, 8.0)}
QUOTED_S: Final = 60.0
LONGEST_S: Final = 100.0
FEWEST_S: Final = 4.0


@contextmanager
def seen_by_all() -> Iterator[Path]:
    """A folder that PostgreSQL, which runs as somebody else, can look into."""
    with tempfile.TemporaryDirectory(prefix="yuefu-soak-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@dataclass(frozen=True)
class Soak:
    """`faults`: which ones, in their order."""

    size: Size
    seed: int
    folder: Path
    faults: Sequence[str] = tuple(FAULTS)

    def run(self) -> dict[str, Any]:
        """The report: `failed` names what did not hold. Raises Failure when the cluster does not start."""
        with seen_by_all() as seen, small_disk() as disk:
            clock = Clock(seen)
            more = {**clock.settings, "YUEFU_CHAT_RATE_MESSAGES": "10"}
            with running_cluster(self.folder, 0, self.size.customers, disk.folder, more) as cluster:
                say(f"soak: the cluster serves {self.size.customers} customers")
                return asyncio.run(self._endure(cluster, clock, disk))

    async def _endure(self, cluster: Cluster, clock: Clock, disk: Disk) -> dict[str, Any]:
        def enter(subject: str) -> str:
            return login.token(self.folder, subject, "payment", clock.ahead_s)

        books = Books(cluster.postgres_url("ledger"), self.folder / "gateway.db", self.folder)
        crowd = Crowd(self.size.customers, cluster.url, enter, self.seed, self.size.pause_s)
        stage = Stage(cluster, crowd, clock, disk, books)
        watching = asyncio.create_task(stage.watch_over())
        strikes, began = [], time.monotonic()
        try:
            async with crowd.talking():
                await asyncio.sleep(self.size.watched_s)
                await asyncio.to_thread(books.export_heads)
                calm = time.monotonic()
                for name in self.faults:
                    strikes.append(await self._strike(stage, name))
            await asyncio.to_thread(books.wait_settled)
            told = await asyncio.to_thread(self._judged, stage, strikes)
        finally:
            watching.cancel()
            books.close()
        before = report.of_messages([each for each in crowd.said() if each.at < calm])
        return {"took_s": round(time.monotonic() - began), "before": before, **told}

    async def _strike(self, stage: Stage, name: str) -> Strike:
        """Some get ready to pay, the fault comes, and everybody is watched until they are answered again."""
        stage.pressed.clear()
        strike, paying = Strike(name), stage.crowd.take(self.size.settling)
        settling = asyncio.create_task(stage.crowd.settle(paying, stage.pressed))
        await stage.crowd.quoted(paying, QUOTED_S)
        say(f"soak: {name}")
        strike.began = time.monotonic()
        try:
            await FAULTS[name](stage, strike)
        except Skipped as reason:
            strike.skipped = str(reason)
            say(f"soak: {name} is skipped: {reason}")
        stage.press()
        await asyncio.wait([settling], timeout=LONGEST_S)
        settling.cancel()
        await self._recovered(stage, strike)
        await asyncio.to_thread(strike.afterwards)
        strike.over = time.monotonic()
        strike.notes |= {"paying": len(paying), "receipts": sum(bool(each.receipt()) for each in paying)}
        return strike

    async def _recovered(self, stage: Stage, strike: Strike) -> None:
        mended = strike.mended or time.monotonic()
        while True:
            await asyncio.sleep(0.2)
            watched_s = time.monotonic() - mended
            calm = not any(each.at < mended and not each.answered_at for each in stage.crowd.last_said())
            if watched_s > LONGEST_S or (calm and watched_s > max(self.size.watched_s, FEWEST_S)):
                return

    def _judged(self, stage: Stage, strikes: list[Strike]) -> dict[str, Any]:
        crowd = stage.crowd
        stored = judge.Stored.read(stage.cluster.postgres_url("chat"))
        compared = stage.books.compare()
        findings = {
            "answered_once": list(judge.wrong_answers(crowd, stored)),
            "ledger_is_gateway": [*compared.not_as_the_gateway, *judge.wrong_payments(crowd, compared)],
            "invariants": compared.violations,
            "own_words": list(judge.foreign_words(crowd)),
            "references": list(judge.without_reference(crowd)),
        }
        faults = {strike.name: report.of_strike(strike, crowd) for strike in strikes}
        late = [name for name, told in faults.items() if told.get("reached") is False]
        return {
            "all": report.of_messages(crowd.said()),
            "told_again": sum(tab.repeated for tab in crowd.tabs()),
            "captures": compared.captures,
            "faults": faults,
            "restarted_by_themselves": stage.restarted,
            **{name: report.of_findings(found) for name, found in findings.items()},
            "failed": [
                *(name for name, found in findings.items() if found),
                *(f"recovery.{name}" for name in late),
            ],
        }

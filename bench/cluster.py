"""Two bots behind the proxy against one, and a new bot that takes over, on the production profile.

On few processors everybody shares them: `cpu_ms` tells what each member spends on a message, and
`processors_busy` whether there was anything left for a second bot to use.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import threading
import time
import urllib.request
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psutil

from bench.sizes import NotMeasured, Size, say
from bench.timing import target
from demo import login
from scripts.build import MODEL
from scripts.cluster import BOTS, MEMBERS, Cluster, running_cluster
from scripts.environments import BOT

USERS: Final = 12
MESSAGES: Final[dict[Size, int]] = {"short": 300, "full": 3_000}
AT_LEAST: Final = 1.8
LONGEST_MS: Final = 200.0
BUSY: Final = 0.9  # of all processors: more bots cannot do more


@dataclass(frozen=True)
class Run:
    """Messages answered, how long each took, and what was spent on them."""

    per_second: float
    seconds: list[float]
    cpu_s: dict[str, float]
    took_s: float

    def told(self) -> dict[str, Any]:
        count = len(self.seconds)
        return {
            "per_second": round(self.per_second, 1),
            "p50_ms": round(statistics.median(self.seconds) * 1000, 1),
            "cpu_ms": {name: round(s * 1000 / count, 2) for name, s in self.cpu_s.items()},
            "processors_busy": round(sum(self.cpu_s.values()) / self.took_s, 2),
        }


def measure(size: Size) -> dict[str, Any]:
    """Raises NotMeasured where the bot's environment or model is missing."""
    if not BOT.python.exists() or not MODEL.exists():
        raise NotMeasured("the bot's environment or model is not there: run `make setup` first")
    with tempfile.TemporaryDirectory(prefix="yuefu-bench-") as name, running_cluster(Path(name)) as cluster:
        run(cluster, USERS * 4)  # not counted
        two = run(cluster, MESSAGES[size])
        say(f"cluster: two bots answer {two.per_second:.1f} messages a second")
        taken_over = takeover(cluster)
        cluster.stop(BOTS[1])
        one = run(cluster, MESSAGES[size])
        say(f"cluster: one bot answers {one.per_second:.1f} messages a second")
    ratio = two.per_second / one.per_second
    told = {**target(ratio, AT_LEAST, at_most=False), "one": one.told(), "two": two.told()}
    told["reached"] = bool(told["reached"] or two.told()["processors_busy"] >= BUSY * (os.cpu_count() or 1))
    return {"two_bots": told, "takeover": taken_over}


def run(cluster: Cluster, count: int) -> Run:
    """`count` messages of `USERS` customers, each asking as soon as it has its answer."""
    waiting, seconds, errors = iter(range(count)), [], []
    before, began = spent(cluster), time.perf_counter()

    def talk(customer: str) -> None:
        token = login.token(cluster.folder, customer)
        try:
            while next(waiting, None) is not None:
                seconds.append(ask(cluster, token))
        except (OSError, ValueError) as error:
            errors.append(error)

    threads = [threading.Thread(target=talk, args=(f"c-{number}",)) for number in range(1, USERS + 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    took_s, after = time.perf_counter() - began, spent(cluster)
    cpu_s = {name: after[name] - before.get(name, 0.0) for name in after}
    return Run(len(seconds) / took_s, seconds, cpu_s, took_s)


def ask(cluster: Cluster, token: str) -> float:
    """Seconds until the answer. Raises OSError for another status than 200."""
    body = json.dumps({"id": uuid.uuid4().hex, "text": "查一下我的账单"}).encode()
    request = urllib.request.Request(
        f"{cluster.url}/chat/messages", body, {"Authorization": f"Bearer {token}"}
    )
    began = time.perf_counter()
    with urllib.request.urlopen(request, timeout=120) as answer:
        if not json.load(answer)["messages"]:
            raise ValueError("no answer")
    return time.perf_counter() - began


def takeover(cluster: Cluster) -> dict[str, Any]:
    """One customer asks on while a bot is replaced by one with a new model."""
    token, over = login.token(cluster.folder, "c-20"), threading.Event()
    waits: list[float] = []

    def talk() -> None:
        while not over.is_set():
            waits.append(ask(cluster, token))
            time.sleep(0.05)

    memory_mb = memory(cluster, BOTS[0])
    thread = threading.Thread(target=talk)
    thread.start()
    cluster.replace(BOTS[0])
    over.set()
    thread.join()
    waits.sort()
    longest_ms = round(waits[-1] * 1000, 1)
    return {
        "answers": len(waits),
        "p50_ms": round(statistics.median(waits) * 1000, 1),
        "p99_ms": round(waits[int(len(waits) * 0.99)] * 1000, 1),
        "longest_ms": longest_ms,
        "at_most_ms": LONGEST_MS,
        "reached": longest_ms <= LONGEST_MS,
        "memory_mb": [memory_mb, memory(cluster, BOTS[0])],
    }


def memory(cluster: Cluster, name: str) -> float:
    return round(psutil.Process(cluster.members[name].process.pid).memory_info().rss / 2**20, 1)


def spent(cluster: Cluster) -> dict[str, float]:
    """Seconds of processor time so far, by kind of member; `client` is this process."""
    told: dict[str, float] = {"client": sum(psutil.Process().cpu_times()[:2])}
    for name in MEMBERS:
        if name in cluster.members:
            process = psutil.Process(cluster.members[name].process.pid)
            everyone = [process, *process.children(recursive=True)]
            kind = name.rstrip("-12")
            told[kind] = told.get(kind, 0.0) + sum(sum(each.cpu_times()[:2]) for each in everyone)
    return told

"""Settlements of different accounts by eight processes at once, against the same by one."""

from __future__ import annotations

import multiprocessing
import time
from dataclasses import dataclass, replace
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any, Final

import psutil

from bench.ledger import people, store
from bench.ledger.databases import Kind, Place, at_noon, opened
from bench.ledger.settling import quoted, settle
from bench.ledger.store import Store
from bench.timing import target
from ledger import audit, schema
from ledger.gateway.interface import ChargeAnswer, Gateway

AT_LEAST: Final = 3.0
WORKERS: Final = 8
#: What a gateway over a network takes to answer, where that is simulated too.
NETWORK_S: Final = 0.05
_PATIENCE_S: Final = 3_600.0


@dataclass(frozen=True)
class Run:
    """Settlements a second, and how many processors worked the while, the database's share included."""

    per_second: float
    processors_busy: float


class FarAway:
    """The gateway, over a network: its answer takes that much longer."""

    def __init__(self, gateway: Gateway, answers_after_s: float) -> None:
        self._gateway = gateway
        self._answers_after_s = answers_after_s

    def charge(self, *asked: Any) -> ChargeAnswer:
        time.sleep(self._answers_after_s)
        return self._gateway.charge(*asked)


def measure(place: Place, kind: Kind, each: int, workers: int = WORKERS) -> dict[str, Any]:
    """Each worker settles `each` accounts.

    Measured with the simulated gateway as it is, whose answers cost the same processors as everything else,
    and with one that takes as long to answer as a gateway over a network does. `processors_busy` tells
    whether anything but the processors was in the way: when all are busy, more workers cannot do more.
    """
    with place.database(kind) as url:
        made = _filled(url, place.folder, 2 * (workers + 1) * each)
        numbers = iter(range(1, made.copies))
        told: dict[str, dict[str, Any]] = {}
        for name, answers_after_s in (("at_once", 0.0), ("over_a_network", NETWORK_S)):
            runs = []
            for count in (1, workers):
                shares = [[made.name(1, next(numbers)) for _ in range(each)] for _ in range(count)]
                runs.append(_run(url, place.folder, shares, answers_after_s))
            told[name] = {
                **target(runs[1].per_second / runs[0].per_second, AT_LEAST, at_most=False),
                "per_second": [round(run.per_second, 1) for run in runs],
                "processors_busy": [round(run.processors_busy, 2) for run in runs],
            }
        with opened(url, place.folder) as ledger:
            violations = audit.audit(ledger)[:3]
    told["over_a_network"]["gateway_answers_after_ms"] = round(NETWORK_S * 1000)
    return {**told, "workers": [1, workers], "settlements_each": each, "violations": violations}


def _filled(url: str, folder: Path, accounts: int) -> Store:
    with opened(url, folder) as ledger:
        schema.upgrade(ledger.engine)
        people.owing(ledger, "K1")
        return store.multiply(ledger, accounts + 1)


def _run(url: str, folder: Path, shares: list[list[str]], answers_after_s: float) -> Run:
    """So many processes, from the moment all are ready to the last one's end."""
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(len(shares) + 1)
    workers = [
        context.Process(target=_work, args=(url, folder, share, answers_after_s, gate), daemon=True)
        for share in shares
    ]
    for worker in workers:
        worker.start()
    gate.wait(_PATIENCE_S)
    began, busy_before_s = time.perf_counter(), _busy_s()
    for worker in workers:
        worker.join(_PATIENCE_S)
    seconds, busy_s = time.perf_counter() - began, _busy_s() - busy_before_s
    if any(worker.exitcode for worker in workers):
        raise RuntimeError("a worker failed")
    return Run(sum(map(len, shares)) / seconds, busy_s / seconds)


def _busy_s() -> float:
    """How long the machine's processors have worked since it started, whoever for."""
    spent = psutil.cpu_times()
    return float(spent.user + spent.nice + spent.system)


def _work(url: str, folder: Path, share: list[str], answers_after_s: float, gate: Barrier) -> None:
    with opened(url, folder) as ledger:
        at_noon(ledger)
        gateway: Any = FarAway(ledger.gateway, answers_after_s) if answers_after_s else ledger.gateway
        quotes = {name: quoted(ledger, name) for name in share}
        ledger = replace(ledger, gateway=gateway)
        gate.wait(_PATIENCE_S)
        for name, quote in quotes.items():
            settle(ledger, name, quote)

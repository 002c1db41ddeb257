"""Closing a month: how many accounts a second, in how much memory, and what a kill in the middle leaves."""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from bench.ledger import people, store
from bench.ledger.databases import Kind, Place, opened
from bench.timing import target
from ledger import audit, bills, schema
from ledger import tables as t
from ledger.clock import SHANGHAI
from ledger.database import Ledger
from tests.ledger.customer import Customer

AT_LEAST: Final = 1_500.0
#: At ten times the accounts the process may hold a tenth more.
MEMORY_AT_MOST: Final = 1.1
BLOCK: Final = 10
_MONTH: Final = "2026-10"
_CLOSED_AT: Final = datetime(2026, 11, 1, 0, 5, tzinfo=SHANGHAI)
_PATIENCE_S: Final = 7_200.0


@dataclass(frozen=True)
class Closed:
    """What a process that closed the month says of it."""

    accounts: int
    seconds: float
    peak_bytes: int


def measure(place: Place, kind: Kind, accounts: int) -> dict[str, Any]:
    """Closes a month of a tenth of the accounts, then of all of them: killed in the middle first."""
    with place.database(kind) as few_url, place.database(kind) as url:
        fill(few_url, place.folder, accounts // 10)
        few = finish(*start(few_url, place.folder))
        fill(url, place.folder, accounts)
        killed_at = kill_when(url, place.folder, accounts // 4)
        rest = finish(*start(url, place.folder))
        with opened(url, place.folder) as ledger:
            done, violations = count_done(ledger), audit.audit(ledger)[:3]
    return {
        **target(rest.accounts / rest.seconds, AT_LEAST, at_most=False),
        "accounts": accounts,
        "accounts_timed": rest.accounts,
        "peak_memory": {
            **target(rest.peak_bytes / few.peak_bytes, MEMORY_AT_MOST),
            "mib": [few.peak_bytes >> 20, rest.peak_bytes >> 20],
            "accounts": [few.accounts, rest.accounts],
        },
        "after_a_kill": {
            "reached": done == killed_at + rest.accounts == accounts and not violations,
            "done_when_killed": killed_at,
            "done_in_the_end": done,
            "violations": violations,
        },
    }


def fill(url: str, folder: Path, accounts: int) -> None:
    """A ledger on the last day of October: of ten accounts four have a plan, one is late, one is new."""
    with opened(url, folder) as ledger:
        schema.upgrade(ledger.engine)
        for number in range(1, BLOCK + 1):
            _live(Customer(ledger, f"K{number}", on="2026-09-12"), number)
        store.multiply(ledger, accounts // BLOCK)


def _live(customer: Customer, number: int) -> None:
    if number < BLOCK:
        customer.buy(30_000, periods=6 if number in (1, 3, 5, 7) else 1)
        people.on(customer, "2026-10-02")
        if number != 2:
            customer.repay_bills()
            customer.buy(12_900)
            customer.buy(8_900)
    people.on(customer, "2026-10-31")


def start(url: str, folder: Path) -> tuple[SpawnProcess, Connection]:
    """Begin closing the month in a process of its own."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_close_month, args=(url, folder, theirs), daemon=True)
    process.start()
    theirs.close()
    return process, ours


def finish(process: SpawnProcess, pipe: Connection) -> Closed:
    """What it says when it is done."""
    if not pipe.poll(_PATIENCE_S):
        raise TimeoutError("closing the month does not end")
    told: Closed = pipe.recv()
    process.join()
    return told


def kill_when(url: str, folder: Path, done: int) -> int:
    """Begin to close the month and kill -9 once so many accounts are done; how many were in the end."""
    with opened(url, folder) as ledger:  # once: who watches has to be quicker than who works
        process, _ = start(url, folder)
        while count_done(ledger) < done and process.is_alive():
            time.sleep(0.01)
        process.kill()
        process.join()
        return count_done(ledger)


def count_done(ledger: Ledger) -> int:
    """How many accounts have been brought into November."""
    wanted = sa.select(sa.func.count()).where(t.accounts.c.next_bill_on > _CLOSED_AT.date())
    with ledger.read() as conn:
        return int(conn.execute(wanted).scalar_one())


def _close_month(url: str, folder: Path, pipe: Connection) -> None:
    with opened(url, folder, _CLOSED_AT) as ledger:
        began = time.perf_counter()
        changed = bills.close_month(ledger, _MONTH)
        seconds = time.perf_counter() - began
    unit = 1 if sys.platform == "darwin" else 1024
    pipe.send(Closed(changed, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit))

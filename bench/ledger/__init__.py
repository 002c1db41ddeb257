"""How fast the ledger is: every figure is a ratio within one run, on SQLite and on PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from bench.ledger import commands, month, quoting, settling, workers
from bench.ledger.databases import KINDS, Kind, Place, disk_sync_ms, durability, on_disk
from bench.sizes import Size, say


@dataclass(frozen=True)
class Sizes:
    """How much of each is measured; accounts by database where it differs."""

    rounds: int
    few_accounts: int
    many_accounts: dict[str, int]
    month_accounts: int
    settlements_each: int


SIZES: Final[dict[Size, Sizes]] = {
    "short": Sizes(40, 1_000, {"sqlite": 20_000, "postgresql": 100_000}, 10_000, 25),
    "full": Sizes(90, 1_000, {"sqlite": 100_000, "postgresql": 1_000_000}, 100_000, 100),
}


def measure(size: Size) -> dict[str, Any]:
    """All of it. What is told of PostgreSQL only is a target there only."""
    told: dict[str, Any] = {}
    with on_disk() as place:
        told["disk_sync_ms"] = disk_sync_ms(place.folder)
        for kind in KINDS:
            with place.empty(kind) as ledger:
                told[kind] = {"durability": durability(ledger)}
            for name, part in _parts(place, kind, SIZES[size]).items():
                began = time.monotonic()
                told[kind][name] = part()
                say(f"ledger on {kind}: {name} measured in {time.monotonic() - began:.0f} s")
    return told


def _parts(place: Place, kind: Kind, sizes: Sizes) -> dict[str, Callable[[], dict[str, Any]]]:
    accounts = (sizes.few_accounts, sizes.many_accounts[kind])
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "settle_all": partial(settling.measure, place, kind, sizes.rounds),
        "quote_of_long_history": partial(quoting.measure, place, kind, sizes.rounds),
        "commands_of_many_accounts": partial(commands.measure, place, kind, *accounts, sizes.rounds),
    }
    if kind == "postgresql":
        parts["month_closing"] = partial(month.measure, place, kind, sizes.month_accounts)
        parts["concurrent_settlements"] = partial(workers.measure, place, kind, sizes.settlements_each)
    return parts

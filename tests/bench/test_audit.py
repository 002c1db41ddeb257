"""The audit of a large ledger takes as much memory as that of a small one, and asks hardly more often."""

from __future__ import annotations

import tracemalloc

import pytest

from bench.ledger import commands
from bench.ledger.counting import counted
from bench.ledger.databases import KINDS, Kind, Place
from ledger import audit, audit_queries
from ledger.database import Ledger


def cost(ledger: Ledger, accounts: int) -> tuple[int, int]:
    """The most memory held, in bytes, and the statements asked."""
    commands.fill(ledger, accounts)
    assert audit.audit(ledger) == []  # nothing is compiled for the first time after this
    tracemalloc.start()
    with counted(ledger.engine) as asked:
        assert audit.audit(ledger) == []
    held_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return held_bytes, asked.total()


@pytest.mark.parametrize("kind", KINDS)
def test_memory_and_questions_do_not_grow_with_the_accounts(
    place: Place, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of five times the accounts; so much more was held when each check kept its rows."""
    monkeypatch.setattr(audit_queries, "_AT_ONCE", 100)  # so that the small ledger fills a part, too
    with place.empty(kind) as small, place.empty(kind) as large:
        (few_bytes, few_asked), (many_bytes, many_asked) = cost(small, 1_000), cost(large, 5_000)
    assert many_bytes < 1.5 * few_bytes, (few_bytes, many_bytes)
    assert many_asked < 1_000, (few_asked, many_asked)  # none for each charge, settlement or plan

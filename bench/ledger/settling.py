"""Settling everything, from confirming to SETTLED, against as many bare commits as it makes itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Final

import sqlalchemy as sa

from bench.ledger import people, store
from bench.ledger.counting import counted
from bench.ledger.databases import Kind, Place, at_noon
from bench.timing import Times, Uninterrupted, target
from ledger import quotes, settlement
from ledger.database import Ledger
from ledger.gateway.interface import ChargeAnswer, Gateway
from ledger.model import Quote

AT_MOST: Final = 3.0
_BARE: Final = sa.table("bare_commits", sa.column("number"))


class Timed:
    """The gateway, with the time that its charges take."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self.times = Times()

    def charge(self, *asked: Any) -> ChargeAnswer:
        answer: ChargeAnswer = self.times.take(lambda: self._gateway.charge(*asked))
        return answer


def measure(place: Place, kind: Kind, rounds: int) -> dict[str, Any]:
    """Customers with all four kinds of debt settle all of it, one after the other; bare commits in between.

    A bare commit is a transaction of the ledger's own that changes one number in one row. The gateway is the
    simulated one: its answer is a commit to an SQLite file of its own, which is in the time but not among the
    commits counted.
    """
    with place.empty(kind) as opened:
        people.owing(opened, "K1")
        copies = store.multiply(opened, rounds + 2)
        gateway: Any = Timed(opened.gateway)
        ledger = replace(at_noon(opened), gateway=gateway)
        bare = bare_commit(ledger)
        with counted(ledger.engine) as made:
            settle(ledger, copies.name(1, 1), quoted(ledger, copies.name(1, 1), made.clear))
        settling, committing = Times(), Times()
        gateway.times = Times()
        for copy in range(2, rounds + 2):
            name = copies.name(1, copy)
            quote = quoted(ledger, name)
            with Uninterrupted():
                for _ in range(made["commits"]):
                    committing.take(bare)
                settling.take(partial(settle, ledger, name, quote))
    allowed_s = committing.median_s * made["commits"]
    return {
        **target(settling.median_s / allowed_s, AT_MOST),
        "ratio_without_gateway": round((settling.median_s - gateway.times.median_s) / allowed_s, 2),
        "settle_all_ms": settling.median_ms,
        "gateway_ms": gateway.times.median_ms,
        "bare_commit_ms": committing.median_ms,
        "commits": made["commits"],
        "statements": made["statements"],
        "quote_lines": len(quote.lines),
    }


def quoted(ledger: Ledger, customer_id: str, then: Callable[[], object] = lambda: None) -> Quote:
    quote = quotes.make(ledger, customer_id, close_after=False)
    then()
    return quote


def settle(ledger: Ledger, customer_id: str, quote: Quote) -> None:
    done = settlement.confirm(
        ledger, customer_id, quote_id=quote.quote_id, amount_fen=quote.total_fen, key=quote.quote_id
    )
    assert done.state == "SETTLED", done


def bare_commit(ledger: Ledger) -> Callable[[], None]:
    """A transaction of the ledger's that changes one number in one row of a table of its own."""
    with ledger.engine.begin() as conn:
        conn.exec_driver_sql("CREATE TABLE bare_commits (number INTEGER NOT NULL)")
        conn.execute(sa.insert(_BARE).values(number=0))

    def commit() -> None:
        with ledger.write() as conn:
            conn.execute(sa.update(_BARE).values(number=_BARE.c.number + 1))

    return commit

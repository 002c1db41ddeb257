"""Every way in which two clicks on one confirmation can go: all interleavings, with a few faults to spend.

The actors are two clicks on the same quote, the reconciler twelve seconds later, the gateway's notification
and its duplicate, a request that arrives late, and the customer who asks for a new quote and confirms again
where the first answer was a failure, unknown, or none. Whoever decides picks the next event out of those that
can happen now; `simulation.exhaust` picks every one of them in turn.
"""

from __future__ import annotations

import contextlib
import random
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from ledger import accounts, audit, hearing, purchases, quotes, reconciler, settlement, terms
from ledger import support_tables as st
from ledger import tables as t
from ledger.clock import SHANGHAI, FixedClock
from ledger.database import Ledger
from ledger.errors import Conflict, Refused
from ledger.gateway.interface import ChargeAnswer
from simulation.control import Boundary, Control, Crash, FaultyLedger, Flow, Fuse
from simulation.databases import Fresh
from simulation.gateway import FaultyGateway, Question
from simulation.violations import Violation, expect_equal, expect_none

WHO, FEN = "c0", 100_000
NOW = datetime(2026, 11, 3, 10, 0, tzinfo=SHANGHAI)
Choose = Callable[[Sequence[str]], str]

#: Where a flow is held up: before each transaction and each call. What lies between touches nothing shared.
_STOPS: frozenset[Boundary] = frozenset(("begin", "call"))
_CLICKS = ("click 1", "click 2")
_LATER = timedelta(seconds=12)
_FAULTS: dict[Question, tuple[str, ...]] = {
    "charge": ("answer_lost", "request_lost", "request_late"),
    "query": ("lost",),
    "cancel": ("request_lost", "answer_lost"),
}


@dataclass
class Budget:
    """How much may go wrong in one small world."""

    crashes: int = 1
    faults: int = 2
    declines: int = 1
    notices: int = 2


class Start:
    """Where every run begins: a customer owes one purchase and has been shown what settling costs."""

    def __init__(self, fresh: Fresh) -> None:
        self.engines, self.rules = fresh(), terms.load()
        clock, control = FixedClock(NOW), Control()
        gateway = FaultyGateway(clock, lambda question, options: options[0], control)
        ledger = Ledger(self.engines[0], clock, self.rules, gateway)
        accounts.open_account(
            ledger, WHO, real_name_verified=True, card_last4="6688", limit_fen=2 * FEN, key="open"
        )
        purchases.buy(ledger, WHO, order_no="o", merchant="shop", item="thing", amount_fen=FEN, key="buy")
        self.quote = quotes.make(ledger, WHO, close_after=False)
        self._saved = sqlite3.connect(":memory:")
        with contextlib.closing(self.engines[0].raw_connection()) as used:
            self._database(used).backup(self._saved)

    def again(self) -> None:
        """The ledger is as it was."""
        with contextlib.closing(self.engines[0].raw_connection()) as used:
            self._saved.backup(self._database(used))

    def _database(self, used: sa.PoolProxiedConnection) -> sqlite3.Connection:
        connection = used.driver_connection
        assert isinstance(connection, sqlite3.Connection)
        return connection


class SmallWorld:
    """One run. `choose` is asked for every event and every fault; `finish` raises Violation."""

    def __init__(self, start: Start, choose: Choose, budget: Budget) -> None:
        start.again()
        random.seed(0)  # the reconciler spreads its questions
        self.budget = budget
        self.trace: list[str] = []
        self._choose = choose
        self.clock, self.control = FixedClock(NOW), Control()
        self.gateway = FaultyGateway(self.clock, self._decide, self.control)
        self.first, self.second = (
            FaultyLedger(engine, self.clock, start.rules, self.gateway, self.control)
            for engine in start.engines
        )
        self.flows: dict[str, Flow] = {}
        self.trails: dict[str, tuple[Any, ...]] = {}  # what each flow has seen: what it knows
        self._finishing = False
        self._known: tuple[int, tuple[Any, ...]] = (-1, ())
        for name, ledger in zip(_CLICKS, (self.first, self.second), strict=True):
            self._start(name, partial(self._confirm, ledger, start.quote, name))

    # -- what can happen --------------------------------------------------------------------------------

    def events(self) -> list[str]:
        """All that can happen next; empty when everybody has ended."""
        going = [name for name, flow in self.flows.items() if not flow.ended]
        events = [f"{name} goes on" for name in going]
        if self.budget.crashes:
            events += [f"{name} crashes" for name in going]
        if "reconciler" not in self.flows and self._charges():
            events.append("the reconciler runs")
        if self.budget.notices and any(r.state == "SUCCEEDED" for r in self.gateway.records.values()):
            events.append("the gateway tells")
        if any(record.state == "late" for record in self.gateway.records.values()):
            events.append("the request arrives")
        if self._wants_to_try_again():
            events.append("the customer tries again")
        return events

    def happen(self, event: str) -> None:
        """Let it happen. Raises whatever a flow raises that is no answer to a customer."""
        self.trace.append(event)
        if event.endswith(" goes on"):
            self._resume(event.removesuffix(" goes on"))
        elif event.endswith(" crashes"):
            self.budget.crashes -= 1
            self.flows[event.removesuffix(" crashes")].kill()
        elif event == "the reconciler runs":
            self.clock.advance(_LATER)
            self._start("reconciler", lambda: reconciler.run_once(self.second))
        elif event == "the gateway tells":
            self.budget.notices -= 1
            self._tell()
        elif event == "the request arrives":
            self._arrive()
        else:
            self._start("again", self._try_again)

    def state(self) -> tuple[Any, ...]:
        """All that what comes next depends on: two runs that come to the same state go on alike."""
        flows = {
            name: (flow.ended, flow.result, type(flow.error).__name__, self.trails[name])
            for name, flow in self.flows.items()
        }
        records = tuple(sorted((r.number, r.state, r.amount_fen) for r in self.gateway.records.values()))
        clicks = sorted((flows.pop(name) for name in _CLICKS), key=repr)  # which is which is all the same
        budget = tuple(asdict(self.budget).values())
        return tuple(clicks), tuple(sorted(flows.items())), records, budget, self.clock.now(), self._rows()

    def finish(self) -> None:
        """Nothing fails any more; time passes, the reconciler asks. Raises Violation."""
        self._finishing = True
        for pause in (timedelta(minutes=2), timedelta(minutes=40), timedelta(hours=2), timedelta(days=2)):
            self.clock.advance(pause)
            reconciler.run_once(self.first)
        self._check()

    def abandon(self) -> None:
        for flow in self.flows.values():
            flow.kill()

    # -- the actors -------------------------------------------------------------------------------------

    def _confirm(self, ledger: FaultyLedger, quote: Any, key: str) -> str:
        made = settlement.confirm(ledger, WHO, quote_id=quote.quote_id, amount_fen=quote.total_fen, key=key)
        return made.state

    def _try_again(self) -> str:
        quote = quotes.make(self.first, WHO, close_after=False)
        return self._confirm(self.first, quote, "again")

    def _wants_to_try_again(self) -> bool:
        """Both clicks have ended and none of them said that it is settled."""
        clicks = [self.flows[name] for name in _CLICKS]
        return (
            "again" not in self.flows
            and all(click.ended for click in clicks)
            and not any(click.result == "SETTLED" for click in clicks)
        )

    def _tell(self) -> None:
        for record in list(self.gateway.records.values()):
            if record.state == "SUCCEEDED":
                told = ChargeAnswer(record.number, "SUCCEEDED", f"GC-{record.number}", record.amount_fen)
                hearing.hear(self.second, told)

    def _arrive(self) -> None:
        for record in self.gateway.records.values():
            if record.state == "late":
                record.changes_at = self.clock.now()
        self.gateway.take_back("nothing", 1)  # the gateway looks at its clock

    def _start(self, name: str, work: Callable[[], Any]) -> None:
        self.trails[name] = (len(self._charges()),)  # of these it may know
        self.flows[name] = Flow(self.control, name, work)
        self._resume(name)

    def _resume(self, name: str) -> None:
        flow = self.flows[name]
        said = len(self.gateway.said)
        flow.resume(Fuse(1, "pause", _STOPS))
        heard = tuple((answer.number, answer.state) for answer in self.gateway.said[said:])
        self.trails[name] += (flow.at, heard)
        if flow.error is not None and not isinstance(flow.error, (Conflict, Refused, Crash)):
            raise flow.error

    def _decide(self, question: Question, options: Sequence[str]) -> str:
        if question == "delay":
            return "2d"  # unless "the request arrives" before
        if question in ("outcome", "told", "cancel_kept") or self._finishing:
            return "never" if question == "told" else options[0]
        may = [options[0]]
        if question == "charge" and self.budget.declines:
            may.append("declined")
        if self.budget.faults:
            may += _FAULTS.get(question, ())
        how = self._choose(may)
        if how != options[0]:
            self.trace.append(f"{question}: {how}")
        self.budget.declines -= how == "declined"
        self.budget.faults -= how in _FAULTS.get(question, ())
        return how

    # -- looking at it ------------------------------------------------------------------------------------

    def _charges(self) -> tuple[Any, ...]:
        charges: tuple[Any, ...] = self._rows()[0]
        return charges

    def _rows(self) -> tuple[Any, ...]:
        """What the ledger holds, read again after each commit."""
        if self._known[0] != self.control.commits:
            with self.first.read() as conn:
                rows = tuple(tuple(tuple(row) for row in conn.execute(query)) for query in _STATE)
            self._known = (self.control.commits, rows)
        return self._known[1]

    def _check(self) -> None:
        taken = sum(record.taken_fen for record in self.gateway.records.values())
        if taken > FEN:
            raise Violation("over-collection", f"{taken} taken of {FEN}")
        p, j = t.postings.c, t.journals.c
        with self.first.read() as conn:
            booked = (
                conn.scalar(sa.select(sa.func.sum(p.amount_fen)).where(p.book == "gateway.clearing")) or 0
            )
            owed = conn.scalar(sa.select(sa.func.sum(p.amount_fen)).where(p.book.like("receivable.%"))) or 0
            settlements = conn.scalar(sa.select(sa.func.count()).where(j.kind == "settlement"))
        expect_equal(booked, taken, "ledger = gateway")
        expect_equal(owed, FEN - taken, "what was not taken is still owed")
        expect_equal(settlements, int(taken > 0), "settled once or not at all")
        expect_none((c for c in self._charges() if c[1] not in ("SUCCEEDED", "FAILED")), "charges end")
        expect_none(audit.audit(self.first), "audit")


_C = t.charges.c
_A, _O, _S, _K = t.accounts.c, st.outbox.c, t.settlements.c, st.charge_checks.c
_STATE = (
    sa.select(_C.number, _C.state, _C.reason, _C.sent_at, _C.created_at).order_by(_C.id),
    sa.select(_S.id, _S.state, _S.quote_id).order_by(_S.id),
    sa.select(_A.state, _A.version, _A.chain_head),
    sa.select(_K.number, _K.next_at).order_by(_K.number),
    sa.select(_O.kind, _O.ref).order_by(_O.id),
)

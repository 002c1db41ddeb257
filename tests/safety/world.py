"""A seeded ledger with its gateway, in memory and on a clock that waits; any moment of it can be had back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar, cast
from unittest import mock

import sqlalchemy as sa

from actions.server import Executor, build_executor, build_ledger
from ledger import Ledger, database, facts, jobs, links, outbox, quotes, reconciler, terms, tickets
from ledger.clock import FixedClock
from ledger.gateway.simulated import SimulatedGateway
from ledger.model import AccountFacts, Quote
from ledger.tickets import Ticket
from tests.actions import walk
from tests.safety.memory import Kept, Memory

_LEASE_S = 60.0
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Moment:
    """All that there is: what is in both databases, and the time."""

    ledger: Kept
    gateway: Kept
    now: datetime


class _Watched:
    """A ticket, of which it is noted that more was looked at than its state and what only names it."""

    def __init__(self, world: World, ticket: Ticket) -> None:
        self._world, self._ticket = world, ticket

    def __getattr__(self, name: str) -> Any:
        self._world.looked += name not in ("state", "id", "number")
        return getattr(self._ticket, name)


@dataclass
class World:
    """The ledger and gateway of the demo, and the executor of the real actions on them."""

    ledger: Ledger
    clock: FixedClock
    gateway: SimulatedGateway
    executor: Executor
    ledger_rows: Memory
    gateway_rows: Memory
    _read: dict[tuple[str, int, datetime, str], Any] = field(default_factory=dict)
    _led: dict[Hashable, tuple[Any, Moment]] = field(default_factory=dict)
    asked: int = 0  # how often the ledger was, but for what `read_once` keeps of reading
    looked: int = 0  # how often a ticket was looked at, but for its state

    def moment(self) -> Moment:
        return Moment(self.ledger_rows.keep(), self.gateway_rows.keep(), self.clock.now())

    def go_back(self, moment: Moment) -> None:
        self.ledger_rows.put_back(moment.ledger)
        self.gateway_rows.put_back(moment.gateway)
        self.clock.set(moment.now)

    def here(self) -> tuple[int, int, datetime]:
        """Equal where all that there is is the same."""
        return self.ledger_rows.token, self.gateway_rows.token, self.clock.now()

    def is_at(self, moment: Moment) -> bool:
        """Whether what has been written changed nothing, and no time has passed since."""
        here = self.moment()
        return (here.ledger.token, here.gateway.token, here.now) == (
            *(moment.ledger.token, moment.gateway.token),
            moment.now,
        )

    def wait(self, span: timedelta, customer_id: str) -> None:
        def passes() -> None:
            self.clock.advance(span)
            facts.account_facts(self.ledger, customer_id)  # as every answer does: it brings it up

        self._leads(f"{span} {customer_id}", passes)

    def work(self) -> list[outbox.OutboxItem]:
        """What runs by itself: the day's jobs and the questions to the gateway; whom to tell what."""

        def works() -> list[outbox.OutboxItem]:
            jobs.run(self.ledger)
            reconciler.run_once(self.ledger)
            told = outbox.claim(self.ledger, limit=100, lease_s=_LEASE_S)
            outbox.ack(self.ledger, [item.id for item in told])
            return told

        return self._leads("work", works)

    def staff_takes(self, sender: str) -> None:
        def takes() -> None:
            ticket = tickets.active_for(self.ledger, sender)
            if ticket is not None:
                tickets.take(self.ledger, ticket.id, "staff")

        self._leads(f"staff takes {sender}", takes)

    def set_mode(self, mode: str, customer_id: str) -> None:
        """How the gateway answers the customer's charges from now on."""

        def sets() -> None:
            if self.gateway.mode_of(customer_id) != mode:
                self.gateway.set_mode(mode, customer_id)

        self._leads(f"{mode} {customer_id}", sets)

    def _leads(self, name: str, does: Callable[[], _Result]) -> _Result:
        """What comes of it, worked out once from each moment: by itself it depends on nothing else."""
        key = name, self.here()
        if key not in self._led:
            result = does()
            self._led[key] = result, self.moment()
        result, left = self._led[key]
        self.go_back(left)
        return result

    def remember(self, known: AccountFacts) -> None:
        """The customer's facts as they are now, whoever worked them out."""
        self._read["account_facts", self.ledger_rows.token, known.now, known.customer_id] = known

    def forget(self) -> None:
        """What was read: no moment is gone back to for long."""
        self._read.clear()
        self._led.clear()

    def _key(self, read: str, of: str) -> tuple[str, int, datetime, str]:
        return read, self.ledger_rows.token, self.clock.now(), of

    @contextmanager
    def read_once(self) -> Iterator[None]:
        """Nearly every answer begins with the same questions to the ledger, and most change nothing.

        What is answered depends on what is in the ledger and on the time, and is not asked again while both
        are the same. Nor is a quote made again: the ledger is taken to where making it has led before.
        """
        with ExitStack() as patched:
            for module, name in ((facts, "account_facts"), (tickets, "active_for"), (links, "current")):
                once = self._once(getattr(module, name))
                patched.enter_context(mock.patch.object(module, name, once))
            patched.enter_context(mock.patch.object(quotes, "make", self._made_once(quotes.make)))
            for door in ("read", "write"):  # there is no other way to what the ledger holds
                counted = self._counted(getattr(Ledger, door))
                patched.enter_context(mock.patch.object(Ledger, door, counted))
            # What a person is told is added to a ticket that there is, and is looked at by no answer.
            append = self._apart(tickets.append)
            patched.enter_context(mock.patch.object(tickets, "append", append))
            yield

    @contextmanager
    def _uncounted(self) -> Iterator[None]:
        asked, looked = self.asked, self.looked
        yield
        self.asked, self.looked = asked, looked

    def _apart(self, really: Callable[..., _Result]) -> Callable[..., _Result]:
        def does(*args: Any, **kwargs: Any) -> _Result:
            with self._uncounted():
                return really(*args, **kwargs)

        return does

    def statement(self, _conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        self.looked += "ticket" in statement

    def _counted(self, really: Callable[[Ledger], _Result]) -> Callable[[Ledger], _Result]:
        def opens(ledger: Ledger) -> _Result:
            self.asked += ledger is self.ledger
            return really(ledger)

        return opens

    def _once(self, really: Callable[[Ledger, str], Any]) -> Callable[[Ledger, str], Any]:
        def asked(ledger: Ledger, of: str) -> Any:
            if ledger is not self.ledger:
                return really(ledger, of)
            key = self._key(really.__name__, of)
            if key in self._read:
                return self._read[key]
            with self._uncounted():
                known = really(ledger, of)
            if isinstance(known, Ticket):
                known = cast(Ticket, _Watched(self, known))
            # By what there is now: it may have brought the account up to its day first.
            self._read[self._key(really.__name__, of)] = known
            return known

        return asked

    def _made_once(self, really: Callable[..., Quote]) -> Callable[..., Quote]:
        def make(ledger: Ledger, customer_id: str, *, close_after: bool) -> Quote:
            if ledger is not self.ledger:
                return really(ledger, customer_id, close_after=close_after)
            self.asked += 1
            key = self._key(f"quote, close after: {close_after}", customer_id)
            if key not in self._read:
                made = really(ledger, customer_id, close_after=close_after)
                self._read[key] = made, self.ledger_rows.keep()
            made, left = self._read[key]
            self.ledger_rows.put_back(left)
            return made

        return make


async def _here(does: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """In place of `asyncio.to_thread`: a database in memory belongs to one thread."""
    return does(*args, **kwargs)


@contextmanager
def opened(seeded: Path) -> Iterator[World]:
    """The demo seeded in this folder, which stays as it is, at the seeded demo's time."""
    demo = build_ledger(walk.settings_in(seeded))
    clock = FixedClock(demo.clock.now())
    demo.engine.dispose()
    gateway = SimulatedGateway(":memory:", clock, silence_s=0)
    engine = database.open_engine("sqlite://")
    rows = Memory(engine, seeded / "ledger.db"), Memory(gateway._engine, seeded / "gateway.db")
    ledger = Ledger(engine, clock, terms.load(), gateway)
    world = World(ledger, clock, gateway, build_executor(ledger), *rows)
    sa.event.listen(engine, "before_cursor_execute", world.statement)
    with ExitStack() as patched:
        patched.enter_context(world.read_once())
        patched.enter_context(mock.patch.object(asyncio, "to_thread", _here))
        yield world
    engine.dispose()
    gateway.close()

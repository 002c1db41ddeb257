"""One seeded world: a clock, a gateway, two processes on one ledger, its customers, and the model beside it.

Each step throws dice of its own, made of the seed and its number, so that leaving steps out changes no other.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ledger import accounts, audit, links
from ledger.clock import SHANGHAI, FixedClock
from ledger.errors import LedgerError
from simulation import books, customers, ending, happenings, product, staff
from simulation.control import Control, Crash, FaultyLedger, Flow, Fuse
from simulation.follower import Follower
from simulation.gateway import FaultyGateway, Question
from simulation.invariants import Invariants, of_everything
from simulation.model import Account
from simulation.reader import Changes, Reader, Row
from simulation.rules import changing
from simulation.settlement_files import SettlementFiles
from simulation.step import CUSTOMERS, SAYS_NO, Step, Used
from simulation.violations import expect_equal, expect_none

FULL_CHECK_EVERY = 1_000
_OFTEN_LATE = ("20s", "5min", "25min") * 3  # later than the first question, within a charge's life
_CHOICES = (*customers.ACTIONS, *staff.STAFF, *books.BOOKS, *happenings.HAPPENINGS)
_DO, _OFTEN = [action for _, action in _CHOICES], [weight for weight, _ in _CHOICES]
_CRASHES, _PAUSES, _LONGEST_FUSE, _MOST_FLOWS = 0.05, 0.04, 6, 3


class World:
    """See the module. `step` raises Violation, or whatever else went wrong."""

    def __init__(self, seed: str, engines: Sequence[sa.Engine]) -> None:
        self.seed = seed
        dice = random.Random(seed)
        start = datetime(2026, dice.randint(1, 12), dice.randint(1, 28), 9, 0, tzinfo=SHANGHAI)
        self.clock = FixedClock(start)
        self.control = Control()
        self.dice = dice  # the gateway's: those of the step that calls it
        self.weather = 0.2
        self.gateway = FaultyGateway(self.clock, self._decide, self.control)
        self.rules = changing(start.date(), dice)
        terms = product.versions(self.rules)
        self.processes = [FaultyLedger(e, self.clock, terms, self.gateway, self.control) for e in engines]
        self.invariants, self.follower, self._reader = Invariants(), Follower(self.rules), Reader()
        self.files = SettlementFiles()
        self.statements: dict[tuple[str, str], str] = {}  # by customer and month: what they were
        self.changes: Changes | None = None
        self.flows: list[tuple[int, Flow]] = []
        self.quotes: list[tuple[str, Any]] = []
        self.used: list[Used] = []
        self.nothing_new = False
        self.log: list[str] = []
        self._looked_at_commit = -1
        for who in CUSTOMERS:
            links.link(self.processes[0], f"web-{who}", who)
            limit_fen = dice.choice(customers.LIMITS_FEN)
            named = {"real_name_verified": True, "card_last4": "6688", "limit_fen": limit_fen}
            Step(self, -1).run(accounts.open_account, who, **named)
        self.look()

    # -- a step -----------------------------------------------------------------------------------------

    def step(self, index: int) -> None:
        """Something happens, then everything it touched is checked."""
        step = Step(self, index)
        self.dice = step.dice
        random.seed(step.dice.getrandbits(64))  # the reconciler spreads its questions by it
        action = step.dice.choices(_DO, _OFTEN)[0]
        if self.row_of(step.who).state == "CLOSED" and step.dice.random() < 0.5:
            action = customers.open_account
        self.log.append(
            f"{index} {self.clock.now():%Y-%m-%d %H:%M:%S} p{step.process} {action.__name__} {step.who}"
        )
        self._do(step, action)
        self.look()
        if (index + 1) % FULL_CHECK_EVERY == 0:
            self.full_check()

    def _do(self, step: Step, action: Callable[[Step], Any]) -> None:
        luck, after = step.dice.random(), step.dice.randint(1, _LONGEST_FUSE)
        if action not in happenings.NO_COMMAND and luck < _PAUSES and len(self.flows) < _MOST_FLOWS:
            flow = Flow(self.control, action.__name__, lambda: action(step))
            self._let_go_on(step.process, flow, Fuse(after, "pause"))
            return
        if action not in happenings.NO_COMMAND and luck < _PAUSES + _CRASHES:
            self.control.fuse = Fuse(after, "crash")
        error: BaseException | None = None
        try:
            self.log[-1] += f" -> {action(step)}"
        except (LedgerError, ConnectionResetError, Crash) as caught:
            error = caught
        self.control.fuse = None
        self._failed(step.process, error)

    def _let_go_on(self, process: int, flow: Flow, fuse: Fuse | None) -> None:
        if not flow.resume(fuse):
            self.log[-1] += f" ... held up at {flow.at}"
            self.flows.append((process, flow))
        elif flow.error is None:
            self.log[-1] += f" -> {flow.result}"
        else:
            self._failed(process, flow.error)

    def _failed(self, process: int, error: BaseException | None) -> None:
        """A refusal is as good as an answer; a crash ends all that its process was doing."""
        if isinstance(error, Crash):
            self.log[-1] += " CRASH"
            for _, flow in [pair for pair in self.flows if pair[0] == process]:
                flow.kill()
            self.flows = [pair for pair in self.flows if pair[0] != process]
        elif isinstance(error, (*SAYS_NO, ConnectionResetError)):
            self.log[-1] += f" -> {error}"
        elif error is not None:
            raise error

    def _decide(self, question: Question, options: Sequence[str]) -> str:
        if question == "delay":
            return self.dice.choice([*options, *_OFTEN_LATE])
        if question in ("outcome", "told", "cancel_kept"):
            return self.dice.choice(options)
        if self.dice.random() < self.weather:
            return self.dice.choice(options[1:])
        return options[0]

    # -- checking ---------------------------------------------------------------------------------------

    def look(self) -> None:
        """Read what has been committed since the last look, and check it. Raises Violation."""
        if self.control.commits == self._looked_at_commit:
            self.nothing_new = False
            return
        self._looked_at_commit = self.control.commits
        ledger, now = self.processes[0], self.clock.now()
        changes = self.changes = self._reader.read(ledger)
        if self.nothing_new:
            expect_none((j.row.kind for j in changes.journals), "a key used again books nothing")
        self.nothing_new = False
        self.invariants.check(ledger, changes)
        self.follower.follow(changes, now)
        self.follower.compare(changes, self.invariants.posted, now)

    def full_check(self) -> None:
        """Everything there is, from the beginning. Raises Violation."""
        expect_none(audit.audit(self.processes[0]), "audit")
        everything = of_everything(self.processes[0])
        expect_equal(everything.state, self.invariants.state, "the incremental check = the full one")

    def finish(self) -> None:
        """All faults are over: everything comes to its end, and the gateway's truth is in the books."""
        self.log.append("the end")
        ending.finish(self)
        self.full_check()

    def resume_one(self, dice: random.Random, crash_after: int | None) -> None:
        """One of those held up goes on, and perhaps crashes."""
        if self.flows:
            process, flow = self.flows.pop(dice.randrange(len(self.flows)))
            self._let_go_on(process, flow, Fuse(crash_after, "crash") if crash_after else None)

    def let_all_flows_end(self) -> None:
        """Whoever is held up goes on."""
        while self.flows:
            self._let_go_on(*self.flows.pop(0), None)
            self.look()

    def abandon(self) -> None:
        """Let nobody wait for ever."""
        for _, flow in self.flows:
            flow.kill()
        self.flows = []

    # -- what actions ask ---------------------------------------------------------------------------------

    def row_of(self, who: str) -> Row:
        """The customer's newest account."""
        assert self.changes is not None
        return max(
            (r for r in self.changes.accounts.values() if r.customer_id == who), key=lambda row: row.id
        )

    def model_of(self, who: str) -> Account:
        return self.follower.accounts[self.row_of(who).id]

    def price_of(self, order_no: str) -> int:
        return self.follower.prices.get(order_no, 1)

    def pending_refunds(self) -> list[str]:
        assert self.changes is not None
        of = self.follower.orders
        return [of[r.purchase_id].order_no for r in self.changes.refunds if r.state == "PENDING"]

    def wait_until(self, at: datetime) -> None:
        """Time passes, unless it has."""
        if at > self.clock.now():
            self.clock.set(at)

    def customer_of(self, account_id: int) -> str:
        assert self.changes is not None
        return str(self.changes.accounts[account_id].customer_id)

    def free_credit(self) -> dict[int, int]:
        """Of each account: what is owed back and not under way to the customer."""
        assert self.changes is not None
        free = {account_id: account.credit for account_id, account in self.follower.accounts.items()}
        for payout in self.changes.payouts:
            free[payout.account_id] -= payout.amount_fen if payout.state == "OPEN" else 0
        return free

"""What a state machine of commands needs beside its rules: how they are called, what always holds."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant

from ledger import audit, facts, journals, reconciler, reconciliation, terms, work_items
from ledger import tables as t
from ledger.clock import SHANGHAI, FixedClock
from ledger.database import Ledger
from ledger.errors import LedgerError, PurchaseRefused, QuoteChanged, QuoteExpired
from ledger.gateway import simulated_tables
from ledger.gateway.simulated import SimulatedGateway
from ledger.model import AccountFacts, Quote
from simulation.databases import Fresh

#: These keep something: the evidence of a refusal, the new quote.
KEEP_SOMETHING = (PurchaseRefused, QuoteChanged, QuoteExpired)
CUSTOMERS = ("c-1", "c-2")
ROUNDS_TO_THE_END = 80


@dataclass(frozen=True)
class Done:
    """A command as it was called and answered, to be called again."""

    command: Callable[..., Any]
    args: tuple[Any, ...]
    more: dict[str, Any]
    answer: Any


class LedgerMachine(RuleBasedStateMachine):
    """A ledger with its clock and gateway. The invariants hold after each step, and `end` after the last."""

    def __init__(self, fresh: Fresh, gateway_path: Path) -> None:
        super().__init__()
        self.clock = FixedClock(datetime(2026, 1, 20, 10, 0, tzinfo=SHANGHAI))
        self.gateway_path = gateway_path
        self.gateway = SimulatedGateway(gateway_path, self.clock, silence_s=0)
        self.ledger = Ledger(fresh()[0], self.clock, terms.load(), self.gateway)
        self.orders: list[str] = []
        self.quotes: list[Quote] = []
        self.done: list[Done] = []
        self.numbers = itertools.count(1)

    # -- what always holds ------------------------------------------------------------------------------

    @invariant()
    def the_audit_finds_nothing(self) -> None:
        assert audit.audit(self.ledger) == []

    @invariant()
    def what_a_customer_is_shown_adds_up(self) -> None:
        for customer_id in CUSTOMERS if self.done else ():
            known = self.facts(customer_id)
            owed, limit = known.debts, known.limit
            parts = (owed.unbilled_fen, owed.billed_fen, owed.product_plan_fen, owed.bill_plan_fen)
            assert sum(parts) == owed.total_fen and min(parts) >= 0
            left = limit.total_fen - limit.used_fen - limit.held_fen - owed.chargeback_fen
            assert limit.available_fen == max(0, left) and min(limit.used_fen, limit.held_fen) >= 0
            if known.state == "CLOSED":
                assert limit.total_fen == 0

    @invariant()
    def what_is_owed_back_is_on_its_way(self) -> None:
        """By a payout, or by a person who is asked to send it."""
        asked = {item.details["account_id"] for item in work_items.list_items(self.ledger)
                 if item.kind == "payout_by_hand"}  # fmt: skip
        o, b = t.payouts.c, t.balances.c
        with self.ledger.read() as conn:
            credit = sa.select(b.account_id, -b.amount_fen).where(b.book == journals.CREDIT)
            waiting = {row[0]: row[1] for row in conn.execute(credit)}
            for account_id, fen in conn.execute(
                sa.select(o.account_id, o.amount_fen).where(o.state == "OPEN")
            ):
                waiting[account_id] -= fen
        assert not {account_id for account_id, fen in waiting.items() if fen} - asked

    def teardown(self) -> None:
        """The gateway is well again: every outcome is known at last, and its files are the books."""
        try:
            self.end()
        finally:
            self.gateway.close()

    def end(self) -> None:
        for whose in (*CUSTOMERS, None):
            self.gateway.set_mode("succeed", whose)
        for _ in range(ROUNDS_TO_THE_END):
            self.clock.advance(timedelta(hours=25))
            reconciler.run_once(self.ledger)
            if not reconciler.count_open(self.ledger):
                break
        assert reconciler.count_open(self.ledger) == 0
        self.clock.advance(timedelta(days=1))
        assert audit.audit(self.ledger) == []
        for day in self.days_with_movements():
            assert self.reconcile(day).agrees, day

    # -- how a command is called ------------------------------------------------------------------------

    def do(self, command: Callable[..., Any], *args: Any, **more: Any) -> None:
        """Call a command with a new key."""
        more["key"] = f"k{next(self.numbers)}"
        with self.refusal_changes_nothing():
            self.done.append(Done(command, args, more, command(self.ledger, *args, **more)))

    @contextmanager
    def refusal_changes_nothing(self) -> Iterator[None]:
        before = self.rows()
        try:
            yield
        except KEEP_SOMETHING:
            pass
        except LedgerError as refused:
            assert self.rows() == before, refused

    def rows(self) -> dict[str, list[str]]:
        """Everything that is in the database."""
        with self.ledger.read() as conn:
            return {
                table.name: sorted(repr(tuple(row)) for row in conn.execute(sa.select(table)))
                for table in t.metadata.sorted_tables
            }

    def facts(self, customer_id: str) -> AccountFacts:
        return facts.account_facts(self.ledger, customer_id)

    def an_order(self, data: st.DataObject) -> str:
        return str(data.draw(st.sampled_from(self.orders[-6:] or ["never"])))

    def charge_numbers(self) -> list[str]:
        with self.ledger.read() as conn:
            return list(conn.scalars(sa.select(t.charges.c.number).order_by(t.charges.c.id)))

    def reconcile(self, day: date) -> reconciliation.Report:
        path = self.gateway_path.with_suffix(".csv")
        path.write_text(self.gateway.settlement_file(day), "utf-8")
        return reconciliation.reconcile(self.ledger, path)

    def days_with_movements(self) -> list[date]:
        engine = simulated_tables.open_engine(self.gateway_path)
        with engine.begin() as conn:
            days = {at.date() for at in conn.scalars(sa.select(simulated_tables.movements.c.at))}
        engine.dispose()
        return sorted(days)

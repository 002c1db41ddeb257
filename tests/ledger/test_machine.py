"""A state machine over the ledger's commands: any command in any order, with any arguments, on any day.

After each step the audit is empty and what a customer is shown adds up. A command that is refused changes no
row; one that comes again with its key changes none either and answers as before. In the end every charge and
payout has its outcome, and the books agree with each of the gateway's settlement files.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from ledger import (
    accounts,
    bills,
    closing,
    debits,
    freezes,
    goodwill,
    hearing,
    jobs,
    limits,
    plans,
    purchases,
    quotes,
    reconciler,
    refunds,
    repayments,
    settlement,
    transfers,
)
from ledger.database import Ledger
from ledger.errors import BadInput, IdempotencyConflict
from ledger.gateway.simulated import MODES
from ledger.model import Quote
from simulation.databases import Fresh, empty_ledgers
from tests.ledger.machine import CUSTOMERS
from tests.ledger.machine_paying import PayingMachine

who = st.sampled_from(CUSTOMERS)
fen = st.one_of(st.integers(1, 3_000), st.integers(1_000, 60_000), st.integers(60_000, 400_000))
modes = st.sampled_from(MODES)
in_instalments = st.sampled_from([3, 6, 12])


class Machine(PayingMachine):
    """Two customers, their shops, the staff, the gateway and the calendar."""

    # -- what customers, shops and staff do -----------------------------------------------------------

    @initialize(limit_fen=st.sampled_from([200_000, 2_000_000, 3_000_000]), amount_fen=fen)
    def begin(self, limit_fen: int, amount_fen: int) -> None:
        for customer_id in CUSTOMERS:
            self.open(customer_id, limit_fen)
        self.buy(CUSTOMERS[0], amount_fen)

    def open(self, who: str, limit_fen: int) -> None:
        verified = {"real_name_verified": True, "card_last4": "6688"}
        self.do(accounts.open_account, who, **verified, limit_fen=limit_fen)

    @rule(who=who, amount_fen=fen)
    def buy(self, who: str, amount_fen: int) -> None:
        self.order(who, amount_fen)
        self.do(purchases.capture, self.orders[-1])

    @rule(who=who, amount_fen=fen, periods=in_instalments, fee_free=st.booleans())
    def buy_in_instalments(self, who: str, amount_fen: int, periods: int, fee_free: bool) -> None:
        self.order(who, amount_fen, periods, fee_free)
        self.do(purchases.capture, self.orders[-1])

    @rule(who=who, amount_fen=fen, periods=st.sampled_from([1, 3, 4]))
    def order(self, who: str, amount_fen: int, periods: int = 1, fee_free: bool = False) -> None:
        self.place(who, amount_fen, periods, fee_free)

    @rule(data=st.data(), end=st.sampled_from([purchases.capture, purchases.release]))
    def end_hold(self, data: st.DataObject, end: Callable[..., Any]) -> None:
        self.do(end, self.an_order(data))

    @rule(data=st.data(), amount_fen=fen, at_once=st.booleans())
    def refund(self, data: st.DataObject, amount_fen: int, at_once: bool) -> None:
        order_no = self.an_order(data)
        self.do(refunds.request, order_no=order_no, amount_fen=amount_fen)
        if at_once:
            self.do(refunds.complete, order_no=order_no)

    @rule(data=st.data())
    def complete_refund(self, data: st.DataObject) -> None:
        self.do(refunds.complete, order_no=self.an_order(data))

    @rule(who=who, what=st.sampled_from(["total", "billed", "minimum", "any"]), amount_fen=fen, mode=modes)
    def repay(self, who: str, what: str, amount_fen: int, mode: str) -> None:
        self.gateway.set_mode(mode, who)
        known = self.facts(who)
        bill_fen = known.bill.minimum_fen if known.bill else 0
        chosen = {"total": known.debts.total_fen, "billed": known.debts.billed_fen, "minimum": bill_fen}
        self.do(repayments.repay, who, amount_fen=chosen.get(what, amount_fen))

    @rule(who=who, periods=in_instalments, bill_day=st.booleans())
    def instal_bill(self, who: str, periods: int, bill_day: bool) -> None:
        if bill_day:
            self.live_to(1)
        bill = self.facts(who).bill
        self.do(plans.instal_bill, who, bill_id=bill.id if bill else 0, periods=periods)

    @rule(who=who, close_after=st.booleans(), seen_only=st.booleans(), mode=modes)
    def quote(self, who: str, close_after: bool, seen_only: bool, mode: str) -> None:
        self.gateway.set_mode(mode, who)
        with self.refusal_changes_nothing():
            made = quotes.make(self.ledger, who, close_after=close_after)
            self.quotes.append(made)
            fees = [line for line in made.lines if line.kind in ("next_fee", "settlement_charge")]
            owed = self.facts(who).debts.total_fen
            assert made.total_fen == owed + sum(line.amount_fen for line in fees)
            if not seen_only:
                self.confirm_it(who, made, 0)

    @precondition(lambda self: self.quotes)
    @rule(who=who, data=st.data(), more_fen=st.sampled_from([0, 0, 1, -1]))
    def confirm(self, who: str, data: st.DataObject, more_fen: int) -> None:
        """An old quote, perhaps somebody else's, perhaps with another amount."""
        self.confirm_it(who, data.draw(st.sampled_from(self.quotes[-4:])), more_fen)

    def confirm_it(self, who: str, made: Quote, more_fen: int) -> None:
        amount_fen = made.total_fen + more_fen
        self.do(settlement.confirm, who, quote_id=made.quote_id, amount_fen=amount_fen)

    @rule(who=who, data=st.data())
    def decide(self, who: str, data: st.DataObject) -> None:
        """What a customer does once in a while; all of it is one rule, so that money moves oftener."""
        if self.facts(who).state == "CLOSED":
            self.open(who, 500_000)
        elif data.draw(st.booleans()):
            self.do(debits.switch, who, on=data.draw(st.booleans()))
        else:
            asked = [freezes.apply_unfreeze, closing.withdraw, closing.close]
            self.do(data.draw(st.sampled_from(asked)), who)

    @rule(
        who=who,
        kind=st.sampled_from(["risk", "dispute", "customer"]),
        limit_fen=st.sampled_from([0, 300_000]),
    )
    def assess(self, who: str, kind: str, limit_fen: int) -> None:
        """What the staff decide: whatever lies in the customer's way goes first."""
        known = self.facts(who)
        filed = [each.number for each in known.applications if each.state == "FILED"]
        if filed:
            self.do(freezes.refuse_application, who, number=filed[0])
        elif known.freezes:
            self.do(freezes.lift, who, known.freezes[0].kind)
        elif known.limit_cut is not None:
            self.do(limits.lift_cut, who, reason="assessed")
        elif limit_fen:
            self.do(limits.cut, who, new_fen=limit_fen, evidence={"days_late": 9})
        else:
            self.do(freezes.place, who, kind, {"seen": kind})

    @rule(who=who, command=st.sampled_from([goodwill.waive, goodwill.compensate]), amount_fen=fen)
    def give(self, who: str, command: Callable[..., Any], amount_fen: int) -> None:
        self.do(command, who, amount_fen=amount_fen, reason="sorry", given_by="staff")

    @rule(who=who, amount_fen=fen, whole=st.booleans())
    def transfer(self, who: str, amount_fen: int, whole: bool) -> None:
        sent_fen = (whole and self.facts(who).credit_fen) or amount_fen
        self.do(transfers.record, who, amount_fen=sent_fen, bank_reference=f"B{next(self.numbers)}")

    @precondition(lambda self: self.done)
    @rule(data=st.data(), other_body=st.booleans())
    def again(self, data: st.DataObject, other_body: bool) -> None:
        """A command comes a second time with its key."""
        done = data.draw(st.sampled_from(self.done[-12:]))
        before = self.rows()
        if other_body and "amount_fen" in done.more:
            more = {**done.more, "amount_fen": done.more["amount_fen"] + 1}
            with pytest.raises((IdempotencyConflict, BadInput)):
                done.command(self.ledger, *done.args, **more)
        else:
            answer = done.command(self.ledger, *done.args, **done.more)
            assert lasting(answer) == lasting(done.answer), done
        assert self.rows() == before, done

    # -- what time and the gateway do -------------------------------------------------------------------

    @rule(seconds=st.integers(1, 7_200))
    def wait(self, seconds: int) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    @rule(days=st.integers(1, 40))
    def live_on(self, days: int) -> None:
        self.clock.advance(timedelta(days=days))

    @rule(day=st.sampled_from([1, 6, 7]))
    def live_to(self, day: int) -> None:
        """To the next bill day or due day, or the day after it."""
        self.clock.advance(timedelta(days=1))
        while self.clock.now().day != day:
            self.clock.advance(timedelta(days=1))

    @rule(mode=modes, whose=st.sampled_from([*CUSTOMERS, None]))
    def switch_gateway(self, mode: str, whose: str | None) -> None:
        self.gateway.set_mode(mode, whose)

    @rule(job=st.sampled_from([jobs.run, reconciler.run_once]))
    def run_job(self, job: Callable[[Ledger], int]) -> None:
        job(self.ledger)

    @rule(data=st.data())
    def hear(self, data: st.DataObject) -> None:
        """What the gateway says of a charge, unasked and once more: the second time nothing is new."""
        numbers = self.charge_numbers()
        if numbers:
            answer = self.gateway.query(data.draw(st.sampled_from(numbers)))
            hearing.hear(self.ledger, answer)
            before = self.rows()
            hearing.hear(self.ledger, answer)
            assert self.rows() == before, answer

    @rule()
    def close_month(self) -> None:
        """The last one that is over, twice: the second time it changes nothing."""
        last = self.clock.now().date().replace(day=1) - timedelta(days=1)
        bills.close_month(self.ledger, f"{last:%Y-%m}")
        before = self.rows()
        assert bills.close_month(self.ledger, f"{last:%Y-%m}") == 0
        assert self.rows() == before

    @rule()
    def read_settlement_file(self) -> None:
        self.reconcile(self.clock.now().date() - timedelta(days=1))


def lasting(answer: Any) -> Any:
    """What of an answer may not change: a charge's state goes on."""
    return getattr(answer, "number", answer)


def run(fresh: Fresh, folder: Path, **more: Any) -> None:
    numbers = itertools.count(1)
    run_state_machine_as_test(
        lambda: Machine(fresh, folder / f"gateway-{next(numbers)}.db"),  # type: ignore[arg-type]
        settings=settings(deadline=None, suppress_health_check=list(HealthCheck), **more),
    )


@pytest.mark.slow
def test_the_books_hold_whatever_is_commanded(tmp_path: Path) -> None:
    with empty_ledgers("sqlite") as fresh:
        run(fresh, tmp_path, max_examples=20, stateful_step_count=40, derandomize=True)


@pytest.mark.long
def test_the_books_hold_in_many_machines(tmp_path: Path) -> None:
    with empty_ledgers("sqlite") as fresh:
        run(fresh, tmp_path, max_examples=300, stateful_step_count=60, print_blob=True)


@pytest.mark.long
def test_the_books_hold_in_many_machines_on_postgresql(tmp_path: Path, postgresql_server: sa.URL) -> None:
    with empty_ledgers("postgresql", postgresql_server) as fresh:
        run(fresh, tmp_path, max_examples=30, stateful_step_count=60, print_blob=True)

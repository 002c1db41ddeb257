"""Settling through the HTTP adapter, the gateway's server and its webhooks, with faults of the network."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sanic import Sanic

from actions import http_webhook
from demo import gateway_server
from ledger import audit, reconciler, tickets, work_items
from ledger import tables as t
from ledger.clock import FixedClock
from ledger.database import Ledger
from ledger.gateway.over_http import HttpGateway, HttpSettings
from ledger.gateway.simulated import SimulatedGateway
from ledger.terms import Terms
from scripts.processes import free_port
from tests.ledger.customer import Customer, told
from tests.ledger.faulty_wire import Fault, FaultyWire, faulty_wire
from tests.serving import serving

CALLS, WEBHOOKS = "calls-of-the-test", "webhooks-of-the-test"
OWED_FEN = 100_000
PATIENCE_S = 10.0


@dataclass(frozen=True)
class Line:
    """Both ends and the two ways between them, which can fail."""

    ledger: Ledger
    gateway: SimulatedGateway
    clock: FixedClock
    calls: FaultyWire
    webhooks: FaultyWire
    customer: Customer

    def settle(self) -> str:
        return self.customer.confirm(self.customer.quote()).state

    def state(self) -> str:
        found = self.customer.facts.last_settlement
        assert found is not None
        return found.state

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait for what a webhook brings."""
        end = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < end, "nothing came"
            time.sleep(0.05)

    def all_told(self) -> bool:
        return self.gateway.notifications() == []

    def in_books(self) -> int:
        """The money that the ledger says the gateway has of ours, in fen."""
        p = t.postings.c
        held = sa.select(sa.func.coalesce(sa.func.sum(p.amount_fen), 0)).where(p.book == "gateway.clearing")
        with self.ledger.read() as conn:
            return int(conn.execute(held).scalar_one())

    def at_gateway(self) -> int:
        """The same by the gateway's own count."""
        head = self.gateway.settlement_file(self.clock.now().date()).splitlines()[0]
        return int(head.split(",")[-1])


@pytest.fixture
def line(ledger: Ledger, tmp_path: Path, clock: FixedClock, quick: Terms) -> Iterator[Line]:
    Sanic.test_mode = True
    gateway = SimulatedGateway(tmp_path / "elsewhere.db", clock, silence_s=0, tell_all=True)
    public_port = free_port()
    with faulty_wire(f"http://127.0.0.1:{public_port}") as webhooks:
        url = f"{webhooks.url}/payments/webhook"
        server = gateway_server.build_app(gateway, gateway_server.Keys(CALLS, url, WEBHOOKS))
        public = http_webhook.build_app(ledger, [WEBHOOKS], 0.1)
        with serving(server) as at, serving(public, public_port), faulty_wire(at) as calls:
            adapter = HttpGateway(HttpSettings(calls.url, CALLS, call_timeout_s=1.0))
            ours = replace(ledger, gateway=adapter, rules=quick)
            customer = Customer(ours)
            customer.buy(OWED_FEN)
            yield Line(ours, gateway, clock, calls, webhooks, customer)
            adapter.close()
    gateway.close()
    Sanic._app_registry.clear()


@pytest.fixture
def quick(ledger: Ledger) -> Terms:
    """The customer waits one second at most."""
    return replace(ledger.terms, charge_timeout_s=1)


def assert_agreed(line: Line) -> None:
    assert audit.audit(line.ledger) == []
    assert line.in_books() == line.at_gateway()
    assert work_items.list_items(line.ledger) == []


def test_a_success_answered_and_told_is_booked_once(line: Line) -> None:
    assert line.settle() == "SETTLED"
    line.until(line.all_told)
    assert told(line.ledger) == []
    assert line.at_gateway() == OWED_FEN
    assert_agreed(line)


@pytest.mark.parametrize("fault", ["lost_answer", "cut_answer", "slow_answer"])
def test_charged_but_not_answered_the_webhook_settles(line: Line, fault: Fault) -> None:
    line.calls.fault = fault
    line.settle()
    line.until(lambda: line.state() == "SETTLED")
    line.calls.fault = ""
    line.until(line.all_told)
    assert told(line.ledger) in ([], [("settlement_result", "S1")])
    assert line.at_gateway() == OWED_FEN
    assert_agreed(line)


@pytest.mark.parametrize("fault", ["lost_call", "refused"])
def test_never_arrived_it_is_cancelled_and_the_next_try_pays(line: Line, fault: Fault) -> None:
    line.calls.fault = fault
    assert line.settle() == "UNKNOWN"
    line.calls.fault = ""
    line.clock.advance(timedelta(seconds=5))
    reconciler.run_once(line.ledger)
    assert line.state() == "FAILED"
    line.settle()  # on a slow day the answer may miss its second; the webhook does not
    line.until(lambda: line.state() == "SETTLED")
    line.until(line.all_told)
    assert line.at_gateway() == OWED_FEN
    assert_agreed(line)


@pytest.mark.parametrize("fault", ["lost_answer", "cut_answer", "refused", "slow_answer"])
def test_webhooks_come_again_until_they_are_answered(line: Line, fault: Fault) -> None:
    """The same one arrives several times where only its answer is lost."""
    line.gateway.set_mode("hold", line.customer.id)
    assert line.settle() == "UNKNOWN"
    line.webhooks.fault = fault
    line.gateway.set_mode("succeed", line.customer.id)
    time.sleep(1.0)
    line.webhooks.fault = ""
    line.until(line.all_told)
    assert line.state() == "SETTLED"
    assert told(line.ledger) == [("settlement_result", "S1")]
    assert_agreed(line)


def test_a_webhook_that_the_ledger_cannot_take_comes_again(line: Line) -> None:
    line.gateway.set_mode("hold", line.customer.id)
    assert line.settle() == "UNKNOWN"
    with line.ledger.engine.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE charges RENAME TO charges_gone")
    line.gateway.set_mode("succeed", line.customer.id)
    time.sleep(0.5)
    with line.ledger.engine.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE charges_gone RENAME TO charges")
    line.until(lambda: line.state() == "SETTLED")
    assert_agreed(line)


def test_a_late_success_told_by_webhook_goes_back(line: Line) -> None:
    line.gateway.set_mode("late")
    assert line.settle() == "UNKNOWN"
    line.clock.advance(timedelta(seconds=5))
    reconciler.run_once(line.ledger)
    assert line.state() == "FAILED"
    line.clock.advance(timedelta(seconds=10))
    line.until(lambda: line.in_books() == OWED_FEN)
    reconciler.run_once(line.ledger)
    line.until(line.all_told)
    assert line.at_gateway() == 0
    kinds = [kind for kind, _ in told(line.ledger)]
    assert kinds == ["settlement_result", "late_success", "payout_done"]
    assert customer_owes(line) == OWED_FEN
    assert_agreed(line)


def test_a_charge_back_told_by_webhook_is_owed_again(line: Line) -> None:
    line.gateway.set_mode("chargeback")
    assert line.settle() == "SETTLED"
    line.clock.advance(timedelta(seconds=10))
    line.until(lambda: customer_owes(line) == OWED_FEN)
    line.until(line.all_told)
    assert [ticket.kind for ticket in tickets.list_tickets(line.ledger)] == ["chargeback"]
    assert_agreed(line)


def test_a_decline_is_told_at_once(line: Line) -> None:
    line.gateway.set_mode("decline")
    assert line.settle() == "FAILED"
    line.until(line.all_told)
    assert told(line.ledger) == []
    assert_agreed(line)


def customer_owes(line: Line) -> int:
    return line.customer.facts.debts.total_fen

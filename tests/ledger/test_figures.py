"""The ledger's figures: each state counted once, each queue with its oldest, and no table read through."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from ledger import charges, figures, outbox, tickets, work_items
from ledger import tables as t
from ledger.clock import FixedClock
from ledger.database import Ledger
from ledger.figures import Queue, Watch
from ledger.gateway.simulated import SimulatedGateway
from tests.ledger.customer import Customer, resolve
from tests.ledger.settling import created

NONE = Queue(0, 0.0)


def test_an_empty_ledger_has_nothing_waiting(ledger: Ledger) -> None:
    read = Watch(ledger).read()
    assert (read.settlements, read.open_charges) == ({}, {})
    assert read.queues == dict.fromkeys(
        ("unknown_charges", "payouts", "outbox", "tickets", "late_tickets", "work_items"), NONE
    )


def test_settlements_are_counted_by_state_as_they_go_on(
    ledger: Ledger, gateway: SimulatedGateway, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "_LATECOMERS", 1)
    watch, customers = Watch(ledger), [Customer(ledger, f"c-{number}") for number in range(6)]
    for number, customer in enumerate(customers):
        customer.buy(100_000)
        if number == 3:
            gateway.set_mode("hold", customer.id)
        if number == 5:
            created(customer)
            continue
        customer.confirm(customer.quote())
        watch.read()
    clock.advance(timedelta(minutes=2))
    read = watch.read()
    assert read.settlements == {"SETTLED": 4, "UNKNOWN": 1, "CREATED": 1}
    assert read.open_charges == {"UNKNOWN": 1, "CREATED": 1}
    assert read.queues["unknown_charges"] == Queue(1, 120.0)
    assert watch._ended == {"SETTLED": 3}, "the first three are not looked at again"
    resolve(ledger, "S4-1", "DECLINED")
    charges.send(ledger, "S6-1")
    resolve(ledger, "S6-1", "SUCCEEDED")
    assert watch.read().settlements == Watch(ledger).read().settlements == {"SETTLED": 5, "FAILED": 1}
    assert watch.read().queues["unknown_charges"] == NONE


def test_what_waits_is_counted_until_it_is_dealt_with(ledger: Ledger, clock: FixedClock) -> None:
    ticket = tickets.open_ticket(
        ledger, sender="web-c-1", customer_id=None, kind="human", packet={}, key="t1"
    )
    clock.advance(timedelta(minutes=1))
    work_items.open_item(ledger, "unknown_charge", "S9-1", {})
    with ledger.write() as conn:
        outbox.put(conn, "web-c-1", "payout_done", "P1", clock.now())
    late_s = timedelta(days=3).total_seconds()
    clock.advance(timedelta(days=3))
    queues = Watch(ledger).read().queues
    assert (queues["tickets"], queues["outbox"]) == (Queue(1, late_s + 60), Queue(1, late_s))
    assert queues["work_items"] == Queue(1, late_s) and queues["payouts"] == NONE
    promised_s = (ticket.promised_by - ticket.opened_at).total_seconds()
    assert queues["late_tickets"] == Queue(1, late_s + 60 - promised_s)
    tickets.take(ledger, ticket.id, "staff-1")
    outbox.ack(ledger, [item.id for item in outbox.claim(ledger, 9, 60)])
    work_items.close(ledger, 1, "seen")
    assert set(Watch(ledger).read().queues.values()) == {NONE}


def test_what_waits_is_found_by_its_index(ledger: Ledger, clock: FixedClock) -> None:
    if ledger.engine.dialect.name != "sqlite":
        pytest.skip("a small table of PostgreSQL's is read through whatever indexes there are")
    wanted = {"charges": figures._CHARGES, **figures._queues(clock.now())}
    with ledger.read() as conn:
        for name, statement in wanted.items():
            text = statement.compile(ledger.engine, compile_kwargs={"render_postcompile": True})
            values = tuple(text.params[each] for each in text.positiontup or ())
            plan = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values).all()
            assert all(" USING " in step[3] or "TEMP B-TREE" in step[3] for step in plan), (name, plan)
        assert conn.execute(sa.select(sa.func.count()).select_from(t.settlements)).scalar_one() == 0

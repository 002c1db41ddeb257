"""The end of a world: faults are over, time passes, and what the gateway has is what the books say."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ledger import debits, merchants, penalties, reconciler
from ledger import support_tables as st
from ledger import tables as t
from simulation.violations import expect, expect_equal, expect_none

if TYPE_CHECKING:
    from simulation.world import World

_PAUSE = timedelta(hours=9)
_ROUNDS, _QUESTIONS = 12, 4  # four and a half days: longer than any delay of the gateway


def finish(world: World) -> None:
    """Raises Violation where something never ends, or where books and gateway differ."""
    world.weather = 0.0
    world.let_all_flows_end()
    ledger = world.processes[0]
    for _ in range(_ROUNDS):
        world.clock.advance(_PAUSE)
        for _ in range(_QUESTIONS):
            reconciler.run_once(ledger)
            world.look()
        penalties.run(ledger)
        world.look()
        debits.run(ledger)
        world.look()
        merchants.run(ledger)
        world.look()
    _everything_ended(world)
    _gateway_is_in_the_books(world)
    _credit_went_back(world)
    _customers_were_told(world)


def _everything_ended(world: World) -> None:
    changes = world.changes
    assert changes is not None
    expect_none(
        (c.number for c in changes.charges if c.state in ("CREATED", "SENT", "UNKNOWN")), "charges end"
    )
    expect_none((p.id for p in changes.payouts if p.state == "OPEN"), "payouts end")
    now = world.clock.now()
    behind = [a for a in changes.accounts if world.follower.is_behind(changes, a, now)]
    expect_none(behind, "the day's job leaves no account behind")


def _gateway_is_in_the_books(world: World) -> None:
    """Charge by charge: what came in, less what the bank took back and what was sent back."""
    booked: Counter[str] = Counter()
    with world.processes[0].read() as conn:
        charge_of = {
            f"P{row.id}": row.charge_number
            for row in conn.execute(sa.select(t.payouts.c.id, t.payouts.c.charge_number))
        }
    for reference, fen in world.invariants.gateway.items():
        event, number = reference.split(":", 1)
        booked[charge_of[number] if event == "refund" else number] += fen
    for number, record in world.gateway.records.items():
        expect_equal(booked.pop(number, 0), record.taken_fen, "ledger = gateway", number)
    expect_none(
        ((number, fen) for number, fen in booked.items() if fen), "the gateway knows every charge booked"
    )


def _credit_went_back(world: World) -> None:
    """What is owed back stays only where no charge is left that could carry it."""
    with world.processes[0].read() as conn:
        refused = set(
            conn.scalars(sa.select(t.payouts.c.charge_number).where(t.payouts.c.state == "REFUSED"))
        )
        charges = conn.execute(sa.select(t.charges.c.account_id, t.charges.c.number)).all()
    room: Counter[int] = Counter()
    for account_id, number in charges:
        record = world.gateway.records.get(number)
        if record is not None and number not in refused:
            room[account_id] += record.taken_fen
    for account_id, account in world.follower.accounts.items():
        stays = account.credit and room[account_id]
        expect(not stays, "owed back and not sent back", account_id, account.credit, room[account_id])


def _customers_were_told(world: World) -> None:
    """Each result that had been unknown, and each debit's, was told once to each sender."""
    o, c = st.outbox.c, t.charges.c
    with world.processes[0].read() as conn:
        told = Counter(tuple(row) for row in conn.execute(sa.select(o.kind, o.ref)))
        rows = conn.execute(sa.select(c.number, c.settlement_id)).all()
    for number, settlement_id in rows:
        if number.startswith("D"):
            expect_equal(told["debit_result", number], 1, "what became of a debit is told", number)
        elif number in world.invariants.unknown_charges:
            key = (
                ("repayment_result", number)
                if settlement_id is None
                else ("settlement_result", f"S{settlement_id}")
            )
            expect_equal(told[key], 1, "an unknown outcome is told once it is known", number)

"""The end of a world: faults are over, time passes, and what the gateway has is what the books say."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ledger import debits, merchants, penalties, reconciler, seals, transfers, work_items
from ledger import support_tables as st
from ledger import tables as t
from simulation import books
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
        penalties.run(ledger)
        world.look()
        debits.run(ledger)
        world.look()
        merchants.run(ledger)
        world.look()
        for _ in range(_QUESTIONS):  # last: a debit may have opened a payout
            reconciler.run_once(ledger)
            world.look()
    _everything_ended(world)
    _gateway_is_in_the_books(world)
    _credit_went_back(world)
    _customers_were_told(world)
    _rest_is_sent_by_bank(world)
    _files_are_the_books(world)
    for who, month in list(world.statements):
        books.expect_same_statement(world, ledger, who, month)
    seals.seal(ledger)
    world.look()
    world.invariants.expect_sealed()
    books.expect_export_agrees(world)


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


def _rest_is_sent_by_bank(world: World) -> None:
    """What no charge can carry is a work item; when staff have sent it, nothing is owed back any more."""
    for account_id, fen in world.free_credit().items():
        if fen:
            waiting = {key for kind, key in _open_work_items(world) if kind == "payout_by_hand"}
            asked = any(key.startswith(f"A{account_id}-") for key in waiting)
            expect(asked, "somebody is asked to send what is owed back", account_id, fen)
            transfers.record(
                world.processes[0],
                world.customer_of(account_id),
                account_id=account_id,
                amount_fen=fen,
                bank_reference=f"end-{account_id}",
                key=f"end-{account_id}",
            )
            world.look()
    owed = {account_id: a.credit for account_id, a in world.follower.accounts.items() if a.credit}
    expect(not owed, "all that is owed back was sent", owed)


def _files_are_the_books(world: World) -> None:
    """The last files have no fault: then every movement was in one, and each fault before is a work item."""
    world.clock.advance(timedelta(days=1))
    files, booked = world.files, world.invariants.gateway
    files.write(world.gateway.movements(), world.clock.now().date(), booked, None)
    while files.unread:
        books.read_next_file(world, world.processes[0])
    expect_none(booked.keys() - files.told.keys(), "every movement is in a file")
    filed = {each for each in _open_work_items(world) if each[0].startswith("settlement_")}
    expect_equal(filed, files.work_items, "what a file has wrong is a work item")


def _open_work_items(world: World) -> list[tuple[str, str]]:
    return [(item.kind, item.key) for item in work_items.list_items(world.processes[0])]


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

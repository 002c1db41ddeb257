"""Every invariant that the audit knows, broken once: it says so, and says where."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
import sqlalchemy as sa

from ledger import audit, reconciler, settlement, triggers
from ledger.database import Ledger
from ledger.gateway.interface import ChargeAnswer
from ledger.gateway.simulated import SimulatedGateway
from tests.ledger.customer import Customer


@pytest.fixture
def lived(ledger: Ledger, gateway: SimulatedGateway) -> Ledger:
    """c-1 has settled (S1-1), paid too much (R1-1) and got it back (P1), and has a hold; what c-2 paid (R2-1)
    was taken back; c-3 settles and closes, and nobody knows yet (S2-1)."""
    paying = Customer(ledger, "c-1", on="2026-10-05")
    paying.buy(100_000)
    paying.buy(60_000, periods=6)
    paying.at("2026-11-03").confirm(paying.quote())
    paying.buy(5_000)
    paying.repay(7_000)
    reconciler.run_once(ledger)
    paying.hold(2_000)
    taken_back = Customer(ledger, "c-2")
    taken_back.buy(30_000)
    number = taken_back.repay(30_000).number
    settlement.resolve(ledger, number, ChargeAnswer(number, "CHARGED_BACK", "GC", 30_000))
    open_ = Customer(ledger, "c-3")
    open_.buy(40_000)
    gateway.set_mode("timeout")
    open_.confirm(open_.quote(close_after=True))
    return ledger


def test_books_that_have_seen_much_are_sound(lived: Ledger) -> None:
    assert audit.audit(lived) == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        # The books
        (
            "UPDATE postings SET amount_fen = 99999 WHERE journal_id = 3 AND line_no = 1",
            "journal 3 sums to -1",
        ),
        (
            "UPDATE postings SET amount_fen = 99999 WHERE journal_id = 3 AND line_no = 1",
            "do not sum to zero on",
        ),
        (
            "DELETE FROM postings WHERE journal_id = 3 AND line_no = 1",
            "journal 3 sums to -100000 over 1 lines",
        ),
        (
            "UPDATE balances SET amount_fen = 1 WHERE account_id = 2 AND book = 'limit.hold'",
            "cached 1, posted 0",
        ),
        (
            "UPDATE journals SET value_on = '2026-10-06' WHERE id = 3",
            "chain of account 1 breaks at journal 3",
        ),
        ("UPDATE accounts SET chain_head = 'x' WHERE id = 3", "chain of account 3 does not end at its head"),
        ("DELETE FROM journals WHERE id = 15", "postings without journal 15"),
        # What is owed
        (
            "UPDATE items SET amount_fen = amount_fen + 1 WHERE account_id = 3",
            "items of (3, 'receivable.unbilled')",
        ),
        (
            "UPDATE purchases SET amount_fen = 2001 WHERE state = 'HELD'",
            "items of (1, 'limit.hold'): 2001 left",
        ),
        (
            "UPDATE allocations SET amount_fen = amount_fen - 1 WHERE item_id = 1",
            "item 1: paid 100000, allocated 99999",
        ),
        ("UPDATE plans SET principal_fen = 60001", "plan 1: principal 60000 of 60001"),
        ("UPDATE plan_fees SET fee_fen = 451 WHERE period_no = 6", "quoted [450, 450, 450, 450, 450, 450]"),
        (
            "UPDATE plan_fees SET state = 'BILLED' WHERE period_no = 3",
            "fees of 900 are items, 1350 are billed",
        ),
        ("UPDATE purchases SET plan_id = 1 WHERE id = 6", "purchase 6 is in 1 items and plan 1"),
        ("UPDATE purchases SET plan_id = NULL WHERE id = 2", "purchase 2 is in 0 items and plan None"),
        ("UPDATE accounts SET state = 'CLOSED', limit_fen = 0 WHERE id = 3", "account 3 is closed with"),
        # Settling
        (
            "UPDATE quotes SET total_fen = 1 WHERE account_id = 1",
            "settlement S1: lines 161350, quote 1, amount 161350",
        ),
        ("UPDATE settlements SET amount_fen = 1 WHERE id = 1", "settlement S1: 161350 captured of 1"),
        ("UPDATE items SET paid_fen = paid_fen - 1 WHERE id = 1", "settlement S1: items [1] are not paid"),
        (
            "UPDATE settlements SET state = 'FAILED' WHERE id = 1",
            "S1 is FAILED: 1 of its charges succeeded, 0 are open",
        ),
        (
            "UPDATE settlements SET state = 'SETTLED' WHERE id = 2",
            "S2 is SETTLED: 0 of its charges succeeded, 1 are open",
        ),
        (
            "UPDATE accounts SET closing_settlement_id = 1 WHERE id = 3",
            "account 3 is CLOSING by settlement 1: None",
        ),
        ("UPDATE accounts SET state = 'ACTIVE' WHERE id = 3", "account 3 is ACTIVE by settlement 2: UNKNOWN"),
        # What the gateway took and gave back
        (
            "UPDATE charges SET amount_fen = 30001 WHERE number = 'R2-1'",
            "charge R2-1: 30000 captured of 30001",
        ),
        (
            "UPDATE journals SET reference = 'capture:S2-1' WHERE id = 13",
            "charge S2-1 is UNKNOWN and has captured 7000",
        ),
        (
            "UPDATE journals SET reference = 'capture:S2-1' WHERE id = 13",
            "booked for account 1, its charge is of 3",
        ),
        (
            "UPDATE journals SET reference = 'capture:X' WHERE id = 13",
            "booked for account 1, its charge is of None",
        ),
        (
            "UPDATE charges SET amount_fen = 29999 WHERE number = 'R2-1'",
            "chargeback:R2-1: -30000 booked of 29999",
        ),
        ("UPDATE payouts SET state = 'OPEN'", "payout P1 is OPEN, -2000 booked of -2000"),
        ("UPDATE payouts SET amount_fen = 1999", "payout P1 is DONE, -2000 booked of -1999"),
        ("UPDATE payouts SET account_id = 2", "payout P1 is DONE, None booked of -2000"),
        ("DELETE FROM payouts", "1 refunds are booked, 0 payouts are done"),
        (
            "UPDATE charges SET sent_back_fen = 1999 WHERE number = 'R1-1'",
            "1999 sent back, its payouts are 2000",
        ),
        ("UPDATE payouts SET state = 'OPEN'", "account 1: payouts of 2000 are open, 0 is owed back"),
        (
            "UPDATE payouts SET state = 'OPEN', account_id = 3",
            "account 3: payouts of 2000 are open, 0 is owed back",
        ),
        (
            "DELETE FROM allocations WHERE journal_id = 13",
            "capture:R1-1: 7000 came, 0 allocated, 2000 owed back",
        ),
    ],
)
def test_what_is_broken_is_named(lived: Ledger, statement: str, said: str) -> None:
    change(lived.engine, statement)
    assert [line for line in audit.audit(lived) if said in line], audit.audit(lived)


def change(engine: sa.Engine, statement: str) -> None:
    """As somebody who may do everything in the database: no trigger and no foreign key is in the way."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as conn:
            conn.exec_driver_sql("SET LOCAL session_replication_role = replica")
            conn.exec_driver_sql(statement)
        return
    with engine.begin() as conn:
        triggers.remove(conn)
    with closing(sqlite3.connect(engine.url.database or "")) as conn_without_foreign_keys:
        conn_without_foreign_keys.execute(statement)
        conn_without_foreign_keys.commit()
    with engine.begin() as conn:
        triggers.install(conn)

"""Several writes in one statement are made in their order, or none of them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ledger import bulk
from ledger import tables as t
from ledger.database import Ledger


def journal(ledger: Ledger) -> tuple[bulk.Insert, bulk.Insert]:
    """A journal's lines and its header, which is refused unless they are there before it."""
    lines = [
        {"journal_id": 7, "line_no": number, "book": "bank", "account_id": None, "amount_fen": fen}
        for number, fen in ((1, 5), (2, -5))
    ]
    at = ledger.clock.now()
    said = {"id": 7, "kind": "test", "at": at, "value_on": at.date(), "previous_hash": "", "hash": "h"}
    return bulk.Insert(t.postings, lines), bulk.Insert(t.journals, [said])


def test_changes_are_made_in_their_order(ledger: Ledger) -> None:
    lines, header = journal(ledger)
    with ledger.write() as conn:
        bulk.write(conn, lines, header, bulk.Update(t.balances, ("account_id", "book"), []))
    with ledger.read() as conn:
        [row] = conn.execute(sa.select(t.journals))
        assert (row.id, row.at, row.value_on) == (7, ledger.clock.now(), ledger.clock.now().date())


def test_in_another_order_none_is_made(ledger: Ledger) -> None:
    lines, header = journal(ledger)
    with pytest.raises(sa.exc.IntegrityError, match="fewer than two lines"), ledger.write() as conn:
        bulk.write(conn, header, lines)
    with ledger.read() as conn:
        assert conn.execute(sa.select(t.postings)).all() == conn.execute(sa.select(t.journals)).all() == []


def test_new_ids_come_after_those_there_are(ledger: Ledger) -> None:
    with ledger.write() as conn:
        first = bulk.next_ids(conn, t.items, 3)
        assert (first, bulk.next_ids(conn, t.items, 0)) == ([1, 2, 3], [])

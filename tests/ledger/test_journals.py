"""The database itself keeps the books: whoever writes to it, by whatever means."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ledger import audit, journals, triggers
from ledger import tables as t
from ledger.database import Ledger
from tests.ledger.customer import Customer, assert_books_hold

#: SQLite says IntegrityError for RAISE(ABORT), PostgreSQL for the code the triggers raise.
REFUSED = sa.exc.IntegrityError


@pytest.fixture
def journal_id(ledger: Ledger) -> int:
    """A sealed journal, of a purchase of 100.00."""
    Customer(ledger).buy(10_000)
    with ledger.read() as conn:
        return int(
            conn.execute(sa.select(t.journals.c.id).where(t.journals.c.kind == "purchase")).scalar_one()
        )


def posting(journal_id: int, line_no: int, amount_fen: int, account_id: int | None = None) -> sa.Insert:
    return sa.insert(t.postings).values(
        journal_id=journal_id, line_no=line_no, book="bank", account_id=account_id, amount_fen=amount_fen
    )


def header(ledger: Ledger, journal_id: int) -> sa.Insert:
    now = ledger.clock.now()
    values = {"id": journal_id, "kind": "test", "at": now, "value_on": now.date()}
    return sa.insert(t.journals).values(**values, previous_hash="", hash="")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE journals SET kind = 'gift' WHERE id = :id",
        "DELETE FROM journals WHERE id = :id",
        "UPDATE postings SET amount_fen = 1 WHERE journal_id = :id",
        "DELETE FROM postings WHERE journal_id = :id",
    ],
)
def test_nothing_posted_ever_changes(ledger: Ledger, journal_id: int, sql: str) -> None:
    with pytest.raises(REFUSED, match="never change"), ledger.engine.begin() as conn:
        conn.execute(sa.text(sql), {"id": journal_id})
    assert_books_hold(ledger)


def test_no_line_is_added_to_a_sealed_journal(ledger: Ledger, journal_id: int) -> None:
    with pytest.raises(REFUSED, match="line after its journal"), ledger.engine.begin() as conn:
        conn.execute(posting(journal_id, 9, 5))


def test_no_line_is_replaced(ledger: Ledger, journal_id: int) -> None:
    if ledger.engine.dialect.name != "sqlite":
        pytest.skip("REPLACE is SQLite's")
    with pytest.raises(REFUSED), ledger.engine.begin() as conn:
        conn.execute(posting(journal_id, 1, 5).prefix_with("OR REPLACE"))
    with pytest.raises(REFUSED), ledger.engine.begin() as conn:
        conn.execute(header(ledger, journal_id).prefix_with("OR REPLACE"))
    assert_books_hold(ledger)


def test_tables_of_sealed_journals_are_not_emptied(ledger: Ledger, journal_id: int) -> None:
    if ledger.engine.dialect.name != "postgresql":
        pytest.skip("TRUNCATE is PostgreSQL's")
    with pytest.raises(REFUSED, match="never change"), ledger.engine.begin() as conn:
        conn.exec_driver_sql("TRUNCATE postings, allocations, journals")


@pytest.mark.parametrize(
    ("amounts", "why"),
    [((5, -4), "does not sum to zero"), ((5,), "fewer than two lines"), ((), "fewer than two lines")],
)
def test_an_unbalanced_journal_is_refused(ledger: Ledger, amounts: tuple[int, ...], why: str) -> None:
    with pytest.raises(REFUSED, match=why), ledger.engine.begin() as conn:
        for number, fen in enumerate(amounts, 1):
            conn.execute(posting(900, number, fen))
        conn.execute(header(ledger, 900))


def test_lines_without_a_journal_do_not_commit(ledger: Ledger) -> None:
    with pytest.raises(REFUSED), ledger.engine.begin() as conn:
        conn.execute(posting(900, 1, 5))
        conn.execute(posting(900, 2, -5))


def test_a_journal_holds_lines_of_one_account(ledger: Ledger) -> None:
    Customer(ledger)
    with pytest.raises(REFUSED, match="another account"), ledger.engine.begin() as conn:
        conn.execute(posting(900, 1, 5, account_id=1))
        conn.execute(posting(900, 2, -5))
        conn.execute(header(ledger, 900))


def test_a_receivable_never_goes_below_zero(ledger: Ledger) -> None:
    customer = Customer(ledger)
    customer.buy(10_000)
    with pytest.raises(REFUSED), ledger.engine.begin() as conn:
        conn.execute(
            sa.update(t.balances).where(t.balances.c.book == "receivable.unbilled").values(amount_fen=-1)
        )


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("UPDATE postings SET amount_fen = amount_fen + 1 WHERE line_no = 1", "sums to"),
        ("UPDATE journals SET kind = 'gift' WHERE id = 1", "chain of account 1 breaks at journal 1"),
        ("UPDATE postings SET book = 'bank' WHERE book = 'merchant.payable'", "chain of account 1 breaks"),
        ("UPDATE balances SET amount_fen = amount_fen + 1", "cached"),
        ("UPDATE items SET amount_fen = amount_fen + 1", "items of"),
        ("UPDATE accounts SET chain_head = 'x'", "does not end at its head"),
    ],
)
def test_the_audit_finds_what_was_changed_behind_the_triggers(ledger: Ledger, sql: str, found: str) -> None:
    Customer(ledger).buy(10_000)
    assert_books_hold(ledger)
    with ledger.engine.begin() as conn:
        triggers.remove(conn)
        conn.exec_driver_sql(sql)
    assert any(found in line for line in audit.audit(ledger))


def test_a_journal_cannot_be_rewritten_without_rewriting_all_that_follow(ledger: Ledger) -> None:
    """Its own hash made right again, and the next one told of it: the next one's hash still gives it away."""
    Customer(ledger).buy(10_000)
    j, p = t.journals.c, t.postings.c
    with ledger.engine.begin() as conn:
        triggers.remove(conn)
        first = dict(conn.execute(sa.select(t.journals).where(j.id == 1)).mappings().one()) | {"kind": "gift"}
        rows = conn.execute(sa.select(p.book, p.amount_fen).where(p.journal_id == 1).order_by(p.line_no))
        digest = journals.entry_digest("", first, [(row.book, row.amount_fen) for row in rows])
        conn.execute(sa.update(t.journals).where(j.id == 1).values(kind="gift", hash=digest))
        conn.execute(sa.update(t.journals).where(j.id == 2).values(previous_hash=digest))
    assert "chain of account 1 breaks at journal 2" in audit.audit(ledger)


def test_every_customer_has_a_chain_of_their_own(ledger: Ledger) -> None:
    for name in ("c-1", "c-2"):
        Customer(ledger, name).buy(10_000)
    with ledger.read() as conn:
        firsts = conn.execute(
            sa.select(t.journals.c.account_id).where(t.journals.c.previous_hash == "")
        ).all()
    assert len(firsts) == 2
    assert_books_hold(ledger)

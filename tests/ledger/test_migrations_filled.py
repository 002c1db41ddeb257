"""Migrating a database in use: its rows stay, its books hold, and no program acts on a strange one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from ledger import (
    accounts,
    audit,
    closing,
    facts,
    links,
    merchants,
    outbox,
    penalties,
    purchases,
    quotes,
    reconciler,
    schema,
    seals,
    work_items,
)
from ledger.clock import FixedClock
from ledger.database import Ledger, open_engine
from ledger.errors import LedgerError, OtherSchema, Unavailable, WouldForget
from ledger.losses import GIVE_UP
from ledger.told import sentence
from tests.ledger.customer import Customer, assert_books_hold
from tests.ledger.lives import World, open_

#: The oldest revision that has every table which the books' invariants speak of.
WHOLE = "0003"
Rows = dict[str, list[dict[str, Any]]]


def revisions() -> list[str]:
    """From the newest to the oldest."""
    return [script.revision for script in ScriptDirectory.from_config(schema._config()).walk_revisions()]


def migrate(engine: sa.Engine, revision: str, *, give_up: bool = True) -> None:
    """`give_up`: what a migration back forgets may go."""
    current = [*revisions(), "base"]
    with engine.begin() as conn:
        going = command.downgrade if current.index(revision) > current.index(at(conn)) else command.upgrade
        config = schema._config(conn)
        config.attributes[GIVE_UP] = give_up
        going(config, revision)


def at(conn: sa.Connection) -> str:
    return str(conn.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one())


def rows(engine: sa.Engine) -> Rows:
    """Every row of every table, by column: whatever the program of the day calls them."""
    found = sa.MetaData()
    found.reflect(engine)
    with engine.connect() as conn:
        return {
            table.name: sorted((dict(row) for row in conn.execute(sa.select(table)).mappings()), key=repr)
            for table in found.sorted_tables
            if table.name != "alembic_version"
        }


def kept(before: Rows, after: Rows) -> Rows:
    """`before`, without the tables and columns that are not there any more."""
    return {
        table: sorted(
            ({name: row[name] for name in row if name in after[table][0]} for row in found), key=repr
        )
        for table, found in before.items()
        if after.get(table)
    }


def assert_sealed(engine: sa.Engine) -> None:
    """The triggers are where they were: no journal changes, and none is unbalanced."""
    for statement in ("UPDATE journals SET kind = 'x'", "DELETE FROM postings"):
        with pytest.raises(sa.exc.DatabaseError, match="never change"), engine.begin() as conn:
            conn.exec_driver_sql(statement)
    with engine.connect() as conn:
        for check in (audit._journals_balance, audit._balances_cached, audit._chain_verifies):
            assert list(check(conn)) == []


@pytest.fixture
def filled(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """Two customers with a past in which everything has happened.

    But no merchant was paid: which orders that was for is known since 0009, and lost again below it.
    """
    monkeypatch.setattr(merchants, "run", lambda ledger: 0)
    world = World(ledger, seed=11)
    for customer_id in ("c-1", "c-2"):
        open_(world, customer_id)
        world.steps += 1
    for _ in range(150):
        world.step()
    assert_books_hold(ledger)
    return ledger


@pytest.mark.parametrize("revision", revisions()[1:])
def test_down_and_up_again_with_rows_in_every_table(filled: Ledger, revision: str) -> None:
    engine = filled.engine
    before = rows(engine)
    assert len(before["journals"]) > 50 and all(
        before[table] for table in ("settlements", "refunds", "plans")
    )
    for step in revisions()[1 : revisions().index(revision) + 1]:
        migrate(engine, step)
        after = rows(engine)
        assert kept(before, after) == {table: found for table, found in after.items() if found}
        assert_sealed(engine)
    migrate(engine, revisions()[0])
    after = rows(engine)
    assert after["journals"] == before["journals"] and after["postings"] == before["postings"]
    assert_sealed(engine)
    if revision >= WHOLE:  # below it nothing is left that says what the balances are made of
        assert_books_hold(filled)
        Customer(filled, "c-new").buy(5_000)
        assert_books_hold(filled)


def test_an_older_ledger_is_brought_up_with_its_rows(filled: Ledger) -> None:
    migrate(filled.engine, WHOLE)
    older = rows(filled.engine)
    schema.upgrade(filled.engine)
    newer = rows(filled.engine)
    assert kept(older, newer) == {table: found for table, found in older.items() if found}
    assert kept(newer, older) == {table: found for table, found in older.items() if found}
    assert_books_hold(filled)


#: What each migration back would forget; 0008's is in the file of the product's rules too.
FORGOTTEN = {
    "0013": {"links"},
    "0010": {"goodwill", "limit_cuts"},
    "0009": {"merchant_settlements"},
    "0007": {"seals"},
    "0006": {"charges"},
    "0005": {"work_items"},
    "0004": {"links"},
    "0003": {"charges"},
    "0002": {"purchases"},
    "0001": {"accounts"},
}


def test_no_migration_back_forgets_what_happened(filled: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = filled.engine
    monkeypatch.undo()
    assert isinstance(filled.clock, FixedClock)
    filled.clock.advance(timedelta(days=40))
    assert merchants.run(filled)
    seals.seal(filled)
    work_items.open_item(filled, "not_understood", "w", {})
    links.link(filled, "web-c-1", "c-1")
    links.link(filled, "web-x", "c-1")
    links.link(filled, "web-x", "c-2")
    for now, older in pairwise([*revisions(), "base"]):
        before = rows(engine)
        if now in FORGOTTEN:
            with pytest.raises(WouldForget) as refused:
                migrate(engine, older, give_up=False)
            assert (now, refused.value.details["rows_of"] in FORGOTTEN[now]) == (now, True)
            assert rows(engine) == before and "Nothing was changed" in sentence(refused.value)
        migrate(engine, older)


def test_every_migration_back_is_open_to_a_ledger_without_a_past(ledger: Ledger) -> None:
    for older in revisions()[1:]:
        migrate(ledger.engine, older, give_up=False)
    migrate(ledger.engine, revisions()[0])
    Customer(ledger).buy(5_000)
    with pytest.raises(WouldForget, match="links"):
        migrate(ledger.engine, "0001", give_up=False)
    assert_books_hold(ledger)


def make_older(engine: sa.Engine) -> None:
    migrate(engine, revisions()[1])


def make_newer(engine: sa.Engine) -> None:
    with engine.begin() as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")


def make_empty(engine: sa.Engine) -> None:
    schema.remove(engine)


COMMANDS: dict[str, Callable[[Ledger], object]] = {
    "open": lambda ledger: Customer(ledger, "c-9"),
    "buy": lambda ledger: purchases.release(ledger, "A1", "k"),
    "quote": lambda ledger: quotes.make(ledger, "c-1", close_after=False),
    "close": lambda ledger: closing.close(ledger, "c-1", key="k"),
    "facts": lambda ledger: facts.account_facts(ledger, "c-1"),
    "job": penalties.run,
    "reconcile": reconciler.run_once,
    "outbox": lambda ledger: outbox.claim(ledger, 1, 1),
    "audit": audit.audit,
}


@pytest.mark.parametrize(
    ("change", "reason", "said"),
    [
        (make_older, "older", "this program needs"),
        (make_newer, "newer", "A newer program has migrated the database to 9999"),
        (make_empty, "empty", "There is no ledger in this database yet"),
    ],
)
def test_a_strange_database_is_not_touched(
    ledger: Ledger, database_url: str, change: Callable[[sa.Engine], None], reason: str, said: str
) -> None:
    Customer(ledger).buy(5_000)
    change(ledger.engine)
    before = rows(ledger.engine)
    stranger = Ledger(open_engine(database_url), ledger.clock, ledger.terms, ledger.gateway)
    for name, act in COMMANDS.items():
        with pytest.raises(OtherSchema) as refused:
            act(stranger)
        assert (name, refused.value.code) == (name, "other_schema")
        assert (refused.value.details["expected"], refused.value.details["reason"]) == (
            revisions()[0],
            reason,
        )
    assert said in sentence(refused.value)
    assert rows(ledger.engine) == before
    stranger.engine.dispose()


def test_a_newer_database_is_not_migrated(engine: sa.Engine) -> None:
    make_newer(engine)
    with pytest.raises(OtherSchema) as refused:
        schema.upgrade(engine)
    assert (refused.value.details["found"], isinstance(refused.value, LedgerError)) == ("9999", True)


def test_what_is_no_database_is_unavailable(ledger: Ledger, tmp_path: Any) -> None:
    (tmp_path / "no.db").write_bytes(b"this is not a database, and long enough to be told from one" * 50)
    strange = Ledger(open_engine(f"sqlite:///{tmp_path}/no.db"), ledger.clock, ledger.terms, ledger.gateway)
    given: dict[str, Any] = {"real_name_verified": True, "card_last4": "6688", "limit_fen": 100, "key": "k"}
    with pytest.raises(Unavailable):
        accounts.open_account(strange, "c-1", **given)
    with pytest.raises(Unavailable):
        facts.account_facts(strange, "c-1")

"""No command reads a whole table: what the database says of how it will find the rows of each statement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from bench.ledger import commands, people, settling, store
from bench.ledger.databases import Place, at_noon
from ledger import Ledger, facts

#: Of rows to be told or asked about: only those are in these indexes.
WAITING = tuple(f"USING INDEX {name}" for name in ("ix_outbox_untold", "ix_charges_open", "ix_payouts_open"))

#: What is read whole and is no table: ids that the statement was given, an answer of its own, an empty set.
NO_TABLE = ("json_each", "SCAN given ", "SCAN asked_", "subquery", "CONSTANT")


def forget_numbers(ledger: Ledger) -> None:
    """Take away what SQLite counted: of a table with three rows it rightly reads all, and not every time."""
    with ledger.write() as conn:
        conn.exec_driver_sql("DELETE FROM sqlite_stat1")
    ledger.engine.dispose()  # a connection has read the numbers when it was opened


def explained(ledger: Ledger, act: Callable[[Ledger], object]) -> list[str]:
    """What PostgreSQL says of how it will find the rows of each statement of the act."""
    plans: list[str] = []

    def explain(conn: sa.Connection, _: Any, statement: str, values: Any, *__: Any) -> None:
        if statement.startswith(("SELECT", "UPDATE", "WITH")):
            with conn.connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {statement}", values)
                plans.extend(line for (line,) in cursor.fetchall())

    sa.event.listen(ledger.engine, "before_cursor_execute", explain)
    act(ledger)
    return plans


def test_every_command_finds_its_rows_by_an_index(place: Place) -> None:
    read_whole: set[tuple[str, str]] = set()
    doing = ""

    def explain(conn: sa.Connection, _: Any, statement: str, values: Any, __: Any, many: bool) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            explained = f"EXPLAIN QUERY PLAN {statement}"
            rows = conn.connection.cursor()
            rows.execute(explained, values[0] if many else values)
            steps = [row[3] for row in rows.fetchall()]
            read_whole.update((doing, step) for step in steps if step.startswith("SCAN"))

    with place.empty("sqlite") as ledger:
        made = commands.fill(ledger, 200)
        forget_numbers(ledger)
        sa.event.listen(ledger.engine, "after_cursor_execute", explain)
        for name, act in commands.customers_day(ledger, made, 3):
            doing = name
            act()
    whole = {each for each in read_whole if not any(name in each[1] for name in NO_TABLE)}
    assert {each for each in whole if not each[1].endswith(WAITING)} == set()
    assert {each[1].split()[-1] for each in whole} == {step.split()[-1] for step in WAITING}


def test_postgresql_finds_the_parts_of_plans_where_few_accounts_have_any(place: Place) -> None:
    """A join with plans was taken for one with every item: it walked through all of them in their order."""
    with place.empty("postgresql") as opened:
        people.owing(opened, "K1")
        store.multiply(opened, 4_000)
        with opened.engine.begin() as conn:
            conn.exec_driver_sql("DELETE FROM plan_fees WHERE plan_id > 2")
            conn.exec_driver_sql("UPDATE items SET plan_id = NULL WHERE plan_id > 2")
            conn.exec_driver_sql("DELETE FROM plans WHERE id > 2")
        with opened.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            conn.exec_driver_sql("ANALYZE")
        plans = explained(at_noon(opened), lambda ledger: facts.account_facts(ledger, "K1"))
    assert any("ix_items_plan_id" in line for line in plans)
    assert not any("Seq Scan on items" in line or "using pk_items" in line for line in plans)


def test_postgresql_looks_up_a_few_rows_among_some_thousand(place: Place) -> None:
    """A plan that is made while the tables are small stays in use until they are counted again."""
    with place.empty("postgresql") as opened:
        people.owing(opened, "K1")
        name = store.multiply(opened, 150).name(1, 1)
        plans = explained(
            at_noon(opened), lambda ledger: settling.settle(ledger, name, settling.quoted(ledger, name))
        )
    whole = {line.split(" on ")[1].split()[0] for line in plans if "Seq Scan on" in line}
    assert any("pk_plan_fees" in line for line in plans)
    assert whole.isdisjoint({"items", "plan_fees", "allocations", "purchases"})

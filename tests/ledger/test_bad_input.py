"""What can never be right is a typed error with a stable code, and changes no row."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import ledger as ledger_package
from ledger import schema, settlement, tickets
from ledger.database import Ledger, open_engine
from ledger.errors import IdempotencyConflict, LedgerError, OtherSchema
from tests.ledger.bad_values import Command, another, stage, wrong
from tests.ledger.customer import assert_books_hold

Rows = dict[str, list[tuple[Any, ...]]]


def rows(engine: sa.Engine) -> Rows:
    """Every row of every table."""
    with engine.connect().execution_options(ledger_read=True) as conn:
        tables = schema.metadata.sorted_tables
        return {table.name: sorted(map(tuple, conn.execute(sa.select(table))), key=repr) for table in tables}


def refused(run: Callable[..., object], ledger: Ledger, arguments: dict[str, Any]) -> LedgerError | None:
    """The typed error; None when there was none. Anything else is raised."""
    try:
        run(ledger, **arguments)
    except LedgerError as error:
        return error
    return None


@pytest.fixture
def commands(ledger: Ledger, tmp_path: Path) -> list[Command]:
    return stage(ledger, tmp_path)


def test_every_command_is_in_the_table(commands: list[Command]) -> None:
    public = set()
    for found in pkgutil.iter_modules(ledger_package.__path__, "ledger."):
        module = import_module(found.name)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                parameters = list(inspect.signature(function).parameters)
                if parameters[:1] == ["ledger"]:
                    public.add(f"{module.__name__}.{name}")
    # Of the program itself: no value of theirs comes from outside.
    own = {name for name in public if name.endswith((".run", ".run_once", "count_behind", "_due", ".due"))}
    own |= {"ledger.charges.send", "ledger.payouts.send", "ledger.purchases.buy", "ledger.tickets.tell_late"}
    own |= {"ledger.seals.seal", "ledger.seals.export", "ledger.audit.audit", "ledger.merchants.of_merchant"}
    own |= {"ledger.reconciler.count_open", "ledger.terms_store.publish", "ledger.terms_store.verify"}
    own |= {"ledger.days.bring_up"}
    assert {command.name for command in commands} == public - own


def test_a_wrong_value_is_refused_and_changes_no_row(ledger: Ledger, commands: list[Command]) -> None:
    before = rows(ledger.engine)
    for command in commands:
        for arguments, code in wrong(command):
            error = refused(command.run, ledger, arguments)
            told = (command.name, {name: ascii(value)[:60] for name, value in arguments.items()})
            assert (told, error and error.code) == (told, code)
            assert len(str(error)) < 300, told
        assert (command.name, rows(ledger.engine)) == (command.name, before)


def test_what_is_right_is_done_once_and_its_key_keeps_it(ledger: Ledger, commands: list[Command]) -> None:
    """Each `right` is right indeed; again it changes nothing, and with another body it is a conflict."""
    for command in commands:
        assert (command.name, refused(command.run, ledger, command.right)) == (command.name, None)
        if "key" not in command.right or command.name == "ledger.work_items.open_item":
            continue
        before = rows(ledger.engine)
        assert (command.name, refused(command.run, ledger, command.right)) == (command.name, None)
        assert (command.name, rows(ledger.engine)) == (command.name, before)
        for name in command.right.keys() - _NOT_OF_THE_BODY:
            value = command.other.get(name, another(name, command.right[name]))
            if command.run is tickets.open_ticket and name == "packet":
                continue  # what was the case when it was filed, which moves on
            error = refused(command.run, ledger, {**command.right, name: value})
            assert (command.name, name, type(error)) == (command.name, name, IdempotencyConflict)
        assert (command.name, rows(ledger.engine)) == (command.name, before)
    assert_books_hold(ledger)


#: Whose command it is and which one; and what must be true of a customer, or is only found by it.
_NOT_OF_THE_BODY = {"key", "customer_id", "sender", "ticket_id", "staff", "from_customer"}
_NOT_OF_THE_BODY |= {"real_name_verified", "account_id"}

#: By argument: a value that is right in itself and known to nobody, and the code it is refused with.
UNKNOWN: dict[str, list[tuple[Any, str]]] = {
    "customer_id": [("c-nobody", "unknown_customer")],
    "order_no": [("nothing", "unknown_order")],
    "bill_id": [(999_999, "unknown_bill"), (2**63 - 1, "unknown_bill")],
    "quote_id": [("0" * 32, "unknown_quote")],
    "charge_number": [("S9-1", "unknown_charge")],
    "number": [("S99", "unknown_charge"), ("S" + "9" * 30, "unknown_charge"), ("X1", "unknown_charge")],
    "ticket_id": [(999_999, "unknown_ticket"), (2**63 - 1, "unknown_ticket")],
    "item_id": [(999_999, "unknown_work_item")],
    "link_id": [(999_999, "unknown_link")],
    "account_id": [(999_999, "unknown_customer"), (1, "unknown_customer")],  # 1 is another customer's
    "periods": [(5, "instalment_refused")],
}
_OTHER_CODES = {"ledger.freezes.refuse_application number": "wrong_state"}
#: An unknown one is none of their errors: they make it known, or say that there is none.
_NEED_NOT_KNOW = {
    "ledger.accounts.open_account customer_id",
    "ledger.purchases.authorise order_no",
    "ledger.links.link customer_id",
    "ledger.links.of_customer customer_id",
    "ledger.one_time.make_link customer_id",
    "ledger.one_time.make_decision customer_id",
    "ledger.lookups.taken_back charge_number",
    "ledger.tickets.latest_of customer_id",
    "ledger.tickets.open_ticket customer_id",
    "ledger.personal.erase customer_id",
    "ledger.personal.erase_links customer_id",
    "ledger.settlement.for_quote customer_id",
    "ledger.settlement.for_quote quote_id",
    "ledger.settlement.asked_again customer_id",
    "ledger.settlement.asked_again quote_id",
}


def test_what_nobody_knows_is_refused_and_changes_no_row(ledger: Ledger, commands: list[Command]) -> None:
    before = rows(ledger.engine)
    for command in commands:
        for name in command.right.keys() & UNKNOWN.keys():
            if f"{command.name} {name}" in _NEED_NOT_KNOW:
                continue
            for value, code in UNKNOWN[name]:
                error = refused(command.run, ledger, {**command.right, name: value})
                wanted = _OTHER_CODES.get(f"{command.name} {name}", code)
                assert (command.name, name, error and error.code) == (command.name, name, wanted)
        assert (command.name, rows(ledger.engine)) == (command.name, before)


def test_another_customers_quote_is_nobodys(ledger: Ledger, commands: list[Command]) -> None:
    confirm = next(command for command in commands if command.run is settlement.confirm)
    before = rows(ledger.engine)
    error = refused(confirm.run, ledger, {**confirm.right, "customer_id": "c-1"})
    assert error is not None and error.code == "unknown_quote"
    assert settlement.for_quote(ledger, "c-1", confirm.right["quote_id"]) is None
    assert rows(ledger.engine) == before


def test_a_clock_before_the_opening_stops_every_command(ledger: Ledger, commands: list[Command]) -> None:
    """What is booked then would count from no day that there was."""
    clock: Any = ledger.clock
    clock.set(clock.now().replace(year=2020))
    before = rows(ledger.engine)
    stopped = set()
    for command in commands:
        if "customer_id" in command.right or "order_no" in command.right:
            error = refused(command.run, ledger, command.right)
            if error is not None:
                stopped.add(command.name)
                assert error.code in ("clock_behind", "bad_input")
    assert len(stopped) >= 20
    changed = {table for table, found in rows(ledger.engine).items() if found != before[table]}
    # New ones, of which time begins there.
    assert changed == {"accounts", "idempotency", "links", "one_time_tokens", "tickets"}


def test_an_older_database_is_refused(ledger: Ledger, commands: list[Command], database_url: str) -> None:
    with ledger.engine.begin() as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    before = rows(ledger.engine)
    stranger = Ledger(open_engine(database_url), ledger.clock, ledger.rules, ledger.gateway)
    for command in commands:
        error = refused(command.run, stranger, command.right)
        assert (command.name, type(error)) == (command.name, OtherSchema)
    assert rows(ledger.engine) == before
    stranger.engine.dispose()

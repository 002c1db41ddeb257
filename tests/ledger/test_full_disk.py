"""A full disk: nothing is half done, nothing is lost, and there is a sentence for it."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger import reconciler
from ledger.clock import FixedClock
from ledger.database import Ledger
from ledger.errors import Unavailable
from ledger.gateway.interface import ChargeAnswer
from ledger.gateway.simulated import SimulatedGateway
from ledger.told import sentence
from tests.full_disk import no_room
from tests.ledger.bad_values import stage
from tests.ledger.conftest import empty_sqlite
from tests.ledger.customer import Customer, assert_books_hold, told
from tests.ledger.test_bad_input import refused, rows

#: Commands that only read, or find on the stage that all is written.
_WRITE_NOTHING = {
    *(
        "find",
        "for_quote",
        "asked_again",
        "guards",
        "statement",
        "account_facts",
        "account_json",
        "charge",
        "settlement",
        "latest_of",
        "open_for",
        "taken_back",
    ),
    *(
        "payout_fen",
        "late_money",
        "bill_items",
        "purchases",
        "customer_of",
        "current",
        "of_customer",
        "open_decision",  # the token is one to link with
        "withdrawn",
        "export",
        "get",
        "list_tickets",
        "active_for",
        "list_items",
    ),
    *("resolve", "hear", "close_month", "reconcile"),
}


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """SQLite: of PostgreSQL the server has the disk, and says the same class of error."""
    (tmp_path / "ledger.db").write_bytes(empty_sqlite())
    return f"sqlite:///{tmp_path}/ledger.db"


def test_a_full_disk_refuses_every_command_and_keeps_every_row(ledger: Ledger, tmp_path: Path) -> None:
    commands = stage(ledger, tmp_path)
    before = rows(ledger.engine)
    wrote = set()
    for command in commands:
        with no_room():
            error = refused(command.run, ledger, command.right)
        assert rows(ledger.engine) == before
        if error is not None:
            wrote.add(command.name)
            assert (command.name, type(error), error.code) == (command.name, Unavailable, "unavailable")
            assert sentence(error) == "The database failed (OperationalError). Run it again."
    assert {command.run.__name__ for command in commands if command.name not in wrote} == _WRITE_NOTHING
    for command in commands:  # with room again all of it can be done
        assert (command.name, refused(command.run, ledger, command.right)) == (command.name, None)
    assert_books_hold(ledger)


@pytest.mark.parametrize("close_after", [False, True])
def test_money_taken_while_the_disk_fills_is_booked_when_there_is_room(
    ledger: Ledger, clock: FixedClock, gateway: SimulatedGateway, close_after: bool
) -> None:
    customer = Customer(ledger)
    customer.buy(40_000)
    quote = customer.quote(close_after=close_after)
    taken = gateway.charge
    with ExitStack() as until_there_is_room:

        def take_and_fill(*args: Any) -> ChargeAnswer:
            answer = taken(*args)
            until_there_is_room.enter_context(no_room())
            return answer

        gateway.charge = take_and_fill  # type: ignore[method-assign]
        with pytest.raises(Unavailable):
            customer.confirm(quote)
        assert customer.facts.open_charge is not None  # known to be open: nobody pays again
        clock.advance(timedelta(minutes=1))
        with pytest.raises(Unavailable):
            reconciler.run_once(ledger)
    reconciler.run_once(ledger)
    settled = customer.facts.last_settlement
    assert settled is not None and (settled.state, settled.amount_fen) == ("SETTLED", quote.total_fen)
    assert customer.facts.state == ("CLOSED" if close_after else "ACTIVE")
    assert [kind for kind, _ in told(ledger)] == ["settlement_result"]
    assert gateway.query("S1-1").state == "SUCCEEDED"
    assert_books_hold(ledger)

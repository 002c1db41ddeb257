"""A settlement of 1,000.00 beside a neighbour's, as far as a test wants it, and what is written of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ledger import settlement
from ledger import tables as t
from ledger.clock import SHANGHAI
from ledger.database import Ledger
from ledger.gateway.interface import AnswerState, ChargeAnswer
from ledger.gateway.simulated import SimulatedGateway
from ledger.model import Quote, Settlement
from tests.ledger.customer import Customer

FEN = 100_000
TEN = datetime(2026, 11, 3, 10, 0, tzinfo=SHANGHAI)


def two_settling(ledger: Ledger, gateway: SimulatedGateway) -> Customer:
    """c-1 owes 1,000.00, beside c-0 who is settling 7.00 to close, and whose outcome is not known."""
    neighbour = Customer(ledger, "c-0")
    neighbour.buy(700)
    gateway.set_mode("hold", neighbour.id)
    neighbour.confirm(neighbour.quote(close_after=True))
    owing = Customer(ledger)
    owing.buy(FEN)
    return owing


def row(customer: Customer, table: sa.Table, number: str = "S2-1") -> dict[str, Any]:
    """The charge of that number, or the settlement it is for."""
    wanted = sa.select(table)
    wanted = wanted.where(table.c.number == number if table is t.charges else table.c.id == int(number[1]))
    with customer.ledger.read() as conn:
        return dict(conn.execute(wanted).one()._mapping)


def created(customer: Customer, *, close_after: bool = False) -> Quote:
    """A quote whose charge S2-1 is written down; then the process dies."""
    quote = customer.quote(close_after=close_after)
    settlement._create(customer.ledger, customer.id, quote.quote_id, FEN, "k")
    return quote


def say(customer: Customer, state: AnswerState, fen: int = FEN, **more: Any) -> None:
    """The gateway says so of the settlement's charge; what is returned of it is what the books hold."""
    answer = ChargeAnswer("S2-1", state, amount_fen=fen, **more)
    resolved = settlement.resolve(customer.ledger, "S2-1", answer)
    assert isinstance(resolved, Settlement)
    assert resolved == settlement.for_quote(customer.ledger, customer.id, resolved.quote_id)


class Recording(SimulatedGateway):
    """Keeps what it was asked, and fails as it is told."""

    def __init__(self, error: Exception) -> None:
        """Has no file."""
        self.error, self.asked = error, list[tuple[Any, ...]]()

    def charge(self, *asked: Any) -> ChargeAnswer:
        self.asked.append(asked)
        raise self.error

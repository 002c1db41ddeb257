"""What the ledger and the gateway hold that a step may not change and a reply may not contradict."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from ledger import facts, tickets
from ledger import tables as t
from ledger.model import AccountFacts
from ledger.tickets import Ticket
from tests.safety import claims
from tests.safety.talk import Customer


@dataclass(frozen=True)
class Charge:
    number: str
    customer_id: str
    amount_fen: int
    quote_id: str  # empty where nothing was quoted


@dataclass(frozen=True)
class Books:
    """All accounts' charges and states, and one customer's account as it is at a point.

    `charges`: by number; `states`: by customer and account; `taken`: (number, fen) that the gateway was asked
    for; `amounts_fen`: all that a reply to the customer may name; `digest`: equal where nothing differs that
    an answer could depend on.
    """

    charges: dict[str, Charge]
    states: dict[tuple[str, int], str]
    taken: frozenset[tuple[str, int]]
    known: AccountFacts
    amounts_fen: frozenset[int]
    ticket: Ticket | None
    digest: str


def read(customer: Customer) -> Books:
    """The books as they stand."""
    world, ledger = customer.world, customer.world.ledger
    a, c, s = t.accounts.c, t.charges.c, t.settlements.c
    charged = sa.select(c.number, a.customer_id, c.amount_fen, s.quote_id)
    charged = charged.join_from(t.charges, t.accounts).outerjoin(t.settlements, s.id == c.settlement_id)
    with ledger.read() as conn:
        charges = {row.number: Charge(*row[:3], row.quote_id or "") for row in conn.execute(charged)}
        accounts = conn.execute(sa.select(a.customer_id, a.id, a.state)).all()
    known = facts.account_facts(ledger, customer.id)
    return Books(
        charges,
        {(row.customer_id, row.id): row.state for row in accounts},
        frozenset(world.charges_at_gateway()),
        known,
        claims.held(ledger, known),
        tickets.active_for(ledger, customer.sender),
        world.digest(customer.id),
    )

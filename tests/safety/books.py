"""What the ledger and the gateway hold that a step may not change and a reply may not contradict."""

from __future__ import annotations

import json
from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ledger import facts
from ledger.model import AccountFacts
from tests.safety import claims, standing
from tests.safety.world import World

_CHARGES = (
    "SELECT number, customer_id, charges.amount_fen, quote_id "
    "FROM charges JOIN accounts ON accounts.id = charges.account_id "
    "LEFT JOIN settlements ON settlements.id = settlement_id"
)
_MAY_BE_NAMED = (
    "SELECT quote_id FROM quotes WHERE account_id = :account AND (valid_until > :now "
    "OR quote_id IN (SELECT quote_id FROM settlements) OR quote_id IN (SELECT value FROM json_each(:ids)))"
)


@dataclass(frozen=True)
class Charge:
    number: str
    customer_id: str
    amount_fen: int
    quote_id: str | None  # None where nothing was quoted


@dataclass(frozen=True)
class Books:
    """All accounts' charges and states, and one customer's account as it is at a point.

    `charges`: by number; `states`: by customer and account; `taken`: (number, fen) that the gateway was asked
    for; `amounts_fen`: all that a reply to the customer may name, `held_fen`: of these, what is no quote's;
    `ticket`: the state of the one that answers look at, or ""; `account`: equal where nothing differs that an
    answer could depend on but the tickets in `tickets`, kind, state and whether they are late, and the quotes
    in `quoted`, those that a button names. `told`: equal where the same facts are read of the account, at the
    same time.
    `decided`: the gateway has no charge under way, and how it was told to answer matters to none.
    """

    charges: dict[str, Charge]
    states: dict[tuple[str, int], str]
    taken: frozenset[tuple[str, int]]
    known: AccountFacts
    amounts_fen: frozenset[int]
    held_fen: frozenset[int]
    ticket: str
    account: str
    tickets: tuple[tuple[str, str, str], ...]
    quoted: tuple[Any, ...]
    told: int
    decided: bool


class Reader:
    """Reads the books of a world for one customer; what a standing means is worked out once."""

    def __init__(self, world: World, customer_id: str) -> None:
        self._world, self._customer_id = world, customer_id
        self._known: dict[tuple[str, datetime], tuple[AccountFacts, frozenset[int], int]] = {}
        self._of_quote: dict[str, frozenset[int]] = {}
        self._numbers: dict[str, int] = {}  # of facts, as they are written out
        self._read: dict[Hashable, Books] = {}

    def read(self, quote_ids: Collection[str]) -> Books:
        """The books as they stand; `quote_ids`: of the quotes that buttons name."""
        key = self._world.here(), tuple(quote_ids)
        if key not in self._read:
            self._read[key] = self._read_anew(quote_ids)
        return self._read[key]

    def forget(self) -> None:
        """As `World.forget`."""
        self._read.clear()

    def _read_anew(self, quote_ids: Collection[str]) -> Books:
        ledger, gateway = self._world.ledger_rows, self._world.gateway_rows
        stands = standing.account(ledger, gateway, self._customer_id)
        known, amounts_fen, number = self._account(stands)
        tickets = standing.tickets(ledger, self._customer_id, self._world.clock.now())
        charges = {row[0]: Charge(*row) for row in ledger.read(_CHARGES)}
        states = ledger.read("SELECT customer_id, id, state FROM accounts")
        taken = gateway.read("SELECT number, amount_fen FROM charges WHERE amount_fen > 0")
        amounts_fen |= self._ordered(charges.values())
        return Books(
            charges,
            {(customer_id, account_id): state for customer_id, account_id, state in states},
            frozenset(taken),
            known,
            amounts_fen | self._quoted(known, quote_ids),
            amounts_fen,
            next((state for _, state, _ in tickets if state != standing.REPORTED), ""),
            stands,
            tuple(tickets),
            tuple(standing.quotes(ledger, quote_ids)),
            number,
            standing.all_decided(gateway, self._customer_id),
        )

    def _ordered(self, charges: Iterable[Charge]) -> frozenset[int]:
        """What no quote was made for: a standing order's above all, of which the facts have but the last."""
        mine = (each for each in charges if each.customer_id == self._customer_id)
        return frozenset(each.amount_fen for each in mine if each.quote_id is None)

    def _account(self, stands: str) -> tuple[AccountFacts, frozenset[int], int]:
        key = stands, self._world.clock.now()
        if key not in self._known:
            known = facts.account_facts(self._world.ledger, self._customer_id)
            number = self._numbers.setdefault(repr(known), len(self._numbers))
            self._known[key] = known, claims.held(self._world.ledger, known), number
        self._world.remember(self._known[key][0])
        return self._known[key]

    def _quoted(self, known: AccountFacts, quote_ids: Collection[str]) -> frozenset[int]:
        """The amounts of the quotes that a button names, that still hold, or that were settled."""
        given = {
            "account": known.account_id,
            "now": known.now.isoformat(timespec="microseconds"),
            "ids": json.dumps(list(quote_ids)),
        }
        found = self._world.ledger_rows.read(_MAY_BE_NAMED, given)
        for (quote_id,) in found:
            if quote_id not in self._of_quote:
                self._of_quote[quote_id] = claims.quoted(self._world.ledger, quote_id)
        return frozenset[int]().union(*(self._of_quote[quote_id] for (quote_id,) in found))

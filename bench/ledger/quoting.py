"""A quote of an account with ten years of bills and sixty plans, against one with three bills."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any, Final

from bench.ledger import people
from bench.ledger.databases import Kind, Place, at_noon
from bench.timing import in_turns, target
from ledger import quotes, schedule
from ledger.database import Ledger
from tests.ledger.customer import Customer

AT_MOST: Final = 1.3
BILLS, PLANS, FEW_BILLS = 120, 60, 3


def measure(place: Place, kind: Kind, rounds: int, bills: int = BILLS, plans: int = PLANS) -> dict[str, Any]:
    """Both owe the same now: what differs is how much lies behind them."""
    with place.empty(kind) as ledger:
        old = lived(ledger, "K1", bills, plans)
        new = lived(ledger, "K2", FEW_BILLS, 0)
        at_noon(ledger)
        lines = {len(quotes.make(ledger, each.id, close_after=False).lines) for each in (old, new)}
        assert len(lines) == 1, lines
        acts = {each.id: partial(quotes.make, ledger, each.id, close_after=False) for each in (old, new)}
        times = in_turns(acts, rounds)
    return {
        **target(times[old.id].median_s / times[new.id].median_s, AT_MOST),
        "long_ms": times[old.id].median_ms,
        "short_ms": times[new.id].median_ms,
        "bills": [bills, FEW_BILLS],
        "plans": [plans, 0],
    }


def lived(ledger: Ledger, name: str, bills: int, plans: int) -> Customer:
    """So many monthly bills up to this November, all paid but the last; the first months begin a plan."""
    month = schedule.add_months(date(2026, 11, 3), -bills)
    customer = Customer(ledger, name, on=month.isoformat())
    for number in range(bills):
        if number < plans:
            customer.buy(30_000, periods=3)
        customer.buy(12_300)
        month = schedule.add_months(month, 1)
        people.on(customer, month.isoformat())
        if number + 1 < bills:
            customer.repay_bills()
    customer.buy(4_500)
    return customer

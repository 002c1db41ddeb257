"""Eight threads at one gate: what each of them gets when all act at the same moment."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from ledger import purchases, refunds
from ledger.database import Ledger
from ledger.errors import LedgerError
from tests.ledger.customer import Customer

THREADS = 8
OWED_FEN = 100_000
BOUGHT = "c-1-1"  # the order that is owed for
HELD = "c-1-2"  # the one after it


def at_once(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Each act's answer, or the code of its refusal; everything else that is raised fails the test."""
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        gate.wait(timeout=30)
        try:
            return act()
        except LedgerError as refused:
            return refused.code

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def crowd(act: Callable[[str], Any]) -> list[Any]:
    """Eight threads do the same under keys of their own."""
    return at_once([partial(act, f"thread-{number}") for number in range(THREADS)])


def counted(outcomes: list[Any]) -> dict[Any, int]:
    return dict(Counter(outcomes))


def owing(ledger: Ledger) -> Customer:
    """A customer who owes OWED_FEN for the order BOUGHT, which is not on a bill yet."""
    customer = Customer(ledger)
    customer.buy(OWED_FEN)
    return customer


def buy(customer: Customer, amount_fen: int, key: str) -> str:
    order = {"merchant": "m", "item": "i", "amount_fen": amount_fen}
    purchases.buy(customer.ledger, customer.id, order_no=key, key=key, **order)
    return "bought"


def ask_refund(customer: Customer, key: str, fen: int = OWED_FEN) -> int:
    return refunds.request(customer.ledger, order_no=BOUGHT, amount_fen=fen, key=key)

"""Random lives of two customers, with every fault the simulated gateway knows: the books always hold."""

from __future__ import annotations

import pytest

from ledger import audit, facts
from ledger.database import Ledger
from tests.ledger.lives import World, open_

_STEPS = 120


@pytest.mark.parametrize("seed", range(4))
def test_the_books_hold_in_random_lives(ledger: Ledger, seed: int) -> None:
    world = World(ledger, seed)
    open_(world, "c-1")
    open_(world, "c-2")
    for step in range(_STEPS):
        world.step()
        if step % 10 == 9:
            assert audit.audit(ledger) == [], (seed, world.done)
    for customer_id in ("c-1", "c-2"):
        known = facts.account_facts(ledger, customer_id)
        kinds = known.debts
        parts = (kinds.unbilled_fen, kinds.billed_fen, kinds.product_plan_fen, kinds.bill_plan_fen)
        assert sum(parts) == kinds.total_fen and min(parts) >= 0
        assert known.limit.used_fen >= 0

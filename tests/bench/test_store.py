"""Very many accounts are as good as those that they are copies of."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bench.ledger import lives, store
from bench.ledger.databases import KINDS, Kind, Place, at_noon
from bench.ledger.settling import quoted, settle
from ledger import audit, facts, purchases
from ledger import tables as t

COPIES = 4


@pytest.mark.parametrize("kind", KINDS)
def test_every_invariant_holds_for_copies_and_they_can_act(place: Place, kind: Kind) -> None:
    with place.empty(kind) as ledger:
        lives.block(ledger)
        made = store.multiply(ledger, COPIES)
        at_noon(ledger)
        assert audit.audit(ledger) == []
        with ledger.read() as conn:
            count = conn.execute(sa.select(sa.func.count()).select_from(t.accounts)).scalar_one()
        assert count == COPIES * lives.ACCOUNTS
        first, last = made.name(lives.OWING, 0), made.name(lives.OWING, COPIES - 1)
        assert (first, last) == ("K1", "K31")
        assert facts.account_facts(ledger, last).debts == facts.account_facts(ledger, first).debts
        settle(ledger, last, quoted(ledger, last))
        purchases.capture(ledger, f"{made.name(lives.HOLDING, 2)}-{lives.HELD_ORDER}", "k")
        assert facts.account_facts(ledger, first).debts.total_fen > 0
        assert audit.audit(ledger) == []


def test_the_books_are_sealed_again_afterwards(place: Place) -> None:
    for kind in KINDS:
        with place.empty(kind) as ledger:
            lives.block(ledger)
            store.multiply(ledger, 2)
            with pytest.raises(sa.exc.IntegrityError), ledger.engine.begin() as conn:
                conn.execute(sa.update(t.postings).values(amount_fen=1))
            with pytest.raises(sa.exc.IntegrityError), ledger.engine.begin() as conn:
                conn.execute(sa.update(t.items).values(bill_id=999_999))

"""What is asked together is answered as if it were asked alone."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ledger import bulk
from ledger import tables as t
from ledger.database import Ledger
from ledger.together import Together
from tests.ledger.customer import Customer

ORDERS = sa.select(t.purchases).where(bulk.among(t.purchases.c.account_id, "ids"))
ANSWERS = sa.select(t.idempotency).order_by(t.idempotency.c.key)
FREEZES = sa.select(t.freezes)


def test_rows_are_the_same_and_in_order(ledger: Ledger) -> None:
    customer = Customer(ledger)
    for fen in (10_000, 20_000, 30_000):
        customer.buy(fen)
    asked = {"orders": ORDERS.order_by(t.purchases.c.id.desc()), "answers": ANSWERS, "freezes": FREEZES}
    given = {"ids": [customer.facts.account_id]}
    with ledger.read() as conn:
        found = Together(**asked).ask(conn, **given)
        for name, select in asked.items():
            assert [tuple(row) for row in found[name]] == [tuple(row) for row in conn.execute(select, given)]
    assert [row.amount_fen for row in found["orders"]] == [30_000, 20_000, 10_000]
    assert (found["orders"][0].captured_at, found["freezes"]) == (ledger.clock.now(), [])


def test_what_is_given_by_name_counts_and_a_list_of_values_is_refused(ledger: Ledger) -> None:
    customer = Customer(ledger)
    for _ in range(3):
        customer.buy(10_000)
    up_to = sa.select(t.purchases.c.id).where(t.purchases.c.id <= sa.bindparam("last", 3))
    few = Together(ids=sa.select(t.purchases.c.id).where(t.purchases.c.id.in_([1, 2])))
    with ledger.read() as conn:
        assert [row.id for row in Together(ids=up_to).ask(conn, last=2)["ids"]] == [1, 2]
        with pytest.raises(AssertionError, match=r"bulk\.among"):
            few.ask(conn)

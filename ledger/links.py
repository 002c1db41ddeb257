"""Which customer a verified sender of the chat is. Nothing else names a customer."""

from __future__ import annotations

import sqlalchemy as sa

from ledger import support_tables as t
from ledger.database import Ledger
from ledger.door import checked
from ledger.work import one_at_a_time

_CUSTOMER = sa.select(t.links.c.customer_id).where(t.links.c.sender == sa.bindparam("sender"))

@checked
def customer_of(ledger: Ledger, sender: str) -> str | None:
    """The customer linked to `sender`, or None for a visitor."""
    with ledger.read() as conn:
        return conn.scalar(_CUSTOMER, {"sender": sender})


@checked
def link(ledger: Ledger, sender: str, customer_id: str) -> None:
    """From now on `sender` is `customer_id`. A customer may have several senders, a sender one customer."""
    now = ledger.clock.now()
    with ledger.write() as conn:
        one_at_a_time(conn, f"link of {sender}")
        conn.execute(sa.delete(t.links).where(t.links.c.sender == sender))
        conn.execute(sa.insert(t.links).values(sender=sender, customer_id=customer_id, linked_at=now))


def senders_of(conn: sa.Connection, customer_id: str) -> list[str]:
    """Every sender linked to the customer, the first linked first."""
    whose = t.links.c.customer_id == customer_id
    return list(conn.scalars(sa.select(t.links.c.sender).where(whose).order_by(t.links.c.linked_at)))

"""Which customer a verified sender of the chat is, since when, and until when. Nothing else names a customer.

A messaging account may change hands, so an ended link takes with it what was still to be told to its sender
and the tickets that the customer had there; both go on with another sender of the customer, if there is one.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from ledger import link_records, outbox, tickets
from ledger import support_tables as t
from ledger.database import Ledger
from ledger.door import checked
from ledger.errors import UnknownLink
from ledger.link_records import CURRENT, EndReason, Link, MadeBy, senders_of
from ledger.work import one_at_a_time

__all__ = [
    "EndReason",
    "Link",
    "MadeBy",
    "current",
    "customer_of",
    "end",
    "link",
    "move",
    "of_customer",
    "senders_of",
]

_OF_SENDER = sa.select(t.links.c.id, t.links.c.customer_id).where(
    t.links.c.sender == sa.bindparam("sender"), CURRENT
)


@checked
def customer_of(ledger: Ledger, sender: str) -> str | None:
    """The customer linked to `sender`, or None for a visitor."""
    return current(ledger, sender)[1]


@checked
def current(ledger: Ledger, sender: str) -> tuple[int, str] | tuple[None, None]:
    """The link of `sender` that stands, by its id, and its customer; of a visitor neither."""
    with ledger.read() as conn:
        row = conn.execute(_OF_SENDER, {"sender": sender}).first()
    return (None, None) if row is None else (row.id, row.customer_id)


@checked
def of_customer(ledger: Ledger, customer_id: str, ended: bool = False) -> list[Link]:
    """The customer's links that stand, the first made first; with `ended` those before them too."""
    with ledger.read() as conn:
        return link_records.read(conn, t.links.c.customer_id == customer_id, *([] if ended else [CURRENT]))


@checked
def link(ledger: Ledger, sender: str, customer_id: str) -> None:
    """From now on `sender` is `customer_id`, says the host, and nobody else. Again, it changes nothing."""
    with ledger.write() as conn:
        move(conn, sender, customer_id, "host", ledger.clock.now())


@checked
def end(ledger: Ledger, *, link_id: int, reason: EndReason, by: str, customer_id: str | None = None) -> Link:
    """The sender is a visitor from now on. Ending an ended link changes nothing.

    `by`: the sender or the person of the staff who asks for it, who is not told of it. A customer ends only
    links of their own that a token made: what the host's login says is the host's to change. Raises
    UnknownLink for any other.
    """
    with ledger.write() as conn:
        found = _alone(conn, link_records.of_id(conn, link_id))
        if found is None or (customer_id is not None and found.customer_id != customer_id):
            raise UnknownLink(link_id=link_id)
        if reason == "customer" and found.made_by == "host":
            raise UnknownLink(link_id=link_id, reason="of_the_host")
        if found.ended_at is None:
            _end(conn, found, reason, by, ledger.clock.now())
        ended = link_records.of_id(conn, link_id)
        assert ended is not None  # no link is ever deleted
        return ended


def move(conn: sa.Connection, sender: str, customer_id: str, made_by: MadeBy, at: datetime) -> int:
    """Links `sender`, whoever it was before; the link's id. One that stands for the same customer stays."""
    one_at_a_time(conn, f"link of {sender}")
    before = _alone(conn, link_records.current(conn, sender))
    if before is not None and before.ended_at is None:
        if before.customer_id == customer_id:
            return before.id
        _end(conn, before, "relinked", sender, at)
    new = {"sender": sender, "customer_id": customer_id, "made_by": made_by, "linked_at": at}
    return int(conn.execute(sa.insert(t.links).values(**new).returning(t.links.c.id)).scalar_one())


def _alone(conn: sa.Connection, found: Link | None) -> Link | None:
    """The link as it is once nobody else ends one of its customer's before the transaction is over."""
    if found is None:
        return None
    one_at_a_time(conn, f"ends of links of {found.customer_id}")
    return link_records.of_id(conn, found.id)


def _end(conn: sa.Connection, ended: Link, reason: EndReason, by: str, at: datetime) -> None:
    """Ends it, with all that its sender would still have heard as this customer."""
    over = {"ended_at": at, "end_reason": reason, "ended_by": by}
    conn.execute(sa.update(t.links).where(t.links.c.id == ended.id).values(**over))
    left = senders_of(conn, ended.customer_id)
    heir = left[0] if left else ""
    tickets.hand_over(conn, ended.sender, ended.customer_id, heir)
    outbox.withdraw(conn, ended.sender, heir, at)
    # What has left the outbox may wait in the sender's channel.
    outbox.put(conn, ended.sender, "link_over", f"{ended.id}:{at.timestamp():.3f}", at)
    for sender in left:
        if sender != by:
            outbox.put(conn, sender, "link_ended", str(ended.id), at)

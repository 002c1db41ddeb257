"""What a platform delivered, in one form for all channels, and how it is kept: once, with who it is from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from channels import outgoing
from channels.chat_database import alone, insert_new
from channels.messaging_tables import arrivals, contexts, peers

_TAKING: Final = 20_260_103  # any number: whoever takes arrivals of a channel does so alone


@dataclass(frozen=True)
class Arrival:
    """A customer's message or a platform's event, in one form for all channels.

    Attributes:
        message_id: by which the platform's repeats are known.
        sender: the conversation's id, such as `wxkf-wmAJ2GCAAAme1XQR`.
        account: which of the company's accounts it came to.
        user: what the platform calls the customer.
        sent_at: the platform's time, epoch seconds.
        text: what was typed.
        choice: the id of the menu item that was pressed, empty for typed text.
        kind: `text`, `other` (a picture, a voice message, …), or an event: `entered` (the conversation was
            opened), `clicked` (an entry of the account's own menu: `text` is what it says) or `left`.
        extra: of an event the `scene` of the link that led here, a `code` when it may be answered, and
            `anew` of entering when nobody does it twice without having left.
        context: what the platform wants back with every message that goes to the sender from now on.
    """

    message_id: str
    sender: str
    account: str
    user: str
    sent_at: float
    text: str = ""
    choice: str = ""
    kind: str = "text"
    extra: dict[str, str] = field(default_factory=dict)
    context: dict[str, str] = field(default_factory=dict)
    attempts: int = 0
    received_at: float = 0.0

    @property
    def from_customer(self) -> bool:
        """Whether it is a message, which lets us answer; an event does not."""
        return self.kind in ("text", "other")


def take(conn: Connection, channel: str, found: Iterable[Arrival], now: float) -> list[str]:
    """Keeps what is new in the transaction of `conn`; returns the senders of what is to be answered."""
    alone(conn, _TAKING, channel)
    new = _new(conn, channel, found)
    return _keep(conn, channel, new, now) if new else []


def known_id(channel: str, known_by: object) -> str:
    """The `message_id` for what the platform's repeats have in common."""
    return hashlib.sha256(f"{channel} {known_by}".encode()).hexdigest()[:32]


def body_of(arrival: Arrival) -> dict[str, Any]:
    """What has no column of its own in the table of arrivals."""
    kept = asdict(arrival)
    for name in ("message_id", "sender", "sent_at", "attempts", "received_at", "context"):
        del kept[name]
    return kept


def _new(conn: Connection, channel: str, found: Iterable[Arrival]) -> list[Arrival]:
    """What was not kept before, each once."""
    by_id: dict[str, Arrival] = {}
    for arrival in found:
        by_id.setdefault(arrival.message_id, arrival)
    kept = sa.select(arrivals.c.message_id).where(
        arrivals.c.channel == channel, arrivals.c.message_id.in_(list(by_id))
    )
    for message_id in conn.execute(kept).scalars():
        del by_id[message_id]
    return list(by_id.values())


def _keep(conn: Connection, channel: str, new: Sequence[Arrival], now: float) -> list[str]:
    """The senders of what is ours to answer: what is written to a person is only remembered.

    Few statements for however many: while a thousand deliveries come in, each waits for all before it.
    """
    senders = list({each.sender for each in new})
    taken_over = sa.select(peers.c.sender).where(
        peers.c.sender.in_(senders), peers.c.with_person_at > now - outgoing.WINDOW_S
    )
    persons = set(conn.execute(taken_over).scalars())
    theirs = [each.from_customer and each.sender in persons for each in new]
    rows = [_row(channel, each, now, done) for each, done in zip(new, theirs, strict=True)]
    conn.execute(sa.insert(arrivals), rows)
    wrote = {each.sender: each for each in new if each.from_customer}
    _hear(conn, channel, wrote.values(), persons, now)
    _meet(conn, channel, [each for each in new if each.sender not in wrote])
    outgoing.let_go(conn, [sender for sender in wrote if sender not in persons], now)
    _keep_contexts(conn, [each for each in new if each.context])
    return list(dict.fromkeys(each.sender for each, done in zip(new, theirs, strict=True) if not done))


def _row(channel: str, arrival: Arrival, now: float, done: bool) -> dict[str, Any]:
    return {
        "channel": channel,
        "message_id": arrival.message_id,
        "sender": arrival.sender,
        "body": {} if done else body_of(arrival),
        "sent_at": arrival.sent_at,
        "received_at": now,
        "done": done,
    }


def _hear(conn: Connection, channel: str, wrote: Iterable[Arrival], persons: set[str], now: float) -> None:
    """Who wrote, each once: where answers go, and that the quota begins anew."""
    rows = [
        {
            **_peer(channel, each),
            "used": 0,
            "heard_at": each.sent_at,
            "with_person_at": now if each.sender in persons else 0.0,
        }
        for each in wrote
    ]
    if rows:
        new = insert_new(conn, peers)
        heard = {name: new.excluded[name] for name in rows[0]}
        conn.execute(new.on_conflict_do_update(index_elements=["sender"], set_=heard), rows)


def _meet(conn: Connection, channel: str, came: Iterable[Arrival]) -> None:
    """Who has not written yet, and may be known already."""
    if rows := list({each.sender: _peer(channel, each) for each in came}.values()):
        conn.execute(insert_new(conn, peers).on_conflict_do_nothing(), rows)


def _peer(channel: str, arrival: Arrival) -> dict[str, str]:
    where = {"channel": channel, "account": arrival.account, "user": arrival.user}
    return {"sender": arrival.sender, **where}


def _keep_contexts(conn: Connection, found: Iterable[Arrival]) -> None:
    """The newest message's; entering has one only for who has not written yet."""
    newest: dict[str, dict[str, Any]] = {}
    for each in found:
        at = each.sent_at if each.from_customer else 0.0
        if each.sender not in newest or newest[each.sender]["sent_at"] <= at:
            newest[each.sender] = {"sender": each.sender, "body": each.context, "sent_at": at}
    if newest:
        new = insert_new(conn, contexts)
        values = {name: new.excluded[name] for name in ("body", "sent_at")}
        newer = contexts.c.sent_at <= new.excluded.sent_at
        upsert = new.on_conflict_do_update(index_elements=["sender"], set_=values, where=newer)
        conn.execute(upsert, list(newest.values()))

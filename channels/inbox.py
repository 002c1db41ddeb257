"""What platforms delivered: in the database before it is acknowledged, once whatever is repeated, in order.

Every method is one short transaction, safe between threads and processes; callers in the event loop run them
in a thread.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from channels import outgoing
from channels.chat_database import insert_new, reading
from channels.messaging_tables import accounts, arrivals, contexts, peers

LEASE_S = 15  # of who answers or sends for a sender; `channels.messaging` renews it three times as often
KEPT_S = 4 * 24 * 60 * 60  # a platform that lost our cursor begins again three days back


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


@dataclass(frozen=True)
class Account:
    """How far an account was read, and the platform's last word that there is more."""

    cursor: str = ""
    token: str = ""
    poked_at: float = 0.0


@dataclass(frozen=True)
class Peer:
    """Where a sender's messages go: to `user`, from `account`; a person has the conversation since when.

    `context`: of the last message that had one, see `Arrival`.
    """

    account: str
    user: str
    heard_at: float
    used: int
    with_person_at: float
    context: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Inbox:
    """The arrivals of one channel. Times are epoch seconds."""

    engine: Engine
    channel: str

    def take(self, found: Iterable[Arrival], now: float, read: tuple[str, str] | None = None) -> list[str]:
        """Keeps what is new; returns the senders of what is to be answered. All or nothing.

        `read`: an account and the cursor up to which these were read from it.
        """
        with self.engine.begin() as conn:
            senders = [each.sender for each in found if self._keep(conn, each, now)]
            if read is not None:
                self._upsert_account(conn, read[0], cursor=read[1])
        return list(dict.fromkeys(senders))

    def poke(self, pokes: Sequence[tuple[str, str]], now: float) -> None:
        """Remembers that accounts, (account, token), have something to read."""
        with self.engine.begin() as conn:
            for account, token in dict(pokes).items():
                self._upsert_account(conn, account, token=token, poked_at=now)

    def account(self, name: str) -> Account:
        wanted = sa.select(accounts).where(accounts.c.channel == self.channel, accounts.c.account == name)
        with reading(self.engine) as conn:
            row = conn.execute(wanted).one_or_none()
        return Account(row.cursor, row.token, row.poked_at) if row else Account()

    def known_accounts(self) -> list[str]:
        with reading(self.engine) as conn:
            ours = sa.select(accounts.c.account).where(accounts.c.channel == self.channel)
            return list(conn.execute(ours).scalars())

    def waiting(self) -> list[str]:
        """The senders with something that is not answered."""
        left = sa.select(arrivals.c.sender).where(
            sa.not_(arrivals.c.done), arrivals.c.channel == self.channel
        )
        with reading(self.engine) as conn:
            return list(conn.execute(left.distinct()).scalars())

    def next(self, sender: str) -> Arrival | None:
        """The earliest message of the sender that is not answered; each look counts as an attempt."""
        mine = sa.select(arrivals).where(arrivals.c.sender == sender, sa.not_(arrivals.c.done))
        with self.engine.begin() as conn:
            row = conn.execute(mine.order_by(arrivals.c.sent_at, arrivals.c.seq).limit(1)).one_or_none()
            if row is None:
                return None
            tried = sa.update(arrivals).where(arrivals.c.seq == row.seq).values(attempts=row.attempts + 1)
            conn.execute(tried)
        return Arrival(
            row.message_id,
            sender,
            sent_at=row.sent_at,
            attempts=row.attempts,
            received_at=row.received_at,
            **row.body,
        )

    def not_tried(self, arrival: Arrival) -> None:
        """The last look was no attempt: the service was away, and nobody died over the message."""
        this = (arrivals.c.channel == self.channel, arrivals.c.message_id == arrival.message_id)
        with self.engine.begin() as conn:
            conn.execute(sa.update(arrivals).where(*this).values(attempts=arrival.attempts))

    def done(self, conn: Connection, arrival: Arrival) -> None:
        """In the transaction of `conn`, which also holds what was answered. Only what dedupe needs is kept:
        what was typed may be a card's number, and what somebody entered with a secret."""
        this = (arrivals.c.channel == self.channel, arrivals.c.message_id == arrival.message_id)
        conn.execute(sa.update(arrivals).where(*this).values(done=True, body={}))

    def settle(self, arrival: Arrival, choice: str) -> None:
        """Keeps what a choice meant when it was first looked at: a later question must not change it."""
        this = (arrivals.c.channel == self.channel, arrivals.c.message_id == arrival.message_id)
        body = {**_body(arrival), "extra": {**arrival.extra, "button": choice}}
        with self.engine.begin() as conn:
            conn.execute(sa.update(arrivals).where(*this).values(body=body))

    def peer(self, sender: str) -> Peer | None:
        wanted = sa.select(peers, contexts.c.body).join_from(
            peers, contexts, contexts.c.sender == peers.c.sender, isouter=True
        )
        with reading(self.engine) as conn:
            row = conn.execute(wanted.where(peers.c.sender == sender)).one_or_none()
        if row is None:
            return None
        return Peer(row.account, row.user, row.heard_at, row.used, row.with_person_at, row.body or {})

    def with_person(self, sender: str, is_so: bool, now: float) -> None:
        """Whether a person has the conversation, as the platform says; at its end what waited may leave.

        Its end may never be told: it is over 48 hours after the customer's last message, too.
        """
        with self.engine.begin() as conn:
            mine = sa.update(peers).where(peers.c.sender == sender)
            conn.execute(mine.values(with_person_at=now if is_so else 0.0))
            if not is_so:
                outgoing.let_go(conn, sender, now)

    def lease(self, senders: Sequence[str], work: str, now: float) -> None:
        """Says that this process is still at work ("answering" or "sending") for these senders."""
        until = peers.c[f"{work}_until"]
        held = sa.update(peers).where(peers.c.sender.in_(senders), until > now)  # not what has just ended
        with self.engine.begin() as conn:
            conn.execute(held.values({until.name: now + LEASE_S}))

    def begin(self, sender: str, work: str, now: float) -> bool:
        """Takes the sender's lease; false while another process has it."""
        free = peers.c[f"{work}_until"] <= now
        taken = sa.update(peers).where(peers.c.sender == sender, free)
        with self.engine.begin() as conn:
            return bool(conn.execute(taken.values({f"{work}_until": now + LEASE_S})).rowcount)

    def end(self, sender: str, work: str) -> None:
        with self.engine.begin() as conn:
            conn.execute(sa.update(peers).where(peers.c.sender == sender).values({f"{work}_until": 0.0}))

    def expire(self, now: float) -> list[tuple[str, str]]:
        """Drops what was answered and no platform repeats any more; what could not leave: (id, sender)."""
        old = (arrivals.c.done, arrivals.c.received_at < now - KEPT_S)
        with self.engine.begin() as conn:
            conn.execute(sa.delete(arrivals).where(*old))
            return outgoing.expire(conn, now)

    def _keep(self, conn: Connection, arrival: Arrival, now: float) -> bool:
        """Whether it is new and ours to answer: what is written to a person is only remembered."""
        asked = sa.select(peers.c.with_person_at).where(peers.c.sender == arrival.sender)
        since = conn.execute(asked).scalar() or 0.0
        with_person = arrival.from_customer and since > now - outgoing.WINDOW_S
        new = insert_new(conn, arrivals).values(
            channel=self.channel,
            message_id=arrival.message_id,
            sender=arrival.sender,
            body={} if with_person else _body(arrival),
            sent_at=arrival.sent_at,
            received_at=now,
            done=with_person,
        )
        if not conn.execute(new.on_conflict_do_nothing()).rowcount:
            return False
        where = {"channel": self.channel, "account": arrival.account, "user": arrival.user}
        peer = insert_new(conn, peers).values(sender=arrival.sender, **where)
        if arrival.from_customer:
            heard = {**where, "used": 0, "heard_at": arrival.sent_at}
            heard["with_person_at"] = now if with_person else 0.0
            peer = peer.values(heard).on_conflict_do_update(index_elements=["sender"], set_=heard)
            if not with_person:
                outgoing.let_go(conn, arrival.sender, now)
        else:
            peer = peer.on_conflict_do_nothing()
        conn.execute(peer)
        if arrival.context:
            self._keep_context(conn, arrival)
        return not with_person

    def _keep_context(self, conn: Connection, arrival: Arrival) -> None:
        """The newest message's; entering has one only for who has not written yet."""
        values = {"body": arrival.context, "sent_at": arrival.sent_at if arrival.from_customer else 0.0}
        new = insert_new(conn, contexts).values(sender=arrival.sender, **values)
        newer = contexts.c.sent_at <= new.excluded.sent_at
        conn.execute(new.on_conflict_do_update(index_elements=["sender"], set_=values, where=newer))

    def _upsert_account(self, conn: Connection, account: str, **values: Any) -> None:
        new = insert_new(conn, accounts).values(channel=self.channel, account=account, **values)
        conn.execute(new.on_conflict_do_update(index_elements=["channel", "account"], set_=values))


def known_id(channel: str, known_by: object) -> str:
    """The `message_id` for what the platform's repeats have in common."""
    return hashlib.sha256(f"{channel} {known_by}".encode()).hexdigest()[:32]


def _body(arrival: Arrival) -> dict[str, Any]:
    kept = asdict(arrival)
    for name in ("message_id", "sender", "sent_at", "attempts", "received_at", "context"):
        del kept[name]
    return kept

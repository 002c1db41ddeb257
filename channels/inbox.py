"""What platforms delivered: in the database before it is acknowledged, once whatever is repeated, in order.

Every method is one short transaction, safe between threads and processes; callers in the event loop run them
in a thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from channels import arriving, outgoing
from channels.arriving import Arrival, body_of
from channels.chat_database import insert_new, reading
from channels.messaging_tables import accounts, arrivals, contexts, peers

LEASE_S = 15  # of who answers or sends for a sender; `channels.messaging` renews it three times as often
KEPT_S = 4 * 24 * 60 * 60  # a platform that lost our cursor begins again three days back


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
            senders = arriving.take(conn, self.channel, found, now)
            if read is not None:
                self._upsert_account(conn, read[0], cursor=read[1])
        return senders

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
        body = {**body_of(arrival), "extra": {**arrival.extra, "button": choice}}
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
                outgoing.let_go(conn, [sender], now)

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

    def _upsert_account(self, conn: Connection, account: str, **values: Any) -> None:
        new = insert_new(conn, accounts).values(channel=self.channel, account=account, **values)
        conn.execute(new.on_conflict_do_update(index_elements=["channel", "account"], set_=values))

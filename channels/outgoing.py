"""What leaves by a messaging channel: written with the answer it belongs to, sent once, in order.

A departure's id is made from the messages it carries, so writing the same answer again adds nothing, and a
platform that knows our ids drops what it already has.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from channels.chat_database import insert_new, reading
from channels.messaging_tables import choices, confirmations, departures, peers

WINDOW_S = 48 * 60 * 60
KEPT_S = 4 * 24 * 60 * 60
SKEW_S = 2.0  # between the platform's clock, which knows whole seconds, and ours
KEPT_CHOICES_S = 24 * 60 * 60  # a menu's button is good for as long

Body = dict[str, Any]
UNSENT = departures.c.state.in_(("new", "held"))


@dataclass(frozen=True)
class Departure:
    """One message on its way. `body` is what `channels.readable` made: a text, and its menu if it has one."""

    id: str
    sender: str
    body: Body
    attempts: int
    at: float


@dataclass(frozen=True)
class Confirmation:
    """A text has reached the sender by our interface, as the platform's message `message_id`."""

    sender: str
    message_id: str
    text: str


@dataclass(frozen=True)
class Outgoing:
    """The departures of one channel."""

    engine: Engine
    channel: str

    def put(self, conn: Connection, sender: str, question: int, bodies: Iterable[Body], now: float) -> None:
        """In the transaction of `conn`; `question` is the number of the turn's first message."""
        for part, body in enumerate(bodies):
            row = {"id": departure_id(sender, question, part), "channel": self.channel, "sender": sender}
            if conn.execute(sa.select(departures.c.seq).where(departures.c.id == row["id"])).first() is None:
                conn.execute(sa.insert(departures).values(**row, body=body, state="new", due_at=now, at=now))

    def waiting(self, now: float) -> list[str]:
        """The senders with something due, and nothing held before it: what is held is always the earliest."""
        ours = departures.c.channel == self.channel
        held = sa.select(departures.c.sender).where(ours, departures.c.state == "held")
        due = (
            ours,
            departures.c.state == "new",
            departures.c.due_at <= now,
            departures.c.sender.not_in(held),
        )
        with reading(self.engine) as conn:
            return list(conn.execute(sa.select(departures.c.sender).where(*due).distinct()).scalars())

    def next(self, sender: str) -> tuple[Departure, float] | None:
        """What is to be sent next, and from when on; nothing overtakes what is held or tried again."""
        mine = sa.select(departures).where(
            departures.c.sender == sender, departures.c.state.in_(("new", "held"))
        )
        with reading(self.engine) as conn:
            row = conn.execute(mine.order_by(departures.c.seq).limit(1)).one_or_none()
        if row is None or row.state == "held":
            return None
        return Departure(row.id, sender, row.body, row.attempts, row.at), row.due_at

    def sent(self, departure: Departure, within_quota: bool) -> None:
        """It has left; `within_quota`: it counts among what the customer's message allows."""
        with self.engine.begin() as conn:
            if _update(conn, departure.id, UNSENT, state="sent") and within_quota:
                _count(conn, departure.sender)

    def confirm(self, told: Iterable[Confirmation], now: float) -> None:
        """The platform's own word of what it delivered, which may come before its answer, and more than once.

        So what only lost its answer is not sent again.
        """
        with self.engine.begin() as conn:
            for each in told:
                row = {"channel": self.channel, "message_id": each.message_id, "sender": each.sender}
                new = insert_new(conn, confirmations).values(**row, departure_id="", at=now)
                if not conn.execute(new.on_conflict_do_nothing()).rowcount:
                    continue
                if not (found := _delivered(conn, each)):
                    continue
                this = sa.update(confirmations).where(
                    confirmations.c.channel == self.channel, confirmations.c.message_id == each.message_id
                )
                conn.execute(this.values(departure_id=found))
                if _update(conn, found, UNSENT, state="sent"):
                    _count(conn, each.sender)

    def again(self, departure: Departure, due_at: float, why: str) -> None:
        """Not now: at `due_at`."""
        with self.engine.begin() as conn:
            _update(conn, departure.id, attempts=departure.attempts + 1, due_at=due_at, why=why[:80])

    def number(self, departure: Departure, now: float) -> None:
        """Its menu becomes numbers to answer with."""
        menu = departure.body["menu"]
        body = {name: value for name, value in departure.body.items() if name != "menu"}
        body["text"] = numbered(body["text"], [each["title"] for each in menu])
        asked = (choices.c.sender == departure.sender, choices.c.question == int(menu[0]["id"].split(".")[0]))
        with self.engine.begin() as conn:
            _update(conn, departure.id, UNSENT, body=body)
            conn.execute(sa.update(choices).where(*asked).values(numbered=True, at=now))

    def drop(self, sender: str, ended_at: float) -> None:
        """The sender's link ended then: nothing that waited leaves, and what was asked is closed.

        What is said since may be: the end's own answer offers the way back.
        """
        waited = (departures.c.sender == sender, UNSENT, departures.c.at <= ended_at)
        mine = sa.update(departures).where(*waited)
        with self.engine.begin() as conn:
            conn.execute(mine.values(state="ended", why="the link has ended"))
            conn.execute(sa.delete(choices).where(choices.c.sender == sender, choices.c.at <= ended_at))

    def hold(self, departure: Departure, why: str) -> None:
        """Not before the customer writes again, or a person who has the conversation is done."""
        with self.engine.begin() as conn:
            _update(conn, departure.id, UNSENT, state="held", why=why[:80])

    def end(self, departure_id: str, state: str, why: str) -> bool:
        """Never: `failed`. False for an unknown id."""
        with self.engine.begin() as conn:
            return _update(conn, departure_id, state=state, why=why[:80])

    def counts(self) -> dict[str, int]:
        """How many departures there are, by state."""
        counted = sa.select(departures.c.state, sa.func.count()).where(departures.c.channel == self.channel)
        with reading(self.engine) as conn:
            return {row[0]: row[1] for row in conn.execute(counted.group_by(departures.c.state))}


@dataclass(frozen=True)
class Choices:
    """What the customer may choose: short menu ids and numbers that stand for signed tokens."""

    engine: Engine

    def open(
        self, conn: Connection, sender: str, question: int, tokens: list[str], numbered: bool, now: float
    ) -> None:
        """Asks a question in the transaction of `conn`; numbers of the one before mean nothing any more.

        Without tokens nothing is asked: a row that nobody can choose closes the one before.
        """
        known = sa.select(choices.c.number).where(choices.c.sender == sender, choices.c.question == question)
        if conn.execute(known).first() is not None:
            return
        asked = {"sender": sender, "question": question, "numbered": numbered, "at": now}
        if not tokens:
            conn.execute(sa.insert(choices).values(**{**asked, "numbered": False}, number=0, token=""))
        for number, token in enumerate(tokens, 1):
            conn.execute(sa.insert(choices).values(**asked, number=number, token=token))

    def by_number(self, sender: str, number: int, sent_at: float) -> str | None:
        """The token behind a number of the newest question, None when there is no such choice.

        Nor is there one for a number `sent_at` (the platform's time, epoch seconds) before it was asked.
        """
        newest = sa.select(sa.func.max(choices.c.question)).where(choices.c.sender == sender)
        seen = choices.c.at <= sent_at + SKEW_S
        return self._token(sender, newest.scalar_subquery(), number, choices.c.numbered, seen)

    def by_menu(self, sender: str, menu_id: str) -> str | None:
        """The token behind an item of a menu of ours, of an earlier one too: a token knows its own time."""
        question, dot, number = menu_id.partition(".")
        if not (dot and question.isdecimal() and number.isdecimal() and len(menu_id) <= 20):
            return None
        return self._token(sender, int(question), int(number))

    def _token(self, sender: str, question: Any, number: int, *also: Any) -> str | None:
        wanted = sa.select(choices.c.token).where(
            choices.c.sender == sender, choices.c.question == question, choices.c.number == number, *also
        )
        with reading(self.engine) as conn:
            return conn.execute(wanted).scalar() or None


def numbered(text: str, titles: Iterable[str]) -> str:
    """The text with a line for each choice, and the number to answer with."""
    listed = [f"回复 {number} {title}" for number, title in enumerate(titles, 1)]
    return "\n".join(filter(None, (text, *listed)))


def departure_id(sender: str, question: int, part: int) -> str:
    """At most 32 characters of [0-9a-f]: what platforms take for a message's id."""
    return hashlib.sha256(f"{sender} {question} {part}".encode()).hexdigest()[:32]


def let_go(conn: Connection, senders: Sequence[str], now: float) -> None:
    """The customers wrote, or it is the bot's turn again: what waited for that may leave."""
    held = sa.update(departures).where(departures.c.sender.in_(senders), departures.c.state == "held")
    conn.execute(held.values(state="new", due_at=now))


def expire(conn: Connection, now: float) -> list[tuple[str, str]]:
    """Drops what nobody asks for any more; what could not leave in time has failed: (id, sender) of each."""
    late = sa.select(departures.c.id, departures.c.sender).where(UNSENT, departures.c.at < now - WINDOW_S)
    failed = [
        (row.id, row.sender)
        for row in conn.execute(late.order_by(departures.c.seq)).all()
        if _update(conn, row.id, UNSENT, state="failed", why="too late")  # unless another bot was first
    ]
    ended = departures.c.state.not_in(("new", "held"))
    conn.execute(sa.delete(departures).where(ended, departures.c.at < now - KEPT_S))
    conn.execute(sa.delete(confirmations).where(confirmations.c.at < now - KEPT_S))
    conn.execute(sa.delete(choices).where(choices.c.at < now - KEPT_CHOICES_S))
    return failed


def _delivered(conn: Connection, told: Confirmation) -> str:
    """The earliest departure with that text of which nothing was told yet; empty where there is none."""
    confirmed = sa.select(confirmations.c.departure_id).where(confirmations.c.sender == told.sender)
    candidates = sa.select(departures.c.id, departures.c.body).where(
        departures.c.sender == told.sender,
        departures.c.state.in_(("new", "held", "sent")),
        departures.c.id.not_in(confirmed),
    )
    rows = conn.execute(candidates.order_by(departures.c.seq)).all()
    return next((row.id for row in rows if row.body["text"] == told.text), "")


def _count(conn: Connection, sender: str) -> None:
    """One more of those that the customer's message allows."""
    conn.execute(sa.update(peers).where(peers.c.sender == sender).values(used=peers.c.used + 1))


def _update(conn: Connection, departure_id: str, *also: Any, **values: Any) -> bool:
    this = sa.update(departures).where(departures.c.id == departure_id, *also)
    return bool(conn.execute(this.values(**values)).rowcount)

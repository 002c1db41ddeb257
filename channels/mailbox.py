"""What was said, numbered per sender, and which messages were already answered.

Small tables (`channels.tables`) beside Rasa's tracker store, in the same database. Every method is one
short transaction, safe between threads and processes; callers in the event loop run them in a thread.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from channels.chat_database import make_tables, reading
from channels.tables import messages, metadata, ratings, senders, turns

SESSION_S = 60 * 60
LEASE_S = 8  # without a sign of life from whoever answers a message
KEPT_MESSAGES = 200
OFFERING_MESSAGES = 6  # how far back a button may be named by its title
KEPT_MESSAGES_S = 30 * 24 * 60 * 60
KEPT_TURNS_S = 3 * 24 * 60 * 60
KEPT_RATINGS_S = 366 * 24 * 60 * 60
VISITOR_PREFIX = "web-anon-"
SHANGHAI = timezone(timedelta(hours=8))

Message = dict[str, Any]

# What every message asks: built once, for building a statement takes longer than running it.
_OF, _TURN_ID = sa.bindparam("of"), sa.bindparam("of_turn")
_SENDER = sa.select(senders.c.last_seq, senders.c.last_at).where(senders.c.sender == _OF).with_for_update()
_NEW_SENDER = sa.insert(senders)
_COUNTED = sa.update(senders).where(senders.c.sender == _OF)
_COUNTED = _COUNTED.values(last_seq=sa.bindparam("seq"), last_at=sa.bindparam("now"))
_TURN = sa.select(turns).where(turns.c.sender == _OF, turns.c.turn_id == _TURN_ID)
_NEW_TURN = sa.insert(turns)
_CLOSED = sa.update(turns).where(turns.c.sender == _OF, turns.c.turn_id == _TURN_ID)
_CLOSED = _CLOSED.values(answer=sa.bindparam("said", type_=turns.c.answer.type))
_NEW_MESSAGE = sa.insert(messages)
_TRIMMED = sa.delete(messages).where(messages.c.sender == _OF, messages.c.seq <= sa.bindparam("newest"))
_OFFERED = sa.select(messages.c.body).where(messages.c.sender == _OF, messages.c.role == "bot")
_OFFERED = _OFFERED.order_by(messages.c.seq.desc()).limit(OFFERING_MESSAGES)


class IdConflict(Exception):
    """The same message id came with another body; of whom says its text."""


@dataclass(frozen=True)
class Claim:
    """Whose turn it is to answer a message.

    Attributes:
        state: `mine` (answer it), `working` (somebody is at it), `done` (`answer` holds what was said).
        seq: the number of the user's message, 0 for a turn that no user began.
        first_of_session: nothing was said in this conversation in the last 60 minutes.
    """

    state: Literal["mine", "working", "done"]
    seq: int
    first_of_session: bool
    answer: list[Message]


@dataclass(frozen=True)
class Waiting:
    """Messages that were taken in and have no answer yet, and how long the oldest has waited, in seconds."""

    messages: int
    oldest_s: float


def iso_time(at: float) -> str:
    """Epoch seconds as ISO time in Shanghai, to the second."""
    return datetime.fromtimestamp(at, SHANGHAI).isoformat(timespec="seconds")


@dataclass(frozen=True)
class Mailbox:
    """The conversations' store. Times are epoch seconds."""

    engine: Engine

    def create_tables(self) -> None:
        make_tables(self.engine, metadata)

    def claim(self, sender: str, turn_id: str, body_hash: str, user_text: str | None, now: float) -> Claim:
        """Claims a message for answering; one caller at a time gets `mine`.

        The user's message is numbered and kept with the first claim. A claim that is neither finished nor
        renewed for 8 s may be taken over: a crash in the middle of an answer does not silence the message.

        Raises:
            IdConflict: `turn_id` was used with another body.
        """
        try:
            with self.engine.begin() as conn:
                known = _locked(conn, sender)
                row = _turn(conn, sender, turn_id)
                if row is not None:
                    return _known_turn(conn, row, body_hash, now)
                asked = [] if user_text is None else [{"text": user_text}]
                numbered = _append(conn, sender, known, "user", asked, now)
                first = known is None or now - known.last_at > SESSION_S
                claim = Claim("mine", numbered[0]["seq"] if numbered else 0, first, [])
                _open_turn(conn, sender, turn_id, body_hash, claim, now)
                return claim
        except IntegrityError:  # a conversation's very first two messages at the same moment
            return self.claim(sender, turn_id, body_hash, user_text, now)

    def finish(self, sender: str, turn_id: str, bubbles: Iterable[Message], now: float) -> list[Message]:
        """Numbers and keeps the answer's bubbles and closes the turn, all in one transaction.

        A turn that somebody else took over and closed keeps that answer, which is returned.
        """
        with self.engine.begin() as conn:
            known = _locked(conn, sender)
            turn = _turn(conn, sender, turn_id)
            if turn is not None and turn.answer is not None:
                return list(turn.answer)
            answer = _append(conn, sender, known, "bot", bubbles, now)
            conn.execute(_CLOSED, {"of": sender, "of_turn": turn_id, "said": answer})
            if answer and answer[-1]["seq"] > KEPT_MESSAGES:
                conn.execute(_TRIMMED, {"of": sender, "newest": answer[-1]["seq"] - KEPT_MESSAGES})
        return answer

    def renew(self, sender: str, turn_id: str, now: float) -> None:
        """Says that the turn is still being answered."""
        turn = sa.update(turns).where(turns.c.sender == sender, turns.c.turn_id == turn_id)
        with self.engine.begin() as conn:
            conn.execute(turn.values(leased_until=now + LEASE_S))

    def release(self, sender: str, turn_id: str) -> None:
        """Gives an unfinished turn back, so that the next call with its id may answer it."""
        turn = sa.update(turns).where(turns.c.sender == sender, turns.c.turn_id == turn_id)
        with self.engine.begin() as conn:
            conn.execute(turn.values(leased_until=0.0))

    def take_unanswered(self, prefix: str, now: float) -> list[tuple[str, str]]:
        """Claims the users' turns, (sender, turn_id), that somebody began to answer and left so.

        `prefix`: of the senders meant.
        """
        left = (turns.c.answer.is_(None), turns.c.leased_until <= now, turns.c.sender.startswith(prefix))
        with self.engine.begin() as conn:
            found = conn.execute(
                sa.select(turns.c.sender, turns.c.turn_id).where(*left, turns.c.seq > 0)
            ).all()
            return [
                (sender, turn_id)
                for sender, turn_id in found
                if conn.execute(
                    sa.update(turns)
                    .where(turns.c.sender == sender, turns.c.turn_id == turn_id, *left)
                    .values(leased_until=now + LEASE_S)
                ).rowcount
            ]

    def pressed_before_a_receipt(self, sender: str, turn_id: str) -> str | None:
        """The token of the button that the turn pressed, where a receipt was told after that."""
        with reading(self.engine) as conn:
            turn = _turn(conn, sender, turn_id)
            wanted = sa.select(messages).where(messages.c.sender == sender).order_by(messages.c.seq.desc())
            rows = conn.execute(wanted).all() if turn is not None else []
        after = (row.body.get("custom") or {} for row in rows if row.seq > turn.seq)
        if not any(each.get("type") == "receipt" for each in after):
            return None
        said = [row.body["text"] for row in rows if row.seq == turn.seq]
        before = (button for row in rows if row.seq < turn.seq for button in row.body.get("buttons") or [])
        return next((each["token"] for each in before if each["title"] in said), None)

    def unanswered(self, now: float) -> Waiting:
        """How many messages wait for their answer now, and since when."""
        wanted = sa.select(sa.func.count(), sa.func.min(turns.c.at)).where(turns.c.answer.is_(None))
        with reading(self.engine) as conn:
            messages_, oldest_at = conn.execute(wanted).one()
        return Waiting(messages_, 0.0 if oldest_at is None else max(0.0, now - oldest_at))

    def since(self, sender: str, seq: int, both_roles: bool = False) -> list[Message]:
        """What is kept above `seq` (the newest 200), oldest first; the bot's alone unless `both_roles`."""
        its_rating = (ratings.c.sender == messages.c.sender) & (ratings.c.seq == messages.c.seq)
        wanted = sa.select(messages, ratings.c.helped).select_from(messages.outerjoin(ratings, its_rating))
        wanted = wanted.where(messages.c.sender == sender, messages.c.seq > seq)
        if not both_roles:
            wanted = wanted.where(messages.c.role == "bot")
        with reading(self.engine) as conn:
            rows = conn.execute(wanted.order_by(messages.c.seq.desc()).limit(KEPT_MESSAGES)).all()
        return [_as_message(row.seq, row.role, row.body, row.at, row.helped) for row in reversed(rows)]

    def offered(self, sender: str) -> list[dict[str, str]]:
        """The buttons, {"title", "token"}, of the bot's newest messages, newest message first."""
        with reading(self.engine) as conn:
            bodies = conn.execute(_OFFERED, {"of": sender}).scalars().all()
        return [button for body in bodies for button in body.get("buttons") or []]

    def last_seq(self, sender: str) -> int:
        """The number of the conversation's newest message, 0 for a new one."""
        with reading(self.engine) as conn:
            return conn.execute(sa.select(senders.c.last_seq).where(senders.c.sender == sender)).scalar() or 0

    def last_at(self, sender: str) -> float:
        """When the newest message was said, by either side; 0 for a new conversation."""
        said = sa.select(senders.c.last_at).where(senders.c.sender == sender)
        with reading(self.engine) as conn:
            return conn.execute(said).scalar() or 0.0

    def expire(self, now: float) -> int:
        """Drops messages after 30 days, answers after 3, ratings after a year; returns how many rows went.

        A customer's numbers go on for ever, a visitor's name that nobody can use any more is forgotten.
        """
        gone = senders.c.sender.like(f"{VISITOR_PREFIX}%") & (senders.c.last_at < now - KEPT_MESSAGES_S)
        with self.engine.begin() as conn:
            old = conn.execute(sa.delete(messages).where(messages.c.at < now - KEPT_MESSAGES_S)).rowcount
            old += conn.execute(sa.delete(turns).where(turns.c.at < now - KEPT_TURNS_S)).rowcount
            old += conn.execute(sa.delete(ratings).where(ratings.c.at < now - KEPT_RATINGS_S)).rowcount
            old += conn.execute(sa.delete(senders).where(gone)).rowcount
        return int(old)


def _locked(conn: Connection, sender: str) -> Any:
    """The conversation's row, None for a new one.

    SQLite locked the whole file at BEGIN; elsewhere this row serialises its writers.
    """
    return conn.execute(_SENDER, {"of": sender}).one_or_none()


def _turn(conn: Connection, sender: str, turn_id: str) -> Any:
    return conn.execute(_TURN, {"of": sender, "of_turn": turn_id}).one_or_none()


def _open_turn(conn: Connection, sender: str, turn_id: str, body_hash: str, claim: Claim, now: float) -> None:
    row = {"sender": sender, "turn_id": turn_id, "body_hash": body_hash, "seq": claim.seq}
    lease = {"first_of_session": claim.first_of_session, "leased_until": now + LEASE_S}
    conn.execute(_NEW_TURN, {**row, **lease, "answer": None, "at": now})


def _known_turn(conn: Connection, row: Any, body_hash: str, now: float) -> Claim:
    if row.body_hash != body_hash:
        raise IdConflict(row.sender)
    if row.answer is not None:
        return Claim("done", row.seq, False, row.answer)
    if row.leased_until > now:
        return Claim("working", row.seq, False, [])
    again = sa.update(turns).where(turns.c.sender == row.sender, turns.c.turn_id == row.turn_id)
    conn.execute(again.values(leased_until=now + LEASE_S))
    return Claim("mine", row.seq, row.first_of_session, [])


def _append(
    conn: Connection, sender: str, known: Any, role: str, bodies: Iterable[Message], now: float
) -> list[Message]:
    """Keeps messages, numbered after those that there are by the conversation's row as it was locked."""
    last = 0 if known is None else known.last_seq
    rows: list[dict[str, Any]] = [
        {"sender": sender, "seq": seq, "role": role, "body": body, "at": now}
        for seq, body in enumerate(bodies, last + 1)
    ]
    if rows and known is None:
        conn.execute(_NEW_SENDER, {"sender": sender, "last_seq": len(rows), "last_at": now})
    elif rows:
        conn.execute(_COUNTED, {"of": sender, "seq": last + len(rows), "now": now})
    if rows:
        conn.execute(_NEW_MESSAGE, rows)
    return [_as_message(row["seq"], role, row["body"], now) for row in rows]


def _as_message(seq: int, role: str, body: Message, at: float, rated: bool | None = None) -> Message:
    """`rated`: what the customer said of it, where it ended a journey and they said."""
    told = {} if rated is None else {"rated": rated}
    return {"seq": seq, "role": role, **body, **told, "at": iso_time(at)}

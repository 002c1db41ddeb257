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
LEASE_S = 15  # without a sign of life from whoever answers a message
KEPT_MESSAGES = 200
OFFERING_MESSAGES = 6  # how far back a button may be named by its title
KEPT_MESSAGES_S = 30 * 24 * 60 * 60
KEPT_TURNS_S = 3 * 24 * 60 * 60
KEPT_RATINGS_S = 366 * 24 * 60 * 60
VISITOR_PREFIX = "web-anon-"
SHANGHAI = timezone(timedelta(hours=8))

Message = dict[str, Any]


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
        renewed for 15 s may be taken over: a crash in the middle of an answer does not silence the message.

        Raises:
            IdConflict: `turn_id` was used with another body.
        """
        try:
            with self.engine.begin() as conn:
                _lock_sender(conn, sender)
                row = conn.execute(_turn_query(sender, turn_id)).one_or_none()
                if row is None:
                    return _open_turn(conn, sender, turn_id, body_hash, user_text, now)
                return _known_turn(conn, row, body_hash, now)
        except IntegrityError:  # a conversation's very first two messages at the same moment
            return self.claim(sender, turn_id, body_hash, user_text, now)

    def finish(self, sender: str, turn_id: str, bubbles: Iterable[Message], now: float) -> list[Message]:
        """Numbers and keeps the answer's bubbles and closes the turn, all in one transaction.

        A turn that somebody else took over and closed keeps that answer, which is returned.
        """
        with self.engine.begin() as conn:
            _lock_sender(conn, sender)
            known = conn.execute(_turn_query(sender, turn_id)).one_or_none()
            if known is not None and known.answer is not None:
                return list(known.answer)
            answer = [_append(conn, sender, "bot", bubble, now) for bubble in bubbles]
            closed = sa.update(turns).where(turns.c.sender == sender, turns.c.turn_id == turn_id)
            conn.execute(closed.values(answer=answer))
            _trim(conn, sender)
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
        said = sa.select(messages.c.body).where(messages.c.sender == sender, messages.c.role == "bot")
        newest = said.order_by(messages.c.seq.desc()).limit(OFFERING_MESSAGES)
        with reading(self.engine) as conn:
            bodies = conn.execute(newest).scalars().all()
        return [button for body in bodies for button in body.get("buttons") or []]

    def last_seq(self, sender: str) -> int:
        """The number of the conversation's newest message, 0 for a new one."""
        with reading(self.engine) as conn:
            return conn.execute(sa.select(senders.c.last_seq).where(senders.c.sender == sender)).scalar() or 0

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


def _lock_sender(conn: Connection, sender: str) -> None:
    """SQLite locked the whole file at BEGIN; elsewhere the conversation's row serialises its writers."""
    conn.execute(sa.select(senders.c.sender).where(senders.c.sender == sender).with_for_update())


def _turn_query(sender: str, turn_id: str) -> sa.sql.Select:
    return sa.select(turns).where(turns.c.sender == sender, turns.c.turn_id == turn_id)


def _open_turn(
    conn: Connection, sender: str, turn_id: str, body_hash: str, user_text: str | None, now: float
) -> Claim:
    last_at = conn.execute(sa.select(senders.c.last_at).where(senders.c.sender == sender)).scalar()
    first = last_at is None or now - last_at > SESSION_S
    seq = 0 if user_text is None else _append(conn, sender, "user", {"text": user_text}, now)["seq"]
    conn.execute(
        sa.insert(turns).values(
            sender=sender,
            turn_id=turn_id,
            body_hash=body_hash,
            seq=seq,
            first_of_session=first,
            leased_until=now + LEASE_S,
            answer=None,
            at=now,
        )
    )
    return Claim("mine", seq, first, [])


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


def _append(conn: Connection, sender: str, role: str, body: Message, now: float) -> Message:
    counted = sa.update(senders).where(senders.c.sender == sender)
    if not conn.execute(counted.values(last_seq=senders.c.last_seq + 1, last_at=now)).rowcount:
        conn.execute(sa.insert(senders).values(sender=sender, last_seq=1, last_at=now))
    seq = conn.execute(sa.select(senders.c.last_seq).where(senders.c.sender == sender)).scalar_one()
    conn.execute(sa.insert(messages).values(sender=sender, seq=seq, role=role, body=body, at=now))
    return _as_message(seq, role, body, now)


def _trim(conn: Connection, sender: str) -> None:
    newest = sa.select(senders.c.last_seq - KEPT_MESSAGES).where(senders.c.sender == sender).scalar_subquery()
    conn.execute(sa.delete(messages).where(messages.c.sender == sender, messages.c.seq <= newest))


def _as_message(seq: int, role: str, body: Message, at: float, rated: bool | None = None) -> Message:
    """`rated`: what the customer said of it, where it ended a journey and they said."""
    told = {} if rated is None else {"rated": rated}
    return {"seq": seq, "role": role, **body, **told, "at": iso_time(at)}

"""Whether a journey helped: the customer's word on the message that ended it, kept beside the conversation.

What ended, and how, is read from our own message and never from the client.
`python -m channels.ratings [--days 30]` prints what was said, for whoever runs the chat.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row

from channels import settings, text
from channels.chat_database import make_tables, open_engine
from channels.mailbox import iso_time
from channels.tables import messages, metadata, ratings

DAY_S = 24 * 60 * 60
TURNS_BEFORE = 6  # of the conversation are shown with a rating


class NothingEnded(Exception):
    """The sender has no message of this number that ended a journey."""


@dataclass(frozen=True)
class Rating:
    """Two taps: whether it helped, and words if the customer wants to add some."""

    seq: int
    helped: bool
    words: str = ""

    def told(self) -> dict[str, Any]:
        return {"seq": self.seq, "helped": self.helped, "words": self.words}


@dataclass(frozen=True)
class Ratings:
    """Their store, in the chat's database; callers in the event loop run it in a thread."""

    engine: Engine

    def rate(self, sender: str, rating: Rating, now: float) -> Rating:
        """Keeps it, numbers of persons and cards masked; of the same message again, in the first one's place.

        Raises:
            NothingEnded
        """
        kept = Rating(rating.seq, rating.helped, text.shown(rating.words).strip())
        with self.engine.begin() as conn:
            journey = _journey_of(conn, sender, rating.seq)
            same = (ratings.c.sender == sender) & (ratings.c.seq == rating.seq)
            row = {"journey": journey, "helped": kept.helped, "words": kept.words, "at": now}
            if not conn.execute(sa.update(ratings).where(same).values(**row)).rowcount:
                conn.execute(sa.insert(ratings).values(sender=sender, seq=rating.seq, **row))
        return kept

    def since(self, at: float) -> Iterator[dict[str, Any]]:
        """Every rating given after `at`: its journey, outcome and what was said before it, newest first."""
        with self.engine.begin() as conn:
            given = sa.select(ratings).where(ratings.c.at >= at).order_by(ratings.c.at.desc())
            for row in conn.execute(given).all():
                yield _told(conn, row)


def _journey_of(conn: Connection, sender: str, seq: int) -> dict[str, Any]:
    """Raises NothingEnded."""
    wanted = sa.select(messages.c.body).where(
        messages.c.sender == sender, messages.c.seq == seq, messages.c.role == "bot"
    )
    body = conn.execute(wanted.with_for_update()).scalar() or {}
    journey = (body.get("custom") or {}).get("journey")
    if not isinstance(journey, dict):
        raise NothingEnded
    return journey


def _told(conn: Connection, row: Row) -> dict[str, Any]:
    before = sa.select(messages).where(messages.c.sender == row.sender, messages.c.seq <= row.seq)
    said = conn.execute(before.order_by(messages.c.seq.desc()).limit(TURNS_BEFORE)).all()
    return {
        "sender": row.sender,
        "seq": row.seq,
        "at": iso_time(row.at),
        **row.journey,
        "helped": row.helped,
        "words": row.words,
        "said": [{"role": each.role, "text": each.body.get("text", "")} for each in reversed(said)],
    }


def summary(given: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """How many were helped and how many not, by journey and outcome."""
    counts: dict[str, dict[str, int]] = {}
    for each in given:
        of = counts.setdefault(f"{each['name']}: {each['outcome']}", {"helped": 0, "not_helped": 0})
        of["helped" if each["helped"] else "not_helped"] += 1
    return dict(sorted(counts.items()))


def main() -> None:
    """JSON on stdout: `summary`, then each rating with the words around it."""
    parser = argparse.ArgumentParser(prog="python -m channels.ratings", description=main.__doc__)
    parser.add_argument("--days", type=float, default=30, help="how far back (default 30)")
    days = parser.parse_args().days
    engine = open_engine(settings.chat_database())
    make_tables(engine, metadata)
    given = list(Ratings(engine).since(time.time() - days * DAY_S))
    print(json.dumps({"summary": summary(given), "ratings": given}, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()

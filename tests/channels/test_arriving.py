"""Arrivals are kept by few statements for however many of them, and as one by one."""

from __future__ import annotations

import random
from typing import Any

import pytest
import sqlalchemy as sa

from channels.arriving import Arrival
from channels.inbox import Inbox
from channels.mailbox import Mailbox
from channels.messaging_tables import arrivals, contexts, departures, peers
from channels.outgoing import Outgoing

NOW = 1_800_000_000.0


@pytest.fixture
def inbox(mailbox: Mailbox) -> Inbox:
    return Inbox(mailbox.engine, "wecom_kf")


@pytest.fixture
def outgoing(inbox: Inbox) -> Outgoing:
    return Outgoing(inbox.engine, "wecom_kf")


def kept(inbox: Inbox, people: str) -> list[list[Any]]:
    """What the tables hold of `people` (a letter that their names begin with), without it."""
    tables = (
        (arrivals, ("sender", "message_id", "body", "sent_at", "done")),
        (peers, ("sender", "account", "user", "heard_at", "used", "with_person_at")),
        (contexts, ("sender", "body", "sent_at")),
        (departures, ("sender", "state")),
    )
    found = []
    with inbox.engine.connect() as conn:
        for table, names in tables:
            wanted = sa.select(*(table.c[name] for name in names)).where(table.c.sender.like(f"{people}-%"))
            rows = [str(tuple(row)).replace(f"{people}-", "") for row in conn.execute(wanted)]
            found.append(sorted(rows))
    return found


def some_arrivals(seed: int, people: str) -> list[Arrival]:
    """Messages and events of few people, some repeated, some in the wrong order."""
    chance = random.Random(seed)
    made = []
    for number in range(40):
        who = f"{people}-{chance.randrange(6)}"
        kind = chance.choice(["text", "text", "other", "entered", "left"])
        context = {"of": str(number)} if chance.random() < 0.5 else {}
        at, account = NOW + chance.randrange(20), f"wk{chance.randrange(2)}"
        text = str(number) if kind == "text" else ""
        made.append(Arrival(f"{people}-{number}", who, account, who, at, text, kind=kind, context=context))
    return [*made, *chance.sample(made, 10)]


@pytest.mark.parametrize("seed", range(5))
def test_kept_together_they_are_kept_as_one_by_one(inbox: Inbox, outgoing: Outgoing, seed: int) -> None:
    left: dict[str, set[str]] = {}
    for people in ("x", "y"):
        for number in range(6):
            known = Arrival(f"{people}-known{number}", f"{people}-{number}", "wk0", "u", NOW - 9)
            inbox.take([known], NOW)
        for number in (1, 2):
            inbox.with_person(f"{people}-{number}", True, NOW)
        with inbox.engine.begin() as conn:
            for number in (2, 3):
                outgoing.put(conn, f"{people}-{number}", 1, [{"text": "等"}], NOW)
            theirs = departures.c.sender.like(f"{people}-%")
            conn.execute(sa.update(departures).where(theirs).values(state="held"))
        found = some_arrivals(seed, people)
        batches = [found] if people == "x" else [[each] for each in found]
        taken = {sender for batch in batches for sender in inbox.take(batch, NOW + 30)}
        left[people] = {sender.removeprefix(f"{people}-") for sender in taken}
    assert left["x"] == left["y"]
    assert kept(inbox, "x") == kept(inbox, "y")

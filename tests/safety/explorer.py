"""Walks, breadth first, all that can happen to a customer, and checks after every step what must hold."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from actions import follow_up
from tests.safety import books, moves, rules
from tests.safety.books import Books
from tests.safety.moves import FOLLOWED, Move, Press
from tests.safety.talk import Customer, Talk
from tests.safety.world import Moment


@dataclass
class Seen:
    """What a walk has met. `points`: conversations that differ in something a later answer may depend on."""

    points: int = 0
    steps: int = 0
    broken: list[str] = field(default_factory=list)


def explore(customer: Customer, depth: int, foreign: tuple[Press, ...] = (), most: int = 3) -> Seen:
    """Every sequence of at most `depth` moves from where the customer stands; stops after `most` defects.

    Sequences that come to the same point go on as one.
    """
    world, seen = customer.world, Seen()
    begun = customer.begins()
    start = books.read(customer)
    shelf: dict[Moment, Books] = {begun.moment: start}
    known, waiting = {_point(begun, start)}, deque([(begun, start)])
    while waiting:
        talk, before = waiting.popleft()
        for move in next_moves(talk, before, foreign):
            step = customer.makes(talk, move)
            seen.steps += 1
            moment = world.moment()
            now = shelf[moment] = shelf.get(moment) or books.read(customer)
            seen.broken += [
                f"{customer.id}: {step.path}: {each}" for each in rules.broken(customer, step, before, now)
            ]
            if len(seen.broken) >= most:
                return seen
            after = customer.stands(step)
            if (point := _point(after, now)) not in known:
                known.add(point)
                seen.points += 1
                if len(after.path) < depth:
                    waiting.append((after, now))
    return seen


def next_moves(talk: Talk, now: Books, foreign: tuple[Press, ...]) -> Iterator[Move]:
    """All that can happen at this point. `foreign`: confirming buttons of somebody else."""
    for intent, values in talk.confirming:
        yield from moves.pressing(intent, values)
    yield from foreign
    yield from moves.always()
    known = now.known
    ordered = known.auto_debit and known.debts.billed_fen > 0
    yield from moves.WORKING if ordered or known.open_charge is not None else moves.WORKING[:1]
    if known.open_charge is not None:
        yield moves.A_MOMENT
    if now.ticket is not None and now.ticket.state == "OPEN":
        yield moves.Staff()


def _point(talk: Talk, now: Books) -> str:
    """What a later answer may depend on: of the last topic what short words about it would mean."""
    followed = follow_up.MEANT.get(talk.slots["topic"] or "", {}).get(FOLLOWED)
    slots = {**talk.slots, "topic": followed}
    return json.dumps(
        [now.digest, talk.moment.now.isoformat(), slots, talk.confirming, talk.refused], sort_keys=True
    )

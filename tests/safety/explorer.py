"""Walks, breadth first, all that can happen to a customer, and checks after every step what must hold."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from actions.out_of_scope import MISSES_BEFORE_PERSON
from tests.safety import moves, rules
from tests.safety.books import Books, Reader
from tests.safety.moves import CONFIRMING, Move, Press, Say, Work
from tests.safety.talk import Customer, Shown, Talk

_FORGETS_AFTER = 100  # points: those that share a moment come near one another, and memory is not endless
#: The kinds of decision with a button that says when it was opened.
_SIGNED = ("settle", "settle_close", "close")


@dataclass
class Seen:
    """What a walk has met. `points`: conversations that differ in something a later answer may depend on;
    `steps`: the moves made from them; `answers`: of these, how many were worked out by the actions and the
    ledger, and not known from a point where all that the answer reads was the same."""

    points: int = 0
    steps: int = 0
    answers: int = 0
    broken: list[str] = field(default_factory=list)


@dataclass
class _Known:
    """Of one standing with one state of the conversation: the moves that only read, and what they lead to."""

    reading: set[Move] = field(default_factory=set)
    effects: dict[Hashable, tuple[Move, dict[str, Any], Shown]] = field(default_factory=dict)


class Walk:
    """One customer's walk. Sequences that come to the same point go on as one, and what was only read at a
    point is not asked again where all that the answer reads is the same."""

    def __init__(self, customer: Customer, foreign: tuple[Press, ...] = (), most: int = 3) -> None:
        """`foreign`: confirming buttons of somebody else; `most`: after so many defects it stops."""
        self.seen = Seen()
        self.customer, self.foreign, self.most = customer, foreign, most
        self.reader = Reader(customer.world, customer.id)
        self._known: dict[Hashable, _Known] = {}

    def run(self, depth: int) -> Seen:
        """All sequences of at most so many moves, a level at a time."""
        begun = self.customer.begins()
        start = self.reader.read(())
        points, waiting = {point_of(begun, start)}, [(begun, start)]
        for length in range(1, depth + 1):
            reached: list[tuple[Talk, Books]] = []
            for number, (talk, before) in enumerate(waiting):
                if number % _FORGETS_AFTER == 0:
                    self.customer.world.forget()
                    self.reader.forget()
                for after, now in self.on_from(talk, before):
                    if len(self.seen.broken) >= self.most:
                        return self.seen
                    if now is not before:
                        after = replace(after, moment=self.customer.world.moment())
                    point = point_of(after, now)
                    self.met(point, after, now)
                    if point not in points:
                        points.add(point)
                        if length < depth:
                            reached.append((after, now))
            waiting = reached
            self.seen.points = len(points) - 1
        return self.seen

    def met(self, point: Hashable, talk: Talk, now: Books) -> None:
        """A sequence came to this point; nothing more is made of it here."""

    def on_from(self, talk: Talk, before: Books) -> Iterator[tuple[Talk, Books]]:
        """Where each move leads, and the books there, `before` itself where nothing is different that counts.
        The world stands there, but for those; the moment of the talk is the one before."""
        core = _core(talk, before)
        first = core not in self._known
        known = self._known.setdefault(core, _Known())
        for move in next_moves(talk, before, self.foreign):
            self.seen.steps += 1
            if first or move not in known.reading:
                yield self._makes(talk, before, move, known)
        if not first:
            for move, slots, shown in known.effects.values():
                yield talk.after(move, slots, shown, talk.moment), before

    def _makes(self, talk: Talk, before: Books, move: Move, known: _Known) -> tuple[Talk, Books]:
        step = self.customer.makes(talk, move)
        self.seen.answers += 1
        shown = step.shown()
        after = talk.after(move, step.slots, shown, talk.moment)
        newly_named = not set(after.quote_ids()) <= set(talk.quote_ids())  # of which `before` says nothing
        untouched = not newly_named and self.customer.world.is_at(talk.moment)
        now = before if untouched else self.reader.read(after.quote_ids())
        self.seen.broken += [
            f"{self.customer.id}: {step.path}: {each}"
            for each in rules.broken(self.customer, step, before, now)
        ]
        once = isinstance(move, Work) or (isinstance(move, (Say, Press)) and move.intent not in CONFIRMING)
        if not once or (now is not before and _stands(after, before) != _stands(after, now)):
            return after, now
        known.reading.add(move)
        no = isinstance(move, (Say, Press)) and move.intent in moves.REFUSING
        known.effects.setdefault((_slots(after, now), shown, no), (move, step.slots, shown))
        return after, before


def next_moves(talk: Talk, now: Books, foreign: tuple[Press, ...]) -> Iterator[Move]:
    """All that can happen at this point. `foreign`: confirming buttons of somebody else."""
    for intent, values in talk.confirming:
        yield from moves.pressing(intent, values)
    yield from foreign
    yield from moves.always()
    known = now.known
    if talk.confirming or known.open_charge is not None:
        yield moves.A_WHILE
    ordered = known.auto_debit and known.debts.billed_fen > 0
    yield from moves.WORKING if ordered or known.open_charge is not None else moves.WORKING[:1]
    if known.open_charge is not None:
        yield moves.A_MOMENT
    if now.ticket == "OPEN":
        yield moves.Staff()


def point_of(talk: Talk, now: Books) -> Hashable:
    """All that what comes of a later move may depend on.

    That the customer has said no counts while a button is shown: whatever is shown next is asked anew.
    """
    buttons = tuple((kind, _opened(json.loads(values), talk, now)) for kind, values in talk.confirming)
    return _stands(talk, now), _slots(talk, now), buttons, talk.refused and bool(buttons)


def _core(talk: Talk, now: Books) -> Hashable:
    """All that what is answered to words depends on."""
    return _stands(talk, now), _slots(talk, now), _since(talk)


def _stands(talk: Talk, now: Books) -> Hashable:
    """The account, the time, and the quotes that a button names: any other is made anew before it counts."""
    named = set(talk.quote_ids())
    return now.standing, now.known.now, tuple(row for row in now.quoted if row[0] in named)


def _slots(talk: Talk, now: Books) -> str:
    """Of when a decision was opened, whether now; of misses, whether one more is one too many. Not the last
    topic: short words may be about any, at every point."""
    decision = talk.slots["decision"] and {**talk.slots["decision"]}
    if decision:
        decision["opened"] = _since(talk) == now.known.now.isoformat()
    misses = min(talk.slots["misses"] or 0, MISSES_BEFORE_PERSON - 1)
    return json.dumps([decision, misses], sort_keys=True)


def _since(talk: Talk) -> str | None:
    """When the decision was opened, if a button of it is signed with that: nothing else asks for it, and what
    is opened after an offer, or in place of a decision of another kind, is opened anew."""
    decision = talk.slots["decision"] or {}
    return decision.get("opened") if decision.get("kind") in _SIGNED else None


def _opened(signed: dict[str, Any], talk: Talk, now: Books) -> str:
    """What is signed into a button; of when its decision was opened, whether that is the one that stands
    open, or one that would be opened now."""
    if "opened" in signed:
        opened = signed["opened"]
        signed["opened"] = [opened == _since(talk), opened == now.known.now.isoformat()]
    return json.dumps(signed, sort_keys=True)

"""Walks, breadth first, all that can happen to a customer, and checks after every step what must hold."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from actions.out_of_scope import MISSES_BEFORE_PERSON
from actions.reported import FORGOTTEN_AFTER
from tests.safety import moves, rules, standing
from tests.safety.books import Books, Reader
from tests.safety.moves import CONFIRMING, Move, Press, Say, Staff, Wait, Work
from tests.safety.talk import Customer, Shown, Step, Talk
from tests.safety.world import Moment

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
    """Of points that are alike in something: the moves that read nothing else there, and change nothing that
    counts; and what they lead to."""

    reading: dict[Move, Hashable] = field(default_factory=dict)  # which of the effects it has
    effects: dict[Hashable, tuple[Move, dict[str, Any], Shown]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Led:
    """What a move came to: the slots as it left them, the buttons shown, and all that there was then."""

    slots: dict[str, Any]
    shown: Shown
    moment: Moment
    now: Books


class Walk:
    """One customer's walk. Sequences that come to the same point go on as one, and what was only read at a
    point is not asked again where all that the answer reads is the same."""

    def __init__(self, customer: Customer, foreign: tuple[Press, ...] = (), most: int = 3) -> None:
        """`foreign`: confirming buttons of somebody else; `most`: after so many defects it stops."""
        self.seen = Seen()
        self.customer, self.foreign, self.most = customer, foreign, most
        self.reader = Reader(customer.world, customer.id)
        self._known: dict[Hashable, _Known] = {}
        self._led: dict[Hashable, _Led] = {}

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
        """Where each move leads, and the books there: `before` itself where nothing differs that counts."""
        alike = [self._known.setdefault(key, _Known()) for key in _alike(talk, before)]
        effects = [each for known in alike for each in known.effects.values()]
        for move in next_moves(talk, before, self.foreign):
            self.seen.steps += 1
            known = next((each for each in alike if move in each.reading), None)
            led = self._led_before(talk, before, move) if known is None else None
            if known is not None:  # what comes of it is among the effects
                _, slots, shown = known.effects[known.reading[move]]
                self.skipped(talk, before, move, (talk.after(move, slots, shown, talk.moment), before))
            elif led is not None:
                # Neither time nor a person changes what the assistant holds of the talk.
                slots = talk.slots if isinstance(move, (Wait, Staff)) else led.slots
                there = talk.after(move, slots, led.shown, led.moment), led.now
                self.skipped(talk, before, move, there)
                yield there
            else:
                yield self._makes(talk, before, move, alike)
        for move, slots, shown in effects:
            yield talk.after(move, slots, shown, talk.moment), before

    def skipped(self, talk: Talk, before: Books, move: Move, there: tuple[Talk, Books]) -> None:
        """That this is where the move leads was known; nothing more is made of it here."""

    def _led_before(self, talk: Talk, before: Books, move: Move) -> _Led | None:
        led = self._led.get(_same(talk, before, move))
        if led is None and isinstance(move, Press):
            led = self._led.get(_same(talk, before, _however_confirmed(move)))
        return led

    def _makes(self, talk: Talk, before: Books, move: Move, alike: list[_Known]) -> tuple[Talk, Books]:
        world = self.customer.world
        asked, looked = world.asked, world.looked
        step = self.customer.makes(talk, move)
        asked, looked = world.asked - asked, world.looked - looked
        self.seen.answers += 1
        shown = step.shown()
        after = talk.after(move, step.slots, shown, talk.moment)
        newly_named = not set(after.quote_ids()) <= set(talk.quote_ids())  # of which `before` says nothing
        untouched = not newly_named and world.is_at(talk.moment)
        now = before if untouched else self.reader.read(after.quote_ids())
        self.seen.broken += [
            f"{self.customer.id}: {step.path}: {each}"
            for each in rules.broken(self.customer, step, before, now)
        ]
        once = isinstance(move, Work) or (isinstance(move, (Say, Press)) and move.intent not in CONFIRMING)
        if not once or (now is not before and _stands(after, before) != _stands(after, now)):
            if now is not before:
                after = replace(after, moment=world.moment())
            self._leads(step, before, _Led(step.slots, shown, after.moment, now))
            return after, now
        known = alike[self._looked_at(step, before, asked=asked, looked=looked)]
        no = isinstance(move, (Say, Press)) and move.intent in moves.REFUSING
        effect = known.reading[move] = _slots(after, now), shown, no
        known.effects.setdefault(effect, (move, step.slots, shown))
        return after, before

    def _leads(self, step: Step, before: Books, led: _Led) -> None:
        move = step.move
        self._led[_same(step.before, before, move)] = led
        if isinstance(move, Press) and not step.by_login and before.decided:
            self._led[_same(step.before, before, _however_confirmed(move))] = led

    def _looked_at(self, step: Step, before: Books, *, asked: int, looked: int) -> int:
        """Which of `_alike` it depends on."""
        talks = isinstance(step.move, (Say, Press))
        # A notice, and what goes to a person, leave the misses as they were.
        missed = not talks or bool(step.slots["misses"]) or before.ticket == "TAKEN"
        if not talks or looked:
            return 4 + missed
        # What may be named because of one quote may not be where there is another.
        by_facts = replace(before, amounts_fen=before.held_fen)
        told = not asked and not any(rules.broken(self.customer, step, by_facts, by_facts))
        return (0 if told else 2) + missed


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


def _alike(talk: Talk, now: Books) -> tuple[Hashable, ...]:
    """What an answer to words may have looked at, from little to much, each without the misses and with them.

    First the facts of the account, which hold the time, and whether a person has the conversation. The walk
    notes when an answer asks the ledger for more, or looks at more of a ticket: then it depends on the
    account, or on the tickets too. Misses are looked at by what was missed, which leaves one more.
    """
    decision, misses, since = _decision(talk, now), _misses(talk), _since(talk)
    stands = _stands(talk, now)
    return (
        ("told", now.told, now.ticket, decision, since),
        ("told", now.told, now.ticket, decision, since, misses),
        ("account", now.account, now.known.now, now.quoted, now.ticket, decision, since),
        ("account", now.account, now.known.now, now.quoted, now.ticket, decision, since, misses),
        ("stands", stands, decision, since),
        ("stands", stands, decision, since, misses),
    )


def _however_confirmed(press: Press) -> Press:
    """For what came of it before anybody looked at the login, and so before the gateway was asked."""
    return replace(press, login="weak", gateway="any")


def _same(talk: Talk, now: Books, move: Move) -> Hashable:
    """Where this is equal, a move that changes the books leads to what is alike, and is judged alike: of a
    button it counts whether it is the newest of its kind, and whether no was said since.

    Time, and a person, take no notice of what was said.
    """
    stands = _stands(talk, now)
    if isinstance(move, (Wait, Staff)):
        return move, stands
    newest = isinstance(move, Press) and dict(talk.confirming).get(move.intent) == move.values
    return move, stands, _slots(talk, now), _since(talk), newest, talk.refused


def _stands(talk: Talk, now: Books) -> Hashable:
    """The account, the time, and the quotes that a button names: any other is made anew before it counts."""
    named = set(talk.quote_ids())
    return now.account, now.tickets, now.known.now, tuple(row for row in now.quoted if row[0] in named)


def _slots(talk: Talk, now: Books) -> Hashable:
    """Not the last topic: short words may be about any, at every point."""
    return _decision(talk, now), _misses(talk)


def _decision(talk: Talk, now: Books) -> str:
    """Of when it was opened, whether now; where fraud was reported, also whether that may be forgotten."""
    decision = talk.slots["decision"] and {**talk.slots["decision"]}
    if decision:
        since = _since(talk)
        decision["opened"] = since == now.known.now.isoformat()
        reported = any(state == standing.REPORTED for _, state, _ in now.tickets)
        if since and reported:
            forgotten = now.known.now - datetime.fromisoformat(since) >= FORGOTTEN_AFTER
            decision["forgotten"] = forgotten
    return json.dumps(decision, sort_keys=True)


def _misses(talk: Talk) -> int:
    """Of misses, whether one more is one too many."""
    return int(min(talk.slots["misses"] or 0, MISSES_BEFORE_PERSON - 1))


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

"""That sequences of moves which come to one point go on alike, so that walking one of them walks all."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Hashable
from pathlib import Path

import pytest

from tests.actions import walk
from tests.safety import rules
from tests.safety.books import Books
from tests.safety.explorer import Walk, next_moves, point_of
from tests.safety.moves import Move, Press, Say, Wait, Work
from tests.safety.talk import Customer, Talk
from tests.safety.world import opened

#: In what talks that came to one point may differ nevertheless, and how many such pairs are tried.
PAIRS = {"ledger": 12, "opened": 4, "refused": 4}
#: Of each kind of move that was known at a point, how many at most are made there nevertheless.
MADE = {Say: 120, Press: 120, Wait: 20, Work: 20}
Twins = list[tuple[Talk, Talk, Books]]
Led = tuple[list[tuple[str, list[str]]], list[str], Hashable]


class Pairing(Walk):
    """Keeps talks that came to one point by different ways, for some of the points."""

    def __init__(self, customer: Customer) -> None:
        super().__init__(customer)
        self.first: dict[Hashable, Talk] = {}
        self.twins: dict[str, Twins] = {each: [] for each in PAIRS}

    def met(self, point: Hashable, talk: Talk, now: Books) -> None:
        other = self.first.setdefault(point, talk)
        for each in PAIRS:
            if what_is(each, other) != what_is(each, talk):
                self.twins[each].append((other, talk, now))


def what_is(each: str, talk: Talk) -> object:
    match each:
        case "ledger":
            return talk.moment.ledger.token
        case "opened":
            return talk.slots["decision"]
    return talk.refused


@pytest.mark.slow
@pytest.mark.parametrize("customer_id", ["c-owing", "c-cured"])
def test_what_is_merged_goes_on_alike(tmp_path: Path, customer_id: str) -> None:
    """Of each pair, after every move: the same responses with the same buttons, nothing that the rules forbid
    in one alone, and the same point."""
    walk.seed(tmp_path)
    with opened(tmp_path) as world, asyncio.Runner() as runner:
        pairing = Pairing(Customer(world, runner, customer_id))
        pairing.run(2)
        for each, pairs in PAIRS.items():
            assert len(pairing.twins[each]) >= pairs, each
            for one, other, now in random.Random(7).sample(pairing.twins[each], pairs):
                expect_alike(pairing, one, other, now)


def expect_alike(pairing: Pairing, one: Talk, other: Talk, now: Books) -> None:
    both = [next_moves(talk, now, ()) for talk in (one, other)]
    for mine, theirs in itertools.zip_longest(*both):
        found = [led_to(pairing, talk, move, now) for talk, move in ((one, mine), (other, theirs))]
        assert found[0] == found[1], (one.path, other.path, mine)


def led_to(walked: Walk, talk: Talk, move: Move | None, before: Books) -> Led:
    assert move is not None, "one of two that were merged has more moves"
    step = walked.customer.makes(talk, move)
    after = talk.after(step.move, step.slots, step.shown(), walked.customer.world.moment())
    said = [(each.response, [button["intent"] for button in each.buttons]) for each in step.said]
    now = walked.reader.read(after.quote_ids())
    return said, list(rules.broken(walked.customer, step, before, now)), point_of(after, now)


class Skipping(Walk):
    """Keeps the moves that were known, and where they were taken to lead."""

    def __init__(self, customer: Customer) -> None:
        super().__init__(customer)
        self.known: list[tuple[Talk, Books, Move, Hashable]] = []

    def skipped(self, talk: Talk, before: Books, move: Move, there: tuple[Talk, Books]) -> None:
        self.known.append((talk, before, move, point_of(*there)))


@pytest.mark.slow
@pytest.mark.parametrize("customer_id", ["c-owing", "c-cured"])
def test_what_is_known_would_be_answered_so(tmp_path: Path, customer_id: str) -> None:
    """Moves that were not made at a point lead, when they are, where they were taken to lead, and break
    nothing."""
    walk.seed(tmp_path)
    with opened(tmp_path) as world, asyncio.Runner() as runner:
        skipping = Skipping(Customer(world, runner, customer_id))
        skipping.run(3)
        for kind, count in MADE.items():
            known = [each for each in skipping.known if isinstance(each[2], kind)]
            assert known, kind
            for talk, before, move, point in random.Random(7).sample(known, min(count, len(known))):
                _, broken, led = led_to(skipping, talk, move, before)
                assert (broken, led) == ([], point), (talk.path, move)

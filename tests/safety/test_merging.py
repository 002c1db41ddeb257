"""That sequences of moves which come to one point go on alike, so that walking one of them walks all."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Hashable
from pathlib import Path

import pytest

from tests.actions import walk
from tests.safety.books import Books
from tests.safety.explorer import Walk, next_moves, point_of
from tests.safety.moves import Move
from tests.safety.talk import Customer, Talk
from tests.safety.world import opened

PAIRS = 12
Twins = list[tuple[Talk, Talk, Books]]


class Pairing(Walk):
    """Keeps talks that came to one point with different ledgers, for some of the points."""

    def __init__(self, customer: Customer) -> None:
        super().__init__(customer)
        self.first: dict[Hashable, Talk] = {}
        self.twins: Twins = []

    def met(self, point: Hashable, talk: Talk, now: Books) -> None:
        other = self.first.setdefault(point, talk)
        if other.moment.ledger.token != talk.moment.ledger.token:
            self.twins.append((other, talk, now))


@pytest.mark.slow
@pytest.mark.parametrize("customer_id", ["c-owing", "c-cured"])
def test_what_is_merged_goes_on_alike(tmp_path: Path, customer_id: str) -> None:
    """Of each pair, after every move: the same responses with the same buttons, and the same point."""
    walk.seed(tmp_path)
    with opened(tmp_path) as world, asyncio.Runner() as runner:
        customer = Customer(world, runner, customer_id)
        pairing = Pairing(customer)
        pairing.run(2)
        assert len(pairing.twins) > PAIRS
        for one, other, now in random.Random(7).sample(pairing.twins, PAIRS):
            both = [next_moves(talk, now, ()) for talk in (one, other)]
            for mine, theirs in itertools.zip_longest(*both):
                assert led_to(pairing, one, mine) == led_to(pairing, other, theirs), (
                    one.path,
                    other.path,
                    mine,
                )


def led_to(pairing: Pairing, talk: Talk, move: Move | None) -> tuple[list[tuple[str, list[str]]], Hashable]:
    assert move is not None, "one of two that were merged has more moves"
    step = pairing.customer.makes(talk, move)
    after = talk.after(step.move, step.slots, step.shown(), pairing.customer.world.moment())
    said = [(each.response, [button["intent"] for button in each.buttons]) for each in step.said]
    return said, point_of(after, pairing.reader.read(after.quote_ids()))

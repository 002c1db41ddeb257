"""Faults put into the product on purpose: each is caught by a short walk, and named."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import sqlalchemy as sa

from actions import answer, close, decisions, fees, human, settle, words
from actions.turn import Turn
from ledger import Ledger, closing, quotes, settlement
from ledger import tables as t
from ledger.model import Settlement
from tests.actions import walk
from tests.safety.walks import walk_in
from tests.safety.world import opened


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seeded")
    walk.seed(folder)
    return folder


def words_charge() -> AbstractContextManager[Any]:
    """Who asks what a month costs is charged at once."""

    def reply(turn: Turn) -> None:
        assert turn.customer_id is not None
        quote = quotes.make(turn.ledger, turn.customer_id, close_after=False)
        fen = quote.total_fen
        settlement.confirm(
            turn.ledger, turn.customer_id, quote_id=quote.quote_id, amount_fen=fen, key=turn.key
        )
        turn.say("utter_deny")

    return mock.patch.dict(fees.REPLIES, {"fees_interest": reply})


def words_close() -> AbstractContextManager[Any]:
    """Who asks how to close is closed at once."""

    def reply(turn: Turn) -> None:
        assert turn.customer_id is not None
        if not closing.guards(turn.ledger, turn.customer_id):
            closing.close(turn.ledger, turn.customer_id, key=turn.key)
        turn.say("utter_deny")

    return mock.patch.dict(close.REPLIES, {"how_to_close": reply})


def any_login() -> AbstractContextManager[Any]:
    """Whoever has the phone in hand may pay."""
    return mock.patch.object(Turn, "strong_login", True)


def no_is_forgotten() -> AbstractContextManager[Any]:
    """The button goes on working after a no."""

    def decline(turn: Turn) -> None:
        turn.decision_shown = True
        turn.say("utter_deny")

    return mock.patch.dict(settle.REPLIES, {"decline": decline})


def anybodys_quote() -> AbstractContextManager[Any]:
    """A quote is settled for whom it was made, whoever presses."""
    really = settlement.confirm

    def confirm(ledger: Ledger, customer_id: str, *, quote_id: str, **more: Any) -> Settlement:
        q, a = t.quotes.c, t.accounts.c
        whose = sa.select(a.customer_id).join_from(t.quotes, t.accounts, a.id == q.account_id)
        with ledger.read() as conn:
            owner = conn.execute(whose.where(q.quote_id == quote_id)).scalar_one()
        return really(ledger, owner, quote_id=quote_id, **more)

    return mock.patch.object(settlement, "confirm", confirm)


def one_fen_more() -> AbstractContextManager[Any]:
    """Amounts are told a fen too high."""
    really = words.money
    return mock.patch.object(words, "money", lambda fen: really(fen + 1))


def nobody_there() -> AbstractContextManager[Any]:
    """Who asks for a person is told to wait, and nobody hears of it."""

    def reply(turn: Turn) -> None:
        turn.say("utter_deny")

    return mock.patch.dict(human.REPLIES, {"talk_to_human": reply})


def silence() -> AbstractContextManager[Any]:
    """A question without an answer."""
    return mock.patch.dict(fees.REPLIES, {"fees_interest": lambda turn: None})


def talks_on() -> AbstractContextManager[Any]:
    """The decision is shown after every answer, however much was said."""

    def remind(turn: Turn) -> None:
        decisions.show(turn, turn.decision_at_start["kind"], how="first")

    stack = ExitStack()
    stack.enter_context(mock.patch.object(decisions, "remind", remind))
    stack.enter_context(mock.patch.object(answer, "MAX_BUBBLES", 9))
    return stack


FAULTS: tuple[tuple[Callable[[], AbstractContextManager[Any]], str, int, str], ...] = (
    (words_charge, "c-owing", 1, "not asked for by says fees_interest"),
    (words_close, "c-clean", 1, "not asked for by says how_to_close"),
    (any_login, "c-owing", 2, "with a weak login"),
    (no_is_forgotten, "c-owing", 3, "after the customer has said no"),
    (anybodys_quote, "c-overlimit", 2, "a button that is not the newest one shown to this customer"),
    (one_fen_more, "c-owing", 1, "amounts of no account"),
    (nobody_there, "c-clean", 1, "no person can be reached"),
    (silence, "c-clean", 1, "no answer"),
    (talks_on, "c-owing", 2, "3 bubbles"),
)


@pytest.mark.parametrize(
    ("fault", "customer", "depth", "named"), FAULTS, ids=[each[0].__name__ for each in FAULTS]
)
def test_a_fault_is_caught(
    seeded: Path,
    fault: Callable[[], AbstractContextManager[Any]],
    customer: str,
    depth: int,
    named: str,
) -> None:
    with fault(), opened(seeded) as world:
        seen = walk_in(world, customer, depth)
    assert any(named in each for each in seen.broken), seen

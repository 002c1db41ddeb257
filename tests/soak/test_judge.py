"""The judge finds what must not happen; a run in which nothing is found would otherwise prove nothing."""

from __future__ import annotations

from typing import Any

import pytest

from soak import judge, report
from soak.books import Comparison
from soak.crowd import Crowd
from soak.customers import Customer, Said, Try
from soak.faults import Strike
from soak.judge import Stored

MINE, ANOTHERS = "您一共欠¥201.37。", "您一共欠¥202.74。"


@pytest.fixture
def crowd() -> Crowd:
    """Two customers, of whom the first asked once and was answered."""
    made = Crowd(2, "http://127.0.0.1:1", lambda subject: subject, seed=1, pause_s=1.0)
    customer = made.customers[0]
    said = Said("id-1", {"text": "账单"}, "账单", 10.0, [Try(10.0, "answered", 0.1)], 1, 10.0, 10.1)
    customer.said.append(said)
    hear(customer, {"seq": 1, "role": "user", "text": "账单"}, {"seq": 2, "role": "bot", "text": MINE})
    return made


def hear(customer: Customer, *messages: dict[str, Any]) -> None:
    for tab in customer.tabs:
        tab.heard.update({message["seq"]: message for message in messages})


def stored(crowd: Crowd) -> Stored:
    """As all was heard."""
    customer = crowd.customers[0]
    heard = customer.tab.heard
    return Stored({customer.sender: {"id-1": [heard[2]]}}, {customer.sender: dict(heard)})


def test_all_well(crowd: Crowd) -> None:
    nothing = Comparison([], [], {}, set(), 0)
    assert list(judge.wrong_answers(crowd, stored(crowd))) == []
    assert [*judge.foreign_words(crowd), *judge.without_reference(crowd)] == []
    assert list(judge.wrong_payments(crowd, nothing)) == []


def test_an_acknowledged_message_without_an_answer(crowd: Crowd) -> None:
    kept = stored(crowd)
    kept.answers["web-c-1"]["id-1"] = None
    assert list(judge.wrong_answers(crowd, kept)) == ["c-1: message 1 was acknowledged and never answered"]


def test_one_answer_to_two_messages(crowd: Crowd) -> None:
    kept = stored(crowd)
    again = Said("id-2", {"text": "账单"}, "账单", 11.0, [Try(11.0, "answered")], 1, 11.0, 11.1)
    crowd.customers[0].said.append(again)
    kept.answers["web-c-1"]["id-2"] = kept.answers["web-c-1"]["id-1"]
    assert "c-1: 2 answers two messages" in list(judge.wrong_answers(crowd, kept))


def test_a_message_that_is_kept_twice(crowd: Crowd) -> None:
    kept = stored(crowd)
    twice = {"seq": 3, "role": "user", "text": "账单"}
    kept.messages["web-c-1"][3] = twice
    hear(crowd.customers[0], twice)
    assert list(judge.wrong_answers(crowd, kept)) == ["c-1: '账单' is kept too often"]


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ({"seq": 3, "role": "bot", "text": "没存"}, "c-1, tab 1: message 3 was heard and is not stored"),
        (
            {"seq": 2, "role": "bot", "text": "别的"},
            "c-1, tab 1: message 2 was heard otherwise than it is stored",
        ),
    ],
)
def test_words_that_are_not_stored(crowd: Crowd, message: dict[str, Any], told: str) -> None:
    kept = stored(crowd)
    hear(crowd.customers[0], message)
    assert list(judge.wrong_answers(crowd, kept)) == [told]


def test_words_of_somebody_else(crowd: Crowd) -> None:
    other = crowd.customers[1]
    hear(crowd.customers[0], {"seq": 4, "role": "bot", "text": ANOTHERS})
    hear(crowd.customers[0], {"seq": 5, "role": "user", "text": f"{other.mark}，账单"})
    hear(crowd.customers[0], {"seq": 6, "role": "bot", "text": "Traceback (most recent call last)"})
    assert list(judge.foreign_words(crowd)) == [
        "c-1 heard of c-2 in message 4",
        "c-1 heard of c-2 in message 5",
        "c-1 was shown a failure of the program in message 6",
    ]


def test_an_error_without_a_reference(crowd: Crowd) -> None:
    tries = [
        Try(1.0, "refused", code="internal"),
        Try(2.0, "apology", reference="E-00C0FFEE"),
        Try(3.0, "lost"),
    ]
    crowd.customers[0].said[0].tries[:] = tries
    assert list(judge.without_reference(crowd)) == ["c-1: internal without a reference"]


@pytest.mark.parametrize(
    ("kept_fen", "settled", "told"),
    [
        (0, {"c-1"}, "c-1 owed 20137 fen, paid 0, settled: True"),
        (40_274, {"c-1"}, "c-1 owed 20137 fen, paid 40274, settled: True"),
        (20_137, set(), "c-1 owed 20137 fen, paid 20137, settled: False"),
        (20_137, {"c-1"}, "c-1 was charged and never pressed"),
    ],
)
def test_a_wrong_payment(crowd: Crowd, kept_fen: int, settled: set[str], told: str) -> None:
    compared = Comparison([], [], {"c-1": kept_fen}, settled, 1)
    assert told in list(judge.wrong_payments(crowd, compared))


def test_recovery_lasts_until_the_last_who_felt_it_is_answered(crowd: Crowd) -> None:
    strike = Strike("bot_killed", began=9.0, mended=9.5, over=30.0)
    customer = crowd.customers[0]
    tries = [Try(9.2, "lost"), Try(12.0, "answered", 0.5)]
    customer.said.append(Said("id-2", {}, "额度", 9.2, tries, 3, 9.3, 12.5))
    told = report.of_strike(strike, crowd)
    assert (told["recovery_s"], told["reached"], told["in_trouble"]) == (3.0, True, 1)
    customer.said.append(Said("id-3", {}, "额度", 9.4, [Try(9.4, "lost")], 5, 9.4, 0.0))
    told = report.of_strike(strike, crowd)
    assert (told["recovery_s"], told["reached"]) == (20.5, False), "who has no answer has not recovered"
    assert told["failed_tries"] == {"lost": 2}

"""The same question three times: a person is offered beside the third answer, once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.actions.chat import Chat, Said

Begin = Callable[[str | None], Chat]


def person(said: list[Said]) -> bool:
    return any(each["intent"] == "talk_to_human" for bubble in said for each in bubble.buttons)


@pytest.mark.parametrize(
    ("customer", "intent", "texts"),
    [
        ("c-owing", "how_to_close", ["怎么关闭"] * 4),
        ("c-clean", "how_to_close", ["怎么关闭"] * 4),
        (None, "how_to_close", ["怎么关闭"] * 4),
        ("c-refunding", "how_to_close", ["怎么关闭", "怎么关不掉", "为什么还是关不了", "怎么关闭"]),
        ("c-owing", "query_limit", ["我的额度", "额度多少", "我问额度是多少", "额度啊"]),
    ],
)
def test_the_third_time_a_person_is_offered_with_the_answer(
    chat: Begin, customer: str | None, intent: str, texts: list[str]
) -> None:
    talk = chat(customer)
    answers = [talk.type(intent, text) for text in texts]
    assert [person(said) for said in answers] == [False, False, True, False]
    assert answers[2][-1].response == answers[1][-1].response
    assert answers[2][-1].buttons[:-1] == answers[1][-1].buttons


def test_another_question_between_begins_anew(chat: Begin) -> None:
    talk = chat("c-owing")
    for intent in ("query_limit", "query_limit", "billing_dates", "query_limit"):
        said = talk.type(intent)
    assert not person(said)


def test_who_called_a_person_is_not_offered_another(chat: Begin) -> None:
    talk = chat("c-owing")
    talk.type("talk_to_human", "转人工")
    assert not any(person(talk.type("query_limit", "额度多少")) for _ in range(4))

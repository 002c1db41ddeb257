"""A message that asked two things: the first is answered, the second is a button."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]


def test_the_second_question_is_a_button_that_answers_it(chat: Begin) -> None:
    talk = chat("c-owing")
    said = talk.type("query_bill", "欠多少，会不会上征信", second_question="credit_report")
    assert said[0].response == "utter_bill_many"
    assert said[-1].buttons[-1]["title"] == "您还问了：会不会上征信"
    assert talk.press(said, "您还问了")[0].response.startswith("utter_credit")


@pytest.mark.parametrize(
    ("customer", "intent", "text"),
    [
        ("c-owing", "query_bill", "账单多少，另外转人工"),
        ("c-owing", "nlu_fallback", "那个怎么弄的，转人工"),
        ("c-owing", "prepay_all", "结清证明怎么开，转人工"),
        ("c-unknown", "repayment_status", "到底扣没扣钱，转人工"),
    ],
)
def test_a_person_who_was_asked_for_beside_it_is_one_tap_away(
    chat: Begin, customer: str, intent: str, text: str
) -> None:
    talk = chat(customer)
    said = talk.type(intent, text, second_question="talk_to_human")
    assert said[-1].buttons[-1]["title"] == "您还问了：人工客服"
    assert talk.press(said, "您还问了")[0].response == "utter_person_asked"


def test_one_question_gets_no_such_button(chat: Begin) -> None:
    said = chat("c-owing").type("query_bill", "欠多少")
    assert not any(each["title"].startswith("您还问了") for each in said[-1].buttons)


@pytest.mark.parametrize(("pressed", "left"), [("会不会上征信", "退款"), ("退款", "会不会上征信")])
def test_of_three_questions_none_is_lost(chat: Begin, pressed: str, left: str) -> None:
    talk = chat("c-owing")
    asked = {"second_question": "credit_report", "third_question": "refund"}
    said = talk.type("query_bill", "欠多少，会不会上征信，退款到哪了", **asked)
    assert said[0].response == "utter_bill_many"
    assert [each["title"] for each in said[-1].buttons[-2:]] == ["您还问了：会不会上征信", "您还问了：退款"]
    other = talk.press(said, f"您还问了：{pressed}")
    offered = [each["title"] for each in other[-1].buttons if "您还问了" in each["title"]]
    assert offered == [f"您还问了：{left}"]
    last = talk.press(other, "您还问了")
    assert not any("您还问了" in each["title"] for bubble in last for each in bubble.buttons)

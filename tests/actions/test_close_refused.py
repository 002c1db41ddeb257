"""Words that refuse to close: nothing is closed or offered to be, and settling alone stays possible."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]


@pytest.mark.parametrize(
    "words", ["全部结清 不要关闭", "还清就行 别给我关了", "结清但是不关", "还清以后不关可以吗"]
)
@pytest.mark.parametrize("enters", [{}, {"enters": "close"}])
def test_to_settle_without_closing_never_offers_to_close(
    chat: Begin, words: str, enters: dict[str, str]
) -> None:
    said = chat("c-owing").type("how_to_close", words, **enters)
    assert [each.response for each in said] == ["utter_quote"]
    assert said[0].buttons[0]["values"]["close_after"] is False
    said = chat("c-clean").type("how_to_close", words, **enters)
    assert [each.response for each in said] == ["utter_nothing_owed"]
    assert [each.response for each in chat(None).type("how_to_close", words)] == ["utter_settle_anonymous"]


def test_a_long_wish_to_settle_without_closing_never_offers_to_close(chat: Begin) -> None:
    words = "麻烦你帮我把我现在欠的这些钱，所有的分期，全部结清就可以了，但是千万不要关闭月付"
    said = chat("c-owing").type("how_to_close", words)
    assert said[0].buttons[0]["values"]["close_after"] is False


@pytest.mark.parametrize("words", ["千万别关我的月付", "我没说要关啊", "别给我关了", "不要关闭", "先别关"])
@pytest.mark.parametrize("customer", ["c-owing", "c-clean"])
def test_whoever_refuses_to_close_hears_that_nothing_is_closed(
    chat: Begin, words: str, customer: str
) -> None:
    theirs = chat(customer)
    said = theirs.type("how_to_close", words, enters="close")
    assert [each.response for each in said] == ["utter_declined_close"]
    assert theirs.slots["decision"] is None
    closed = "utter_fraud_closed_by_whom" if "没说" in words else "utter_closed"  # somebody else may have
    assert [each.response for each in chat("c-closed").type("how_to_close", words)] == [closed]


def test_and_an_open_decision_is_over_with_it(chat: Begin) -> None:
    owing = chat("c-owing")
    owing.type("how_to_close", enters="close")
    said = owing.type("how_to_close", "我没说要关啊")
    assert [each.response for each in said] == ["utter_declined_settle_close"]
    assert owing.slots["decision"] is None

"""What is asked of settling beside the wish for it: its amounts, less than it, one plan of several."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]


@pytest.mark.parametrize(
    ("text", "fen"), [("132是什么钱", 132_00), ("怎么多出132.27块", 132_27), ("5383块是怎么算的", 5_383_00)]
)
def test_an_amount_of_the_quote_is_what_is_asked_of(chat: Begin, text: str, fen: int) -> None:
    talk = chat("c-owing")
    talk.type("offer_settle")
    said = talk.type("query_bill", text, money=fen)
    assert said[0].response == "utter_settle_costs" and "¥132.27" in said[0].text
    other = talk.type("query_bill", "69是什么钱", money=69_00)
    assert other[0].response != "utter_settle_costs"


@pytest.mark.parametrize(
    ("text", "fen", "response", "lacks"),
    [
        ("那我先还500", 500_00, "utter_not_enough", "¥4,883.61"),
        ("就付两千块吧", 2_000_00, "utter_enough_for_bill", "¥3,383.61"),
    ],
)
def test_less_than_the_quote_named_beside_it_is_told_what_it_lacks(
    chat: Begin, text: str, fen: int, response: str, lacks: str
) -> None:
    talk = chat("c-owing")
    assert "¥5,383.61" in str(talk.type("offer_settle"))
    said = talk.type("repayment_status", text, money=fen)
    assert said[0].response == response and lacks in said[0].text
    assert said[-1].response.startswith("utter_quote")


@pytest.mark.parametrize(
    "text", ["账单分期提前结清要多少", "只还清那个分期要多少钱", "这个分期现在还完多少钱"]
)
def test_who_asks_for_one_plan_hears_that_it_is_all_or_nothing_here(chat: Begin, text: str) -> None:
    said = chat("c-owing").type("prepay_all", text)
    assert [each.response for each in said] == ["utter_settle_all_only", "utter_settle_cost"]
    assert chat("c-overdue").type("prepay_all", text)[0].response == "utter_settle_cost"  # without a plan


@pytest.mark.parametrize("text", ["提前结清分期要多少钱", "全部分期一次还清多少", "一次结清多少"])
def test_who_asks_for_all_is_told_what_it_costs(chat: Begin, text: str) -> None:
    assert chat("c-owing").type("prepay_all", text)[0].response == "utter_settle_cost"

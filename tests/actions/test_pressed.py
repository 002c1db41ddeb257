"""Words that say the button was pressed: what has come of it, and nothing is pressed by them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from actions import pressed
from ledger import Ledger, dump
from tests.actions.chat import Chat, Said
from tests.actions.test_settle import gateway

Begin = Callable[[str | None], Chat]
SAID = ["我点确认了", "点了没反应", "我刚才明明点过了啊", "已经按了确认按钮，怎么没扣", "我点了一下确认结清"]


def names(said: list[Said]) -> list[str]:
    return [each.response for each in said]


@pytest.mark.parametrize("text", SAID)
@pytest.mark.parametrize(
    ("customer", "before", "title", "told"),
    [
        ("c-owing", "offer_settle", "确认结清", ["utter_quote_unheard"]),
        (
            "c-owing",
            "offer_settle_close",
            "确认结清并关闭",
            ["utter_quote_unheard_close", "utter_quote_effects"],
        ),
        ("c-clean", "how_to_close", "确认关闭", ["utter_close_unheard"]),
    ],
)
def test_where_no_press_has_come_nothing_has_happened_and_the_button_is_shown(
    chat: Begin, ledger: Ledger, customer: str, before: str, title: str, told: list[str], text: str
) -> None:
    talk = chat(customer)
    talk.type(before, enters="close")
    rows = dump.account_json(ledger, customer)
    said = talk.type("how_to_close", text)
    assert names(said) == told and said[0].text.startswith("没有收到您的确认")
    assert said[-1].buttons[0]["title"].startswith(title)
    now = dump.account_json(ledger, customer)
    assert (now["journals"], now["state"]) == (rows["journals"], rows["state"])


@pytest.mark.parametrize(
    ("mode", "told"),
    [
        ("timeout", "utter_charge_being_checked"),
        ("succeed", "utter_settled"),
        ("decline", "utter_settle_declined"),
    ],
)
def test_where_it_has_come_what_became_of_it(chat: Begin, ledger: Ledger, mode: str, told: str) -> None:
    late = chat("c-overdue")
    gateway(ledger).set_mode(mode, "c-overdue")
    late.press(late.type("prepay_all", enters="settle"), "确认结清", strong=True)
    assert names(late.type("how_to_close", "我点确认了")) == [told]


def test_of_an_offer_an_application_or_a_closed_account(chat: Begin) -> None:
    owing = chat("c-owing")
    owing.type("prepay_all")
    assert names(owing.type("affirm", "我点了")) == ["utter_quote"]
    cured = chat("c-cured")
    cured.type("why_unusable")
    assert names(cured.type("open_account", "我点申请了")) == ["utter_unfreeze_again_cured"]
    assert names(chat("c-closed").type("how_to_close", "我点了确认")) == ["utter_closed"]


def test_after_a_no_that_nothing_was_charged(chat: Begin) -> None:
    talk = chat("c-owing")
    talk.press(talk.type("offer_settle"), "先不结清")
    (said,) = talk.type("how_to_close", "我点确认了")
    assert said.response == "utter_unheard" and "没有扣款" in said.text


@pytest.mark.parametrize(
    "text", ["我点错了", "确认收货了", "我确认一下账单", "点哪里", "按月还", "同意了怎么还", "提交不了"]
)
def test_other_words_are_of_no_press(text: str) -> None:
    assert pressed._SAYS.fullmatch(text) is None

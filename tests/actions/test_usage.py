"""Where it can be used: the rule, and what the ledger knows of refusals and freezes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from actions import words
from ledger import Ledger, facts
from tests.actions import told
from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]


def test_cash_out_is_refused(chat: Begin) -> None:
    text = chat(None).type("where_usable", "能不能套现")[0].text
    assert "不能提现或转账" in text and "套现会被暂停使用" in text


def test_the_item_that_refused_last(chat: Begin, ledger: Ledger) -> None:
    refusal = facts.account_facts(ledger, "c-unsupported").refusals[0]
    text = chat("c-unsupported").type("where_usable")[0].text
    assert refusal.item in text and told.day(ledger, refusal.at) in text


def test_what_is_left_to_spend(chat: Begin, ledger: Ledger) -> None:
    available = words.money(facts.account_facts(ledger, "c-owing").limit.available_fen)
    assert f"可用{available}" in chat("c-owing").type("where_usable")[0].text


def test_frozen_is_usable_nowhere(chat: Begin) -> None:
    said = chat("c-bureau").type("where_usable")[0]
    assert "哪里都不能用" in said.text and said.buttons[0]["intent"] == "unfreeze"


def test_a_payment_under_way_suspends_use(chat: Begin) -> None:
    (said,) = chat("c-unknown").type("where_usable", "那我现在能用来付款吗")
    assert said.text.startswith("现在先不能用") and "正在核实" in said.text
    assert "就能用" not in said.text


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("那家修表铺为什么用不了月付", "老街修表铺"),
        ("机械表可以用吗", "老街修表铺"),
        ("买购物卡能用月付不", "数码店购物卡"),
        ("哪些店能用", "数码店购物卡"),  # names none: the newest
        ("老表哥家能用吗", "数码店购物卡"),  # single characters name nothing
    ],
)
def test_the_shop_or_item_in_the_words_picks_the_refusal(chat: Begin, text: str, named: str) -> None:
    said = chat("c-unsupported").type("where_usable", text)[0]
    assert named in said.text
    # What is asked about comes first where it is named, else the rule.
    assert said.text.startswith("只能用来付款") == (said.response in ("utter_usage_shop", "utter_usage_item"))
    assert said.response.startswith("utter_usage_named") == ("哪些店" not in text and "表哥" not in text)

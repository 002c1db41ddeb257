"""Whoever backs out of an open decision, in whatever words, has no confirm left that would still work."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ledger import Ledger, facts
from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]

BACKING_OUT = [
    "别给我扣啊",
    "千万别结",
    "莫扣",
    "停！！",
    "退出",
    "返回",
    "我没说要还",
    "没打算现在付",
    "看错了",
    "点错了不好意思",
    "这么贵",
    "等我发工资再说",
    "我先跟家里商量",
    "让我考虑考虑",
    "hold on",
    "先这样，再见",
]
NOT_BACKING_OUT = [
    "太贵了吗",
    "停用了怎么办",
    "能不能别扣利息",
    "什么时候发工资那天扣",
    "额度多少",
    "我看看账单",
    "退款到哪了",
    "为什么别人不用付",
    "说错了，我要查账单",
]


@pytest.mark.parametrize("words", BACKING_OUT)
@pytest.mark.parametrize("enters", ["settle", "close"])
def test_it_ends_the_decision_and_its_button(chat: Begin, ledger: Ledger, words: str, enters: str) -> None:
    customer, intent = ("c-owing", "prepay_all") if enters == "settle" else ("c-clean", "how_to_close")
    theirs = chat(customer)
    decision = theirs.type(intent, enters=enters)
    before = facts.account_facts(ledger, customer)
    said = theirs.type("repayment_status", words)
    assert said[0].response in ("utter_declined_settle", "utter_declined_close")
    assert theirs.slots["decision"] is None
    theirs.press(decision, "确认", strong=True)
    after = facts.account_facts(ledger, customer)
    assert (after.state, after.debts, after.open_charge) == (before.state, before.debts, None)


@pytest.mark.parametrize("words", NOT_BACKING_OUT)
def test_a_question_leaves_it_open(chat: Begin, words: str) -> None:
    owing = chat("c-owing")
    owing.type("prepay_all", enters="settle")
    owing.type("query_limit", words)
    assert owing.slots["decision"]["kind"] == "settle"


def test_without_a_decision_the_words_stand_for_themselves(chat: Begin) -> None:
    assert chat("c-owing").type("goodbye", "退出")[0].response == "utter_goodbye"


def test_other_questions_one_after_the_other_leave_the_decision_in_sight(chat: Begin) -> None:
    owing = chat("c-owing")
    owing.type("prepay_all", enters="settle")
    for words in ("额度多少", "账单日几号", "会上征信吗"):
        said = owing.type("query_limit", words)
        assert [each.response for each in said][1:] == ["utter_quote_after"]
    assert len(owing.type("query_limit", "额度多少")) == 1

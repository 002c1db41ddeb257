"""Somebody else's account is not told of, and no ticket is opened for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ledger import Ledger, tickets
from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]
OTHERS = [
    "帮我查下我老公的欠多少", "我妈的账户", "他手机号13812345678 查一下", "他手机号138... 查一下",
    "查下我老婆的账单", "月付能帮我查我妈欠了多少吗", "我爸的月付还完没", "我老公欠多少",
    "帮我看看我女朋友的额度", "查一下别人的账单", "我想知道我老公的月付额度", "我妈的账户欠多少",
    "她的额度是多少", "我儿子的月付逾期了没", "我老婆名下欠款多少", "告诉我我老公还欠多少钱",
    "我朋友手机号13912345678，帮我看看他欠多少", "我同事的账单查一下", "能不能查到我前夫的分期",
    "查查我弟的月付账单", "替我爸把他的月付注销了", "我是她男朋友，帮我把她的月付关掉", "我姐的额度怎么没了",
    "我儿子的月付怎么关", "我哥说他的月付停了是为啥", "帮我弟把月付关了吧", "我闺蜜的退款到了吗",
    "我想替我妈把她的月付一次还清", "帮我同事问下这个月他还欠多少",
]  # fmt: skip
OWN = [
    "老公用我的月付买了什么 我想看", "帮我妈还月付", "我老公的还款日是20号 我也想改成20",
    "为什么我朋友的还款日跟我不一样", "怎么把账单发我老公看", "我老婆的号能用我的月付吗",
    "老婆问我月付欠多少 我说不上来 在哪瞅", "借了别人的手机登的 怎么看我月付欠款", "我妈用我的月付花了多少",
    "他们说我欠款多少", "我还欠多少", "查下我的账单", "别人的额度多少，我的怎么这么少",
    "手机号13812345678 帮我查一下我的账单", "我老公盗用我的月付", "其他账单多少钱", "他家的东西能用月付吗",
    "我给我老婆还了多少", "我朋友的额度为什么比我高", "其他的分期还欠多少",
    "我弟用我身份证开的月付怎么关", "室友的月付我帮她还行吗", "我妈走了 她的月付怎么注销",
    "我老公的卡还我的月付",
    "在朋友手机登一下查账 安全退出怎么退", "打我爸电话干嘛 他又没欠你们钱",
]  # fmt: skip


@pytest.mark.parametrize("text", OTHERS)
def test_only_the_own_account_is_told_of(chat: Begin, text: str) -> None:
    said = chat("c-owing").type("query_bill", text)
    assert [each.response for each in said] == ["utter_others_account"]


@pytest.mark.parametrize("text", OWN)
def test_what_concerns_ones_own_is_answered(chat: Begin, text: str) -> None:
    said = chat("c-owing").type("query_bill", text)
    assert "utter_others_account" not in [each.response for each in said]


@pytest.mark.parametrize("customer", ["c-owing", None])
@pytest.mark.parametrize("intent", ["report_unauthorised", "talk_to_human", "account_info", "nlu_fallback"])
def test_whatever_it_was_taken_for_no_ticket_is_opened(
    chat: Begin, ledger: Ledger, customer: str | None, intent: str
) -> None:
    said = chat(customer).type(intent, "帮我查下我老公的欠多少")
    assert [each.response for each in said] == ["utter_others_account"]
    assert "¥" not in said[0].text and "本人" in said[0].text and said[0].buttons
    assert tickets.list_tickets(ledger) == []


def test_a_decision_that_stands_open_is_offered_again(chat: Begin) -> None:
    talk = chat("c-owing")
    talk.type("prepay_all", enters="settle")
    said = talk.type("query_bill", "我妈的账户")
    assert [each.response for each in said] == ["utter_others_account", "utter_quote_after"]

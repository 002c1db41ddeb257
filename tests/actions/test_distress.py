"""Words of not wanting to live: care and a person first; no everyday word is taken for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from actions import distress
from actions.server import build_executor, build_ledger
from actions.settings import Settings
from ledger import Ledger, dump, tickets
from ledger.clock import DemoClock
from tests.actions import walk
from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]


@pytest.mark.parametrize(
    "text",
    [
        "我不想活了", "不想再活下去", "活不下去了", "被你们逼得想自杀", "要跳楼了还不上", "想死的心都有了",
        "死了算了", "一了百了", "我想轻生", "割腕", "还不上就上吊", "不活了", "真的想死", "我去死好了吧",
        "让我死了吧", "活着没意思", "活着还有什么意思", "没法活了", "还不如死了", "生不如死",
        "我死了是不是就不用还了", "只有死路一条了", "你们快把我逼死了", "遗书都写好了", "喝农药算了",
        "吃安眠药一睡不醒", "从桥上跳河", "不想活了，怎么关闭月付", "死了一了百了，也不用还清了",
        "我想不开了", "不要活了",
        "我不想活了！！！", "想自殺", "我要跳樓", "i want to die", "wo bu xiang huo le", "我想zisha",
    ],
)  # fmt: skip
def test_who_does_not_want_to_live_is_recognised(text: str) -> None:
    assert distress.tell_of_it(text)


@pytest.mark.parametrize(
    "text",
    [
        "急死了", "烦死我了", "笑死", "累死了", "气死我了", "要死了等这么久", "死活关不了", "手机死机了",
        "卡死了",
        "死扣钱", "打死也不还", "想死你了", "死账", "慢死了", "坑死人", "吓死我了", "我爸死了他的月付怎么办",
        "人死了还要还吗", "去死", "你去死吧", "你想死啊", "死循环", "我也是醉了死都关不掉", "只能死等吗",
        "账户激活不了", "激活不成功", "半死不活的", "不想活动", "不想要活动短信", "养不活自己", "活期怎么存",
        "年轻生日礼物", "请各自尽快处理", "请亲自尽快", "来自杀毒软件", "来自残疾人", "楼上吊顶能用月付吗",
        "买上吊灯", "跳楼价", "跳楼机门票", "跳河北的订单", "跳转不了", "还清就一了百了", "关掉月付一了百了",
        "死心了", "我想死心了", "想死磕到底", "没有活动了吗", "不想活跃账户", "一次还清", "怎么关闭月付",
        "没法活动", "轻生活的订单", "在楼上跳楼梯", "买吃的安眠药", "不要活动短信",
    ],
)  # fmt: skip
def test_everyday_words_are_not(text: str) -> None:
    assert not distress.tell_of_it(text)


@pytest.mark.parametrize("customer", [None, "c-overdue", "c-unknown", "c-closed"])
def test_whatever_it_was_taken_for_care_is_the_whole_answer(
    chat: Begin, ledger: Ledger, customer: str | None
) -> None:
    for intent in walk.ASKED:
        talk = chat(customer)
        (said,) = walk.first(talk.type(intent, "还不上钱，我不想活了", second_question="how_to_close"))
        assert said.response == "utter_distress" and not said.buttons and "¥" not in said.text, intent
        assert "12356" in said.text and "120或110" in said.text and len(said.text) <= 120
        ticket = tickets.active_for(ledger, talk.sender)
        assert ticket is not None and ticket.number in said.text and ticket.customer_id == customer
    (ticket,) = tickets.list_tickets(ledger)
    assert ticket.kind == "hardship" and ticket.packet["asked"] == "还不上钱，我不想活了"


def test_it_comes_before_the_warning_of_a_caller(chat: Begin) -> None:
    (said,) = chat("c-clean").type("how_to_close", "有人打电话让我转账，被骗了，我不想活了")
    assert said.response == "utter_distress"


@pytest.mark.parametrize(("intent", "enters"), [("how_to_close", "close"), ("prepay_all", "settle")])
def test_a_decision_is_neither_repeated_nor_gone_on_with(
    chat: Begin, ledger: Ledger, intent: str, enters: str
) -> None:
    talk = chat("c-clean" if enters == "close" else "c-overdue")
    shown = talk.type(intent, enters=enters)
    assert walk.confirming(shown)
    (said,) = talk.type(intent, "活不下去了", enters=enters)
    assert said.response == "utter_distress" and not said.buttons
    assert not walk.confirming(talk.type("affirm", "好的"))
    account = dump.account_json(ledger, str(talk.sender.removeprefix("web-")))
    talk.press(shown, walk.confirming(shown), strong=True)
    assert dump.account_json(ledger, talk.sender.removeprefix("web-"))["state"] == account["state"]


def test_a_button_says_nothing_of_it(chat: Begin) -> None:
    talk = chat("c-overdue")
    call = talk.call_type("query_bill", "我不想活了")
    call["tracker"]["latest_message"].pop("intent_ranking")
    assert talk._answer(call)[0].response != "utter_distress"


def test_a_person_who_has_the_conversation_reads_it(chat: Begin, ledger: Ledger) -> None:
    talk = chat("c-overdue")
    talk.type("talk_to_human", "转人工")
    (ticket,) = tickets.list_tickets(ledger)
    tickets.take(ledger, ticket.id, "staff-1")
    assert talk.type("nlu_fallback", "我不想活了") == []
    assert [each.text for each in tickets.get(ledger, ticket.id).messages] == ["我不想活了"]


def test_the_ticket_stays_when_the_assistant_is_wanted_back(chat: Begin, ledger: Ledger) -> None:
    talk = chat("c-overdue")
    talk.type("nlu_fallback", "我不想活了")
    talk.type("resume_bot", "回到智能助手")
    assert [each.state for each in tickets.list_tickets(ledger)] == ["OPEN"]


def test_said_again_after_the_promised_time_it_is_care_again(chat: Begin, ledger: Ledger) -> None:
    talk = chat("c-overdue")
    talk.type("nlu_fallback", "我不想活了")
    assert isinstance(ledger.clock, DemoClock)
    ledger.clock.advance(timedelta(days=1))
    assert [each.response for each in talk.type("nlu_fallback", "真的活不下去了")] == ["utter_distress"]


def test_care_does_not_wait_for_a_ticket_that_cannot_be_filed(settings: Settings) -> None:
    build_ledger(settings).engine.dispose()
    url = f"sqlite:///file:{Path(settings.run_dir) / 'ledger.db'}?mode=ro&uri=true"
    ledger = build_ledger(Settings(**{**vars(settings), "database_url": url}))
    (said,) = Chat(build_executor(ledger), "c-clean").type("query_bill", "我不想活了")
    assert said.response == "utter_distress_alone" and "12356" in said.text and "工单" not in said.text
    ledger.engine.dispose()

"""Left alone: no guess at what else was wanted; a complaint against collectors also where nothing is late."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ledger import Ledger, tickets
from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]
LEAVE = [
    "别烦我",
    "别再烦我了",
    "烦死了别来烦我",
    "别打扰我",
    "让我静静",
    "走开",
    "别给我发营销短信",
    "不要再给我打推销电话了",
]
HARASSED = [
    "催收半夜打电话", "骚扰我单位", "爆我通讯录", "你们为什么打电话给我 我是紧急联系人",
    "你们别再打我家人电话了",
    "催收给我打电话骂人", "不要再给我打电话了", "一直打我老婆电话，能不能别骚扰她", "天天打电话催",
    "凭什么联系我同事",
    "老打我电话干嘛", "接到催债的", "催收太多了",
    "别再找我父母还款了", "停止打我单位电话还款",
]  # fmt: skip
OTHERS = [
    "给我打电话", "你们客服为什么不给我打电话", "会打紧急联系人吗", "紧急联系人怎么换",
    "为什么打不通你们电话",
    "别关", "会不会爆通讯录", "几天开始催收", "都付过了催收还打", "被催收了 想关",
    "别人催收打给我之后月付停了",
    "老有人骚扰我 怎么换绑手机号", "干嘛老是给我发验证码短信", "每天给我同事发信息说月付好用 有邀请奖励吗",
    "收到催收之前怎么还上", "找不到催收的记录 逾期在哪看",
]  # fmt: skip


@pytest.mark.parametrize("text", LEAVE)
@pytest.mark.parametrize("customer", ["c-cured", None])
def test_who_wants_to_be_left_alone_is(chat: Begin, ledger: Ledger, customer: str | None, text: str) -> None:
    talk = chat(customer)
    for intent in ("how_to_close", "deny", "goodbye"):
        (said,) = talk.type(intent, text, enters="close")
        assert said.response == "utter_left_alone" and talk.slots["decision"] is None
        assert [each["intent"] for each in said.buttons] == ["talk_to_human"]
    assert tickets.list_tickets(ledger) == []


def test_a_decision_that_stood_open_is_declined_by_it(chat: Begin) -> None:
    talk = chat("c-clean")
    talk.type("how_to_close", enters="close")
    assert talk.type("how_to_close", "别烦我", enters="close")[0].response == "utter_declined_close"
    assert talk.slots["decision"] is None


def test_after_words_of_not_wanting_to_live_it_still_says_who_listens(chat: Begin) -> None:
    talk = chat("c-cured")
    talk.type("nlu_fallback", "我想死")
    (said,) = talk.type("how_to_close", "别烦我", enters="close")
    assert said.response == "utter_left_alone_cared_for" and "12356" in said.text and not said.buttons
    talk.type("query_bill")
    assert talk.type("how_to_close", "别烦我")[0].response == "utter_left_alone"


@pytest.mark.parametrize("text", HARASSED)
@pytest.mark.parametrize(
    ("customer", "response"),
    [
        ("c-clean", "utter_harassed_none"), ("c-owing", "utter_harassed_none"),
        ("c-closed", "utter_harassed_none"), (None, "utter_harassed_anonymous"),
    ],
)  # fmt: skip
def test_who_is_not_late_may_complain_and_is_warned(
    chat: Begin, ledger: Ledger, customer: str | None, response: str, text: str
) -> None:
    talk = chat(customer)
    said = talk.type("overdue", text)
    assert [each.response for each in said] == [response]
    assert "诈骗" in said[0].text and "不要转账" in said[0].text
    assert talk.press(said, "被打扰，要投诉")[0].response == "utter_complaint_filed"
    assert [each.kind for each in tickets.list_tickets(ledger)] == ["complaint"]


@pytest.mark.parametrize("text", HARASSED)
def test_who_is_late_hears_that_and_may_complain(chat: Begin, text: str) -> None:
    talk = chat("c-overdue")
    said = talk.type("nlu_fallback", text)
    assert said[0].response in ("utter_overdue_contacts", "utter_overdue_late")
    assert talk.press(said, "被催收打扰，要投诉")[0].response == "utter_complaint_filed"


@pytest.mark.parametrize("text", OTHERS)
def test_what_only_sounds_so_is_answered_as_ever(chat: Begin, text: str) -> None:
    said = chat("c-clean").type("overdue", text)
    assert not any(each.response.startswith(("utter_harassed", "utter_left")) for each in said)


def test_a_complaint_is_filed_at_once(chat: Begin, ledger: Ledger) -> None:
    said = chat("c-clean").type("talk_to_human", "催收骚扰我家人，我要投诉")
    assert said[0].response == "utter_complaint_filed"


def test_whoever_asks_what_being_late_means_may_complain_too(chat: Begin) -> None:
    (said,) = chat("c-clean").type("overdue", "会不会爆通讯录")
    assert [each["intent"] for each in said.buttons] == ["billing_dates", "talk_to_human"]


@pytest.mark.parametrize("text", ["催收打电话骂我", "催债的一直威胁我", "他们发短信恐吓我 别再骚扰我"])
def test_who_is_late_and_abused_hears_that_it_is_not_allowed(chat: Begin, text: str) -> None:
    said = chat("c-overdue").type("overdue", text)
    assert said[0].response == "utter_overdue_contacts" and "不得骂人、威胁人" in said[0].text
    assert len(said[0].text) <= 120

"""Words that answer what stands open: a no cancels, a yes shows it again, however they were classified."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from actions import typed
from ledger import Ledger, facts
from tests.actions.chat import Chat
from tests.actions.test_settle import gateway

Begin = Callable[[str | None], Chat]

NOES = [
    "先不关",
    "不关了",
    "别关",
    "不用关了",
    "取消",
    "反悔了",
    "等会再说",
    "下次吧",
    "太贵了不要了",
    "那还是先不结清了吧",
]


NOT_NOES = [
    "取消月付",
    "不想用月付了",
    "取消自动还款",
    "取消分期",
    "还不了",
    "不能用",
    "不还会怎样",
    "算了还是还吧",
    "关了",
    "不是我买的",
]


@pytest.mark.parametrize("words", NOES)
def test_a_no_ends_the_decision_to_close(chat: Begin, words: str) -> None:
    clean = chat("c-clean")
    clean.type("how_to_close", enters="close")
    said = clean.type("how_to_close", words, enters="close")
    assert [each.response for each in said] == ["utter_declined_close"]
    assert clean.slots["decision"] is None


@pytest.mark.parametrize("words", NOES)
def test_a_no_ends_the_decision_to_settle(chat: Begin, words: str) -> None:
    owing = chat("c-owing")
    owing.type("prepay_all", enters="settle")
    said = owing.type("how_to_close", words)
    assert [each.response for each in said] == ["utter_declined_settle"]
    assert owing.slots["decision"] is None


@pytest.mark.parametrize("words", NOT_NOES)
def test_a_wish_is_not_a_no(words: str) -> None:
    assert typed.NO.fullmatch(words) is None


@pytest.mark.parametrize("words", ["都行", "随便", "确认关闭", "那就确定关闭吧", "没问题，关", "嗯嗯好"])
def test_a_yes_shows_the_decision_again(chat: Begin, words: str) -> None:
    clean = chat("c-clean")
    clean.type("how_to_close", enters="close")
    said = clean.type("prepay_all", words, enters="settle")
    assert [each.response for each in said] == ["utter_close_again"]


def test_the_wish_again_shows_the_decision_once(chat: Begin) -> None:
    clean = chat("c-clean")
    clean.type("how_to_close", enters="close")
    assert [each.response for each in clean.type("how_to_close", "快点关啊")] == ["utter_close_again"]


def test_an_offer_is_over_once_something_else_is_asked(chat: Begin) -> None:
    cured = chat("c-cured")
    cured.type("why_unusable")
    cured.type("query_limit", "我的额度多少")
    assert [each.response for each in cured.type("affirm", "好的")] == ["utter_affirm"]


def test_an_offer_leaves_a_decision_about_money_open(chat: Begin) -> None:
    cured = chat("c-cured")
    cured.type("how_to_close", enters="close")
    cured.type("why_unusable")
    assert cured.slots["decision"]["kind"] == "close"


def test_a_visitor_who_says_login(chat: Begin) -> None:
    assert [each.response for each in chat(None).type("account_info", "登录")] == ["utter_login"]


@pytest.mark.parametrize("words", ["行，扣吧", "同意扣款", "支付", "还吧"])
def test_going_ahead_in_words_shows_the_quote_again(chat: Begin, ledger: Ledger, words: str) -> None:
    owing = chat("c-owing")
    owing.type("prepay_all", enters="settle")
    said = owing.type("auto_debit", words)
    assert [each.response for each in said] == ["utter_quote_again"]
    assert facts.account_facts(ledger, "c-owing").last_settlement is None


def test_a_yes_to_an_offer_shows_its_decision(chat: Begin) -> None:
    clean, owing = chat("c-clean"), chat("c-owing")
    assert [each.response for each in clean.type("how_to_close", "能关吗")] == ["utter_close_ready"]
    assert clean.type("affirm", "好的")[0].response == "utter_close_decision"
    owing.type("prepay_all", "还清要多少")
    assert owing.type("affirm", "嗯")[0].response == "utter_quote"


def test_an_open_decision_that_is_not_recalled_any_more_is_open_still(chat: Begin) -> None:
    owing = chat("c-owing")
    owing.type("prepay_all", enters="settle")
    for _ in range(3):
        assert [each.response for each in owing.type("query_limit", "额度多少")][1:] == ["utter_quote_after"]
    assert len(owing.type("query_bill", "账单多少")) == 1
    assert owing.type("affirm", "好的")[0].response == "utter_quote_again", "it is open still"


def test_a_no_where_nothing_is_asked_claims_nothing(chat: Begin) -> None:
    said = chat("c-owing").type("deny", "不用了")
    assert [each.text for each in said] == ["好的，先不办。还有别的需要吗？"]


def test_closing_is_no_yes_to_settling(chat: Begin) -> None:
    owing = chat("c-owing")
    owing.type("prepay_all", enters="settle")
    assert owing.type("how_to_close", "关闭", enters="close")[0].response.startswith("utter_close_owing")


@pytest.mark.parametrize("words", ["不对吧", "不会吧", "不是吧", "过几天呢", "不还呢？"])
def test_surprise_and_questions_refuse_nothing(chat: Begin, words: str) -> None:
    owing = chat("c-owing")
    assert owing.type("deny", words)[0].response in ("utter_clarify", "utter_missed")
    owing.type("prepay_all", enters="settle")
    said = owing.type("deny", words)
    assert [each.response for each in said] == ["utter_quote_again"]
    assert owing.slots["decision"]["kind"] == "settle"


@pytest.mark.parametrize(
    "words", ["只结清，不关闭", "先还清，不关", "结清就行，先不要注销", "别关，只结清", "不关了，先结清"]
)
def test_of_settling_and_closing_only_the_settling_may_be_wanted(chat: Begin, words: str) -> None:
    owing = chat("c-owing")
    owing.press(owing.type("how_to_close", enters="close"), "一次结清并关闭")
    said = owing.type("prepay_all", words)
    assert said[0].response == "utter_quote" and said[0].buttons[0]["title"].startswith("确认结清 ¥")


@pytest.mark.parametrize(
    "words", ["再试一次，结清并关闭", "我要结清并关闭", "全部结清然后注销", "一起结清并关掉"]
)
def test_both_may_be_wanted_outright(chat: Begin, ledger: Ledger, words: str) -> None:
    owing = chat("c-owing")
    gateway(ledger).set_mode("decline", "c-owing")
    owing.press(owing.type("prepay_all", enters="settle"), "确认结清", strong=True)
    said = owing.type("prepay_all", words)
    assert [each.response for each in said] == ["utter_quote_close", "utter_quote_effects"]
    assert chat("c-clean").type("prepay_all", words)[0].response == "utter_nothing_owed"


@pytest.mark.parametrize(
    "words", ["结清后怎么关闭", "结清了才能关闭吗", "还清就自动关闭？", "只结清这个月的，不关分期"]
)
def test_a_question_about_both_is_neither(chat: Begin, words: str) -> None:
    owing = chat("c-owing")
    owing.press(owing.type("how_to_close", enters="close"), "一次结清并关闭")
    assert owing.type("thanks", words)[0].response == "utter_thanks"


def test_who_typed_a_password_is_warned_before_anything_else(chat: Begin) -> None:
    said = chat("c-risk").type("unfreeze", "密码是qwer98765，帮我解冻")
    assert said[0].response == "utter_secret_typed"


@pytest.mark.parametrize("topic", ["how_to_close", "prepay_all"])
def test_only_to_pay_is_said_without_a_quote_shown(chat: Begin, topic: str) -> None:
    owing = chat("c-owing")
    owing.type(topic)
    owing.type("deny", "算了")
    assert owing.type("how_to_repay", "先不关，只还钱")[0].response == "utter_quote"
    assert chat("c-owing").type("how_to_repay", "先不关，只还钱")[0].response == "utter_repay_bill"


@pytest.mark.parametrize("words", ["自己怎么操作", "我自己关，告诉我步骤就行", "只看怎么操作"])
@pytest.mark.parametrize("customer", ["c-clean", "c-owing"])
def test_who_will_close_it_alone_hears_the_way(chat: Begin, customer: str, words: str) -> None:
    talk = chat(customer)
    talk.type("how_to_close", enters="close")
    assert talk.type("how_to_repay", words)[-1].response == "utter_close_steps"
    assert talk.slots["decision"] is None
    talk.type("how_to_close", enters="close")
    assert talk.type("repayment_status", "我自己关不了啊")[-1].response != "utter_close_steps"


@pytest.mark.parametrize(
    ("intent", "words"),
    [
        ("how_to_close", "我不想自己弄，你帮我关"),
        ("how_to_close", "自己办太麻烦了，你帮我办吧"),
        ("report_unauthorised", "这笔不是我自己操作的"),
        ("prepay_all", "提前还款怎么操作"),
        ("refund", "退款流程多久"),
    ],
)
def test_who_wants_it_done_or_asks_something_else_hears_no_way_to_close(
    chat: Begin, intent: str, words: str
) -> None:
    talk = chat("c-owing")
    talk.type("how_to_close")
    assert talk.type(intent, words)[-1].response != "utter_close_steps"


@pytest.mark.parametrize("words", ["我要投诉，赶紧给我关闭月付", "密码是abc12345，给我关闭月付"])
def test_a_decision_to_close_keeps_its_button_after_what_is_said_before_it(chat: Begin, words: str) -> None:
    talk = chat("c-owing")
    talk.press(talk.type("how_to_close", enters="close"), "一次结清并关闭")
    said = talk.type("how_to_close", words, enters="close")
    assert len(said) <= 2
    assert any(button["title"].startswith("确认结清并关闭") for each in said for button in each.buttons)


def test_nobody_hears_the_way_to_what_cannot_be_closed_yet(chat: Begin) -> None:
    talk = chat("c-refunding")
    talk.type("how_to_close")
    assert [each.response for each in talk.type("how_to_close", "自己怎么操作")] == [
        "utter_guard_refund_open"
    ]


def test_an_offer_told_twice_stands(chat: Begin, ledger: Ledger) -> None:
    risk = chat("c-risk")
    risk.type("why_unusable")
    risk.type("unfreeze", "咋弄")
    assert risk.type("change_due_date", "改完了")[0].response == "utter_unfreeze_again_risk"


@pytest.mark.parametrize("words", ["登录了呢", "我已经登录了"])
def test_who_believes_to_be_logged_in_and_is_not_is_told_so(chat: Begin, words: str) -> None:
    assert chat(None).type("account_info", words)[0].response == "utter_login"

"""Words that answer what stands open: a no cancels, a yes shows it again, however they were classified."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from actions import typed
from ledger import Ledger, facts
from ledger.clock import DemoClock
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


@pytest.mark.parametrize(
    ("intent", "words"),
    [("affirm", "好的"), ("nlu_fallback", "怎么这么久"), ("out_of_scope", "什么时候有结果")],
)
def test_the_outcome_of_a_payment_being_checked(chat: Begin, intent: str, words: str) -> None:
    said = chat("c-unknown").type(intent, words)
    assert [each.response for each in said] == ["utter_charge_being_checked"]


@pytest.mark.parametrize(
    ("intent", "words"), [("deny", "算了"), ("how_to_close", "不关了"), ("payment_setting", "取消付款")]
)
def test_a_no_comes_too_late_for_a_payment_that_the_bank_has(chat: Begin, intent: str, words: str) -> None:
    said = chat("c-unknown").type(intent, words)
    assert [each.response for each in said] == ["utter_cannot_withdraw"]
    assert "撤不回来" in said[0].text and "不要重复付款" in said[0].text


def test_the_limit_is_out_of_use_while_a_payment_is_checked(chat: Begin) -> None:
    assert "暂停使用" in chat("c-unknown").type("query_limit", "我的额度")[0].text


@pytest.mark.parametrize("words", ["好的", "申请", "可以，帮我申请"])
def test_agreeing_to_apply_shows_the_button_again(chat: Begin, ledger: Ledger, words: str) -> None:
    cured = chat("c-cured")
    cured.type("why_unusable")
    said = cured.type("affirm" if words == "好的" else "open_account", words)
    assert [each.response for each in said] == ["utter_unfreeze_again_cured"]
    assert not facts.account_facts(ledger, "c-cured").applications, "words file nothing"
    cured.press(said, "申请解冻")
    assert facts.account_facts(ledger, "c-cured").applications
    assert cured.slots["decision"] is None


def test_the_password_was_changed(chat: Begin) -> None:
    risk = chat("c-risk")
    risk.type("why_unusable")
    said = risk.type("account_info", "我改好密码了")
    assert [each.response for each in said] == ["utter_unfreeze_again_risk"]


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


def test_not_applying_is_said_as_that(chat: Begin) -> None:
    cured = chat("c-cured")
    cured.type("why_unusable")
    assert [each.response for each in cured.type("open_account", "不申请了")] == ["utter_declined_unfreeze"]


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


def test_an_open_decision_is_recalled_once(chat: Begin) -> None:
    owing = chat("c-owing")
    owing.type("prepay_all", enters="settle")
    assert [each.response for each in owing.type("query_limit", "额度多少")][1:] == ["utter_quote_after"]
    assert len(owing.type("query_bill", "账单多少")) == 1
    assert owing.type("affirm", "好的")[0].response == "utter_quote_again", "it is open still"


@pytest.mark.parametrize("intent", ["why_unusable", "unfreeze", "open_account"])
def test_who_waits_for_a_payment_is_not_asked_to_pay(chat: Begin, ledger: Ledger, intent: str) -> None:
    late = chat("c-overdue")
    gateway(ledger).set_mode("timeout", "c-overdue")
    late.press(late.type("prepay_all", enters="settle"), "确认结清", strong=True)
    said = late.type(intent, "怎么还没结果")
    assert [each.response for each in said] == ["utter_charge_being_checked"]
    assert [each.response for each in late.type("how_to_close", "把这笔付款取消掉")] == [
        "utter_cannot_withdraw"
    ]


@pytest.mark.parametrize(
    ("words", "response"),
    [
        ("我再试试", "utter_quote"),
        ("为啥失败", "utter_status_failed"),
        ("卡里存钱了，再扣一次", "utter_quote"),
        ("怎么又再扣一次", "utter_goodbye"),
        ("关了吗", "utter_goodbye"),  # it was settled alone
    ],
)
def test_after_a_decline(chat: Begin, ledger: Ledger, words: str, response: str) -> None:
    late = chat("c-overdue")
    gateway(ledger).set_mode("decline", "c-overdue")
    late.press(late.type("prepay_all", enters="settle"), "确认结清", strong=True)
    assert late.type("goodbye", words)[0].response == response


@pytest.mark.parametrize("words", ["通过了吗", "申请编号是多少", "能撤销申请吗", "取消申请", "不申请了"])
def test_what_became_of_the_application(chat: Begin, words: str) -> None:
    cured = chat("c-cured")
    cured.press(cured.type("why_unusable"), "申请解冻")
    assert [each.response for each in cured.type("how_to_close", words)] == ["utter_unfreeze_filed"]


@pytest.mark.parametrize("words", ["我后悔了", "不关了", "取消"])
def test_a_no_after_the_closing_comes_too_late(chat: Begin, words: str) -> None:
    assert [each.response for each in chat("c-closed").type("deny", words)] == ["utter_closed"]


def test_a_no_where_nothing_is_asked_claims_nothing(chat: Begin) -> None:
    said = chat("c-owing").type("deny", "不用了")
    assert [each.text for each in said] == ["好的，先不办。还有别的需要吗？"]


def test_a_failure_of_long_ago_is_not_what_is_meant(chat: Begin, ledger: Ledger) -> None:
    late = chat("c-overdue")
    gateway(ledger).set_mode("decline", "c-overdue")
    late.press(late.type("prepay_all", enters="settle"), "确认结清", strong=True)
    assert isinstance(ledger.clock, DemoClock)
    ledger.clock.advance(timedelta(hours=2))
    assert late.type("why_unusable", "为啥失败")[0].response == "utter_unusable_overdue"


def test_closing_is_no_yes_to_settling(chat: Begin) -> None:
    owing = chat("c-owing")
    owing.type("prepay_all", enters="settle")
    assert owing.type("how_to_close", "关闭", enters="close")[0].response.startswith("utter_close_owing")


def test_a_question_of_something_else_while_a_payment_is_checked(chat: Begin) -> None:
    said = chat("c-unknown").type("fees_interest", "利息到底多少")
    assert said[0].response != "utter_charge_being_checked"


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


@pytest.mark.parametrize(
    "words", ["扣了吗", "扣款成功了吗", "多久到账", "怎么样了", "扣了多少钱？", "还清了没有", "好了吗"]
)
@pytest.mark.parametrize(
    ("mode", "response"), [("succeed", "utter_settled"), ("decline", "utter_settle_declined")]
)
def test_right_after_a_payment_short_words_ask_for_its_outcome(
    chat: Begin, ledger: Ledger, mode: str, response: str, words: str
) -> None:
    owing = chat("c-owing")
    gateway(ledger).set_mode(mode, "c-owing")
    owing.press(owing.type("prepay_all", enters="settle"), "确认结清", strong=True)
    assert owing.type("nlu_fallback", words)[0].response == response
    owing.type("query_limit")  # they are of something else now
    asks_which = words == "怎么样了"
    assert owing.type("thanks", words)[0].response == (
        "utter_progress_which" if asks_which else "utter_thanks"
    )


def test_of_the_password_a_customer_frozen_by_a_risk_check_hears_the_way_back(chat: Begin) -> None:
    risk, clean = chat("c-risk"), chat("c-clean")
    for words in ("改密码在哪里改", "我密码改了啊怎么还不给我用"):
        said = risk.type("account_info", words)
        assert said[0].response == risk.type("unfreeze")[0].response
        assert clean.type("account_info", words)[0].response.startswith("utter_account")


@pytest.mark.parametrize("words", ["怎么样了", "好了吗", "办好了没"])
def test_right_after_closing_short_words_ask_whether_it_is_closed(chat: Begin, words: str) -> None:
    clean = chat("c-clean")
    clean.press(clean.type("how_to_close", enters="close"), "确认关闭", strong=True)
    assert clean.type("what_is", words)[0].response == "utter_closed"


def test_who_typed_a_password_is_warned_before_anything_else(chat: Begin) -> None:
    said = chat("c-risk").type("unfreeze", "密码是qwer98765，帮我解冻")
    assert said[0].response == "utter_secret_typed"


@pytest.mark.parametrize("words", ["关了吗", "月付关掉了没有", "为啥没关掉", "怎么还没给我注销", "没关成啊"])
def test_after_settling_and_closing_failed_it_is_said_that_it_is_not_closed(
    chat: Begin, ledger: Ledger, words: str
) -> None:
    owing = chat("c-owing")
    gateway(ledger).set_mode("decline", "c-owing")
    quoted = owing.press(owing.type("how_to_close", enters="close"), "一次结清并关闭")
    owing.press(quoted, "确认结清", strong=True)
    (said,) = owing.type("how_to_close", words)
    assert said.text.startswith("没有扣款，也没有关闭")
    assert owing.type("how_to_close", "怎么关")[0].response != said.response


@pytest.mark.parametrize("topic", ["how_to_close", "prepay_all"])
def test_only_to_pay_is_said_without_a_quote_shown(chat: Begin, topic: str) -> None:
    owing = chat("c-owing")
    owing.type(topic)
    owing.type("deny", "算了")
    assert owing.type("how_to_repay", "先不关，只还钱")[0].response == "utter_quote"
    assert chat("c-owing").type("how_to_repay", "先不关，只还钱")[0].response == "utter_repay_bill"


def test_what_the_result_is_wanted_of_is_asked_where_nothing_tells(chat: Begin) -> None:
    clean, refunding = chat("c-clean"), chat("c-refunding")
    assert clean.type("what_is", "怎么样了")[0].response == "utter_progress_which"
    assert clean.type("what_is", "月付怎么样")[0].response != "utter_progress_which"
    refunding.type("refund")
    assert refunding.type("what_is", "那怎么样了")[0].response.startswith("utter_refund_pending")


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


@pytest.mark.parametrize("words", ["我要投诉，赶紧给我关闭月付", "有人打电话让我关闭月付，说要验证码"])
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


@pytest.mark.parametrize(("customer", "card"), [("c-cured", "cured"), ("c-risk", "risk")])
def test_who_only_says_apply_may_have_the_account_back(chat: Begin, customer: str, card: str) -> None:
    assert chat(customer).type("open_account", "我要申请")[0].card["cause"] == card
    assert chat("c-clean").type("open_account", "我要申请")[0].response == "utter_open_already"


def test_an_offer_told_twice_stands(chat: Begin, ledger: Ledger) -> None:
    risk = chat("c-risk")
    risk.type("why_unusable")
    risk.type("unfreeze", "咋弄")
    assert risk.type("change_due_date", "改完了")[0].response == "utter_unfreeze_again_risk"


@pytest.mark.parametrize("words", ["登录了呢", "我已经登录了"])
def test_who_believes_to_be_logged_in_and_is_not_is_told_so(chat: Begin, words: str) -> None:
    assert chat(None).type("account_info", words)[0].response == "utter_login"

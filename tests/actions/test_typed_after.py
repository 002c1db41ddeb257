"""Words about what was done a moment ago: a payment, the closing, an application."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from actions.words import money
from ledger import Ledger, facts
from ledger.clock import DemoClock
from tests.actions import states
from tests.actions.chat import Chat
from tests.actions.test_settle import gateway

Begin = Callable[[str | None], Chat]


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


def test_not_applying_is_said_as_that(chat: Begin) -> None:
    cured = chat("c-cured")
    cured.type("why_unusable")
    assert [each.response for each in cured.type("open_account", "不申请了")] == ["utter_declined_unfreeze"]


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
        ("那就再来一次吧", "utter_quote"),
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


def test_a_failure_of_long_ago_is_not_what_is_meant(chat: Begin, ledger: Ledger) -> None:
    late = chat("c-overdue")
    gateway(ledger).set_mode("decline", "c-overdue")
    late.press(late.type("prepay_all", enters="settle"), "确认结清", strong=True)
    assert isinstance(ledger.clock, DemoClock)
    ledger.clock.advance(timedelta(hours=2))
    assert late.type("why_unusable", "为啥失败")[0].response == "utter_unusable_overdue"


def test_a_question_of_something_else_while_a_payment_is_checked(chat: Begin) -> None:
    said = chat("c-unknown").type("fees_interest", "利息到底多少")
    assert said[0].response != "utter_charge_being_checked"


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
    owing.type("query_limit")  # they are of something else now, but for whether it was charged
    if words in ("扣了吗", "扣款成功了吗"):
        assert owing.type("thanks", words)[0].response == response
        return
    asks_which = words == "怎么样了"
    assert owing.type("thanks", words)[0].response == (
        "utter_progress_which" if asks_which else "utter_thanks"
    )


CHARGED = (
    "到底扣没扣",
    "扣没扣",
    "扣了吗",
    "钱扣走了吗",
    "到底有没有扣成功",
    "到底扣没扣钱",
    "刚才扣没扣啊？",
)


@pytest.mark.parametrize("words", CHARGED)
@pytest.mark.parametrize("topic", ["auto_debit", "why_unusable", "query_bill"])
def test_whether_it_was_charged_is_of_the_payment_just_made(
    chat: Begin, ledger: Ledger, topic: str, words: str
) -> None:
    owing = chat("c-owing")
    gateway(ledger).set_mode("decline", "c-owing")
    owing.press(owing.type("prepay_all", enters="settle"), "确认结清", strong=True)
    owing.type(topic)
    (said,) = owing.type("auto_debit", words)
    assert said.text.startswith("没有扣款：¥")
    gateway(ledger).set_mode("succeed", "c-owing")
    shown = owing.type("prepay_all", enters="settle")
    told, still_open = owing.type("auto_debit", words)
    assert told.response == "utter_settle_declined" and still_open.response == "utter_quote_after"
    owing.press([*shown, still_open], "确认结清", strong=True)
    owing.type(topic)
    (said,) = owing.type("auto_debit", words)
    paid = facts.account_facts(ledger, "c-owing").last_settlement
    assert paid is not None and said.response == "utter_settled" and paid.receipt in said.text
    assert said.text.startswith(f"{money(paid.amount_fen)}已结清（")


@pytest.mark.parametrize("words", CHARGED)
@pytest.mark.parametrize(
    ("state", "response"),
    [("partly_repaid", "utter_status_booked"), ("repayment_declined", "utter_status_failed")],
)
def test_whether_it_was_charged_is_of_a_repayment_too(
    tmp_path: Path, state: str, response: str, words: str
) -> None:
    world = states.make(tmp_path)
    states.STATES[state](world)
    talk = world.chat()
    talk.type("auto_debit")
    assert [each.response for each in talk.type("auto_debit", words)] == [response]
    world.at("2026-10-04")
    assert talk.type("auto_debit", words)[0].response.startswith("utter_debit_"), "spoken of, and hours ago"
    assert [each.response for each in world.chat().type("auto_debit", words)] == [response]


@pytest.mark.parametrize("words", CHARGED)
def test_where_nothing_was_paid_it_is_answered_as_understood(tmp_path: Path, words: str) -> None:
    world = states.make(tmp_path)
    states.billed(world)
    assert world.chat().type("auto_debit", words)[0].response.startswith("utter_debit_")


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


def test_what_the_result_is_wanted_of_is_asked_where_nothing_tells(chat: Begin) -> None:
    clean, refunding = chat("c-clean"), chat("c-refunding")
    assert clean.type("what_is", "怎么样了")[0].response == "utter_progress_which"
    assert clean.type("what_is", "月付怎么样")[0].response != "utter_progress_which"
    refunding.type("refund")
    assert refunding.type("what_is", "那怎么样了")[0].response.startswith("utter_refund_pending")


@pytest.mark.parametrize(("customer", "card"), [("c-cured", "cured"), ("c-risk", "risk")])
def test_who_only_says_apply_may_have_the_account_back(chat: Begin, customer: str, card: str) -> None:
    assert chat(customer).type("open_account", "我要申请")[0].card["cause"] == card
    assert chat("c-clean").type("open_account", "我要申请")[0].response == "utter_open_already"

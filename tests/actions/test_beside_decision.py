"""Words beside a decision or a payment that are neither a yes nor a no to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ledger import Ledger
from tests.actions.chat import Chat, Said
from tests.actions.test_settle import gateway

Begin = Callable[[str | None], Chat]


def names(said: list[Said]) -> list[str]:
    return [each.response for each in said]


def settled(chat: Begin, customer: str = "c-overdue") -> Chat:
    talk = chat(customer)
    talk.press(talk.type("prepay_all", enters="settle"), "确认结清", strong=True)
    return talk


@pytest.mark.parametrize("words", ["不是月付啊，我说的是白条", "要关闭的是借呗，不是月付", "想关的是花呗"])
def test_of_the_wrong_product_nothing_stays_open(chat: Begin, words: str) -> None:
    clean = chat("c-clean")
    clean.type("how_to_close", enters="close")
    assert names(clean.type("out_of_scope", words)) == ["utter_other_product_only"]
    assert clean.slots["decision"] is None


def test_whether_it_is_of_the_wrong_product_ends_nothing(chat: Begin) -> None:
    clean = chat("c-clean")
    clean.type("how_to_close", enters="close")
    clean.type("out_of_scope", "花呗是不是月付")
    assert clean.slots["decision"]["kind"] == "close"


@pytest.mark.parametrize(
    "words", ["请撤回", "不是要关闭，把那笔付款撤销", "取消刚才的扣款", "撤回", "不付了"]
)
def test_a_payment_that_is_done_cannot_be_had_back(chat: Begin, words: str) -> None:
    assert names(settled(chat).type("how_to_close", words)) == ["utter_settled_no_way_back"]


@pytest.mark.parametrize("words", ["取消月付", "撤销注销", "怎么取消自动扣款", "可以撤回吗"])
def test_to_take_back_something_else_is_not_of_the_payment(chat: Begin, words: str) -> None:
    assert "utter_settled_no_way_back" not in names(settled(chat).type("how_to_close", words))


def test_after_settling_and_closing_a_no_hears_of_the_closing(chat: Begin) -> None:
    late = chat("c-overdue")
    owing = late.type("how_to_close", enters="close")
    late.press(late.press(owing, "一次结清并关闭"), "确认结清并关闭", strong=True)
    assert names(late.type("how_to_close", "取消")) == ["utter_closed"]
    assert names(late.type("how_to_close", "把付款撤回")) == ["utter_settled_no_way_back"]


def test_whether_it_is_paid_while_the_quote_is_shown(chat: Begin) -> None:
    owing = chat("c-owing")
    owing.type("prepay_all", enters="settle")
    assert names(owing.type("payment_setting", "付了吗")) == ["utter_quote_again"]
    assert names(chat("c-clean").type("payment_setting", "钱付了没有")) == ["utter_status_paid_off"]


def test_whether_it_is_paid_after_a_decline_is_answered_with_the_decline(chat: Begin, ledger: Ledger) -> None:
    gateway(ledger).set_mode("decline", "c-owing")
    owing = settled(chat, "c-owing")
    owing.type("prepay_all", enters="settle")
    assert names(owing.type("payment_setting", "付了没")) == ["utter_settle_declined", "utter_quote_after"]


@pytest.mark.parametrize("words", ["我现在就还，扣款吧", "直接扣款", "同意扣钱", "好的马上扣"])
def test_words_that_agree_to_be_charged_show_the_button(chat: Begin, words: str) -> None:
    late = chat("c-overdue")
    for _ in range(2):  # without a decision, and with it open
        said = late.type("auto_debit", words)
        assert names(said) == ["utter_quote_again"] and said[0].text.startswith("还没有扣款")
    assert chat("c-clean").type("auto_debit", words)[0].response != "utter_quote_again"


@pytest.mark.parametrize("words", ["扣款", "别扣款", "现在扣款吗", "现在不还，别扣"])
def test_words_that_do_not_agree_show_none(chat: Begin, words: str) -> None:
    assert "utter_quote_again" not in names(chat("c-overdue").type("auto_debit", words))


@pytest.mark.parametrize(
    "customer, told",
    [
        ("c-owing", "utter_settle_later_bill"),
        ("c-overdue", "utter_settle_later_overdue"),
    ],
)
@pytest.mark.parametrize("words", ["那后天再结清呢", "过几天还清可以吗", "要是不提前结清会怎么样"])
def test_whether_it_may_wait_is_no_assent(chat: Begin, customer: str, told: str, words: str) -> None:
    talk = chat(customer)
    talk.type("prepay_all", enters="settle")
    assert names(talk.type("prepay_all", words, enters="settle")) == [told, "utter_quote_after"]


@pytest.mark.parametrize("intent, words", [("query_limit", "我先问问额度吧"), ("refund", "问问退款的事")])
def test_a_question_is_asked_of_us_and_not_of_somebody_else(chat: Begin, intent: str, words: str) -> None:
    clean = chat("c-clean")
    clean.type("how_to_close", enters="close")
    assert names(clean.type(intent, words))[1:] == ["utter_close_after"]
    assert names(clean.type(intent, "我问问家里人")) == ["utter_declined_close"]


@pytest.mark.parametrize("words", ["算了", "先不弄了", "刚才的不算"])
def test_a_no_after_closing_hears_that_it_is_closed(chat: Begin, words: str) -> None:
    clean = chat("c-clean")
    clean.press(clean.type("how_to_close", enters="close"), "确认关闭", strong=True)
    assert names(clean.type("deny", words)) == ["utter_closed"]


@pytest.mark.parametrize("words", ["可以再付款一次吗", "那重新支付呢", "我要再还一遍吗"])
@pytest.mark.parametrize(
    "customer, mode, told",
    [
        ("c-owing", "decline", "utter_quote"),
        ("c-owing", "succeed", "utter_settled"),
        ("c-owing", "", "utter_status_booked"),
        ("c-overlimit", "", "utter_unusable_over_limit"),
    ],
)
def test_whether_to_pay_once_more(
    chat: Begin, ledger: Ledger, customer: str, mode: str, told: str, words: str
) -> None:
    if mode:
        gateway(ledger).set_mode(mode, customer)
        talk = settled(chat, customer)
    else:
        talk = chat(customer)
    assert names(talk.type("nlu_fallback", words)) == [told]


@pytest.mark.parametrize("words", ["多还了钱能退吗", "再还款会怎样", "能再开通一次吗"])
def test_other_words_are_not_of_paying_once_more(chat: Begin, words: str) -> None:
    assert names(chat("c-owing").type("refund", words))[0].startswith("utter_refund")


def test_whether_it_is_capped_is_of_the_penalty_unless_the_limit_was_spoken_of(chat: Begin) -> None:
    assert names(chat(None).type("query_limit", "封顶吗")) == ["utter_overdue_cap_anonymous"]
    owing = chat("c-owing")
    assert names(owing.type("query_limit", "有封顶吗")) == ["utter_overdue_cap_rule"]
    owing.type("prepay_all", enters="settle")
    assert names(owing.type("query_limit", "会封顶吗")) == ["utter_overdue_cap_rule", "utter_quote_after"]
    other = chat("c-owing")
    other.type("query_limit", "额度多少")
    assert names(other.type("query_limit", "封顶吗")) == ["utter_limit"]

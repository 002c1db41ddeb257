"""Receipts: the numbers again after settling and closing, and a closed account's own answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from actions import words
from actions.receipts import ASKED
from ledger import Ledger, facts, settlement
from ledger.gateway.interface import ChargeAnswer
from tests.actions import told
from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]
QUESTIONS = ["凭证号是多少", "结清证明怎么开", "关闭凭证号再发一下", "怎么证明我还清了", "给我还款凭证"]


@pytest.mark.parametrize("text", QUESTIONS)
@pytest.mark.parametrize("close", [False, True])
def test_after_settling_the_receipt_is_told_again(
    chat: Begin, ledger: Ledger, text: str, close: bool
) -> None:
    owing = chat("c-owing")
    if close:
        owing.press(owing.press(owing.type("how_to_close", enters="close"), "一次结清"), "确认", strong=True)
    else:
        owing.press(owing.type("prepay_all", enters="settle"), "确认结清", strong=True)
    done = facts.account_facts(ledger, "c-owing").last_settled
    assert done is not None and done.settled_at is not None and bool(done.close_receipt) == close
    said = owing.type("prepay_all", text, enters="settle")
    assert done.receipt in said[0].text and done.close_receipt in said[0].text
    assert words.money(done.amount_fen) in said[0].text
    assert told.moment(ledger, done.settled_at) in said[0].text
    assert said[0].card["receipt"] == done.receipt
    assert (len(said) == 2) == ("证明" in text)


def test_a_proof_on_paper_is_a_matter_for_the_staff(chat: Begin) -> None:
    said = chat("c-closed").type("prepay_all", "结清证明怎么开", enters="settle")
    assert said[1].response == "utter_receipt_proof"
    assert [each["intent"] for each in said[1].buttons] == ["talk_to_human"]


def test_closed_without_settling_has_the_closing_number(chat: Begin, ledger: Ledger) -> None:
    clean = chat("c-clean")
    clean.press(clean.type("how_to_close", enters="close"), "确认关闭", strong=True)
    said = clean.type("account_info", "凭证号是多少")[0]
    assert facts.account_facts(ledger, "c-clean").close_receipt in said.text
    assert said.card["kind"] == "close"


def test_who_owes_hears_what_is_in_the_way(chat: Begin) -> None:
    said = chat("c-owing").type("prepay_all", "结清证明怎么开", enters="settle")
    assert [each.response for each in said] == ["utter_receipt_owing"]
    assert said[0].buttons[0]["intent"] == "offer_settle"


@pytest.mark.parametrize(
    ("customer", "response"),
    [
        ("c-clean", "utter_receipt_repaid"),
        ("c-unknown", "utter_charge_being_checked"),
        (None, "utter_receipt_anonymous"),
    ],
)
def test_who_settled_nothing_hears_what_there_is(chat: Begin, customer: str | None, response: str) -> None:
    assert chat(customer).type("account_info", "凭证号是多少")[0].response == response


def test_a_person_who_is_asked_for_comes_first(chat: Begin) -> None:
    assert chat("c-closed").type("talk_to_human", "人工，我要结清证明")[0].response == "utter_person_asked"


@pytest.mark.parametrize("text", ["怎么关闭月付", "实名要什么证件", "还清了怎么还显示", "结清要多少钱"])
def test_other_questions_are_not_taken_for_it(text: str) -> None:
    assert not ASKED.search(text)


# What a closed account is asked, the answer, and a word of it that fits the question.
CLOSED = [
    ("how_to_close", "utter_closed", "关闭凭证号"),
    ("close_impact", "utter_closed_impact", "额度已取消"),
    ("credit_report", "utter_closed_credit", "不消除已有记录"),
    ("refund", "utter_refund_none_closed", "退回您的付款账户"),
    ("open_account", "utter_open_again", "重新申请"),
    ("repayment_status", "utter_status_paid_off", "最近一笔还款"),
    ("query_bill", "utter_closed_bill", "最后一期"),
    ("talk_to_human", "utter_person_asked", "工单"),
    ("how_to_repay", "utter_closed_repay", "不用还款"),
    ("overdue", "utter_closed_repay", "不用还款"),
    ("billing_dates", "utter_closed_repay", "不再出账"),
    ("query_limit", "utter_closed_limit", "额度已取消"),
    ("limit_change", "utter_closed_limit", "额度已取消"),
    ("make_instalment", "utter_closed_instalment", "没有进行中的分期"),
    ("why_unusable", "utter_closed_unusable", "不是被暂停"),
    ("unfreeze", "utter_closed_unusable", "不用解冻"),
    ("where_usable", "utter_closed_unusable", "不能用"),
]


@pytest.mark.parametrize(("intent", "response", "word"), CLOSED)
def test_a_closed_account_is_answered_as_it_asks(
    chat: Begin, ledger: Ledger, intent: str, response: str, word: str
) -> None:
    said = chat("c-closed").type(intent)[0]
    assert said.response == response and word in said.text
    closed_at = facts.account_facts(ledger, "c-closed").closed_at
    assert closed_at is not None
    if response.startswith("utter_closed"):
        assert f"已于{told.moment(ledger, closed_at)}关闭" in said.text and said.buttons


def test_a_closed_account_that_owes_again_does_not_hear_the_contrary(chat: Begin, ledger: Ledger) -> None:
    """The bank took the last payment back after the account was closed."""
    owing = chat("c-owing")
    owing.press(owing.press(owing.type("how_to_close", enters="close"), "一次结清"), "确认", strong=True)
    paid = facts.account_facts(ledger, "c-owing").repayments[0]
    answer = ChargeAnswer(
        paid.number, "CHARGED_BACK", reference=f"cb-{paid.number}", amount_fen=paid.amount_fen
    )
    settlement.resolve(ledger, paid.number, answer)
    owed_fen = facts.account_facts(ledger, "c-owing").debts.total_fen
    assert owed_fen > 0
    for intent in ("how_to_close", "how_to_repay", "query_bill", "credit_report", "repayment_status"):
        said = owing.type(intent)[0]
        assert words.money(owed_fen) in said.text and "没有欠款" not in said.text, intent

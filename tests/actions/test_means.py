"""What may pay: the card and where it is changed, another wallet, and money that was borrowed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from actions import words
from ledger import Ledger, facts
from tests.actions import told
from tests.actions.chat import Chat
from tests.actions.test_repay import decline

Begin = Callable[[str | None], Chat]


@pytest.mark.parametrize("intent", ["auto_debit", "how_to_repay"])
@pytest.mark.parametrize("text", ["想换一张卡", "扣的是哪张卡", "卡要怎么换", "改成另外一张银行卡"])
def test_which_card_pays_and_where_it_is_changed(chat: Begin, ledger: Ledger, intent: str, text: str) -> None:
    card = facts.account_facts(ledger, "c-owing").card_last4
    said = chat("c-owing").type(intent, text)[0]
    assert f"从尾号{card}的银行卡扣" in said.text and ledger.terms.auto_debit_path in said.text


def test_the_card_that_was_declined_is_named_with_what_it_declined(chat: Begin, ledger: Ledger) -> None:
    decline(ledger, "c-overdue")
    overdue = chat("c-overdue")
    overdue.press(overdue.type("prepay_all", enters="settle"), "确认结清", strong=True)
    account = facts.account_facts(ledger, "c-overdue")
    last = account.last_repayment
    assert last is not None
    said = overdue.type("auto_debit", "那我换卡")[0]
    assert said.text.startswith(f"{told.moment(ledger, last.at)}的{words.money(last.amount_fen)}")
    assert f"尾号{account.card_last4}" in said.text and ledger.terms.auto_debit_path in said.text


@pytest.mark.parametrize("text", ["拿微信付行不行", "支付宝付得了吗"])
def test_another_wallet_is_a_matter_of_the_apps_own_page(chat: Begin, ledger: Ledger, text: str) -> None:
    account = facts.account_facts(ledger, "c-owing")
    assert account.bill is not None
    said = chat("c-owing").type("how_to_repay", text)[0].text
    assert said.startswith(f"{told.bill_name(ledger, account.bill)}还剩")
    assert f"只从尾号{account.card_last4}的银行卡扣" in said and ledger.terms.repay_path in said
    assert "只从尾号6688的银行卡扣" in chat("c-clean").type("how_to_repay", text)[0].text


@pytest.mark.parametrize("text", ["能用花呗还月付吗", "信用卡可以还吗", "拿借呗的钱来还行不行"])
@pytest.mark.parametrize("customer", ["c-clean", "c-owing"])
def test_whether_borrowed_money_may_repay_is_answered(chat: Begin, customer: str, text: str) -> None:
    said = chat(customer).type("how_to_repay", text)[0]
    assert said.response.startswith("utter_wallet") and "只从尾号" in said.text

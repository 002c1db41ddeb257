"""The credit record: reported, never bought off."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from actions import words
from ledger import Ledger, facts
from tests.actions import told
from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]


@pytest.mark.parametrize("customer", [None, "c-clean", "c-owing", "c-overdue", "c-lowered", "c-closed"])
def test_closing_erases_nothing_and_nothing_can_be_bought(chat: Begin, customer: str | None) -> None:
    text = chat(customer).type("credit_report")[0].text
    assert "不消除已有记录" in text or "不能消除已有记录" in text
    assert "收费“修复征信”的都是诈骗" in text


def test_somebody_late_hears_of_it_first(chat: Begin, ledger: Ledger) -> None:
    account = facts.account_facts(ledger, "c-overdue")
    assert account.bill is not None
    said = chat("c-overdue").type("credit_report")[0]
    assert said.text.startswith(f"会上征信：逾期{words.money(account.debts.overdue_fen)}")
    assert f"已{account.bill.days_overdue}天" in said.text and said.buttons[0]["intent"] == "offer_settle"


def test_a_bill_that_is_due_keeps_the_record_normal(chat: Begin, ledger: Ledger) -> None:
    bill = facts.account_facts(ledger, "c-owing").bill
    assert bill is not None
    text = chat("c-owing").type("credit_report")[0].text
    assert f"还够最低{words.money(bill.minimum_fen)}，就是正常记录" in text


def test_lateness_in_the_past_is_not_denied(chat: Begin, ledger: Ledger) -> None:
    cut = facts.account_facts(ledger, "c-lowered").limit_cut
    assert cut is not None
    late = f"{told.month(ledger, cut.evidence['bill'])}账单晚还了{cut.evidence['days_late']}天"
    assert late in chat("c-lowered").type("credit_report")[0].text


def test_who_was_assessed_badly_hears_the_evidence_and_may_have_it_checked(chat: Begin) -> None:
    said = chat("c-bureau").type("credit_report", "查错了吧，我哪有问题")[0]
    assert "在其他机构有2笔逾期、负债较高" in said.text and "征信评估" in said.text
    assert [each["intent"] for each in said.buttons] == ["talk_to_human"]

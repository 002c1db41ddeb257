"""Opening and what it is: open already, frozen, or closed and to be assessed anew."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from actions import words
from ledger import Ledger, facts
from tests.actions import told
from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]


def test_a_visitor_hears_who_qualifies(chat: Begin) -> None:
    said = chat(None).type("open_account")[0]
    assert "实名" in said.text and "以系统评估为准" in said.text and said.card == {"type": "login"}


def test_open_already_since_when(chat: Begin, ledger: Ledger) -> None:
    account = facts.account_facts(ledger, "c-owing")
    text = chat("c-owing").type("open_account")[0].text
    assert f"{told.day(ledger, account.opened_on)}已开通" in text
    assert words.money(account.limit.available_fen) in text


def test_frozen_is_not_a_reason_to_apply_again(chat: Begin) -> None:
    assert "不用重新申请" in chat("c-risk").type("open_account")[0].text


def test_closed_may_apply_again_without_a_promise(chat: Begin, ledger: Ledger) -> None:
    closed_at = facts.account_facts(ledger, "c-closed").closed_at
    assert closed_at is not None
    text = chat("c-closed").type("open_account")[0].text
    assert f"已于{told.moment(ledger, closed_at)}关闭" in text and "也可能不通过" in text


def test_what_it_is_with_the_terms_days(chat: Begin, ledger: Ledger) -> None:
    text = chat(None).type("what_is")[0].text
    terms = ledger.terms
    assert f"{terms.bill_day}日出账、{terms.due_day}日到期，最长{terms.interest_free_days_max}天免息" in text
    assert "没有会员费" in text
    available = words.money(facts.account_facts(ledger, "c-clean").limit.available_fen)
    assert available in chat("c-clean").type("what_is")[0].text
    assert "¥" not in chat("c-overdue").type("what_is")[0].text  # frozen: nothing is usable


@pytest.mark.parametrize(
    ("intent", "words", "answer"),
    [
        ("what_is", "月付和花呗哪个好", "utter_what_is_own"),
        ("fees_interest", "放心借和月付哪个利息高", "utter_fees"),
    ],
)
def test_of_two_products_it_says_which_one_it_speaks_of(
    chat: Begin, intent: str, words: str, answer: str
) -> None:
    said = [each.response for each in chat("c-clean").type(intent, words)]
    assert said == [answer, "utter_other_product_compare"]
    assert "utter_other_product_compare" not in [each.response for each in chat("c-clean").type(intent)]

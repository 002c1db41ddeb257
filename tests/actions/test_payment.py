"""Paying with it, or not by default: without closing it."""

from __future__ import annotations

from collections.abc import Callable

from actions import words
from ledger import Ledger, facts
from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]


def test_not_by_default_needs_no_closing(chat: Begin) -> None:
    text = chat(None).type("payment_setting", "不想默认用月付")[0].text
    assert "不用关闭月付" in text and "免密支付" in text


def test_own_limit(chat: Begin, ledger: Ledger) -> None:
    available = words.money(facts.account_facts(ledger, "c-clean").limit.available_fen)
    assert available in chat("c-clean").type("payment_setting")[0].text


def test_it_cannot_be_chosen_while_a_payment_is_being_checked(chat: Begin) -> None:
    (said,) = chat("c-unknown").type("payment_setting")
    assert "正在核实" in said.text and "付款时选不了" in said.text and "要用时" not in said.text


def test_frozen_cannot_be_chosen(chat: Begin) -> None:
    assert "付款时选不了" in chat("c-overdue").type("payment_setting")[0].text

"""Accounts: whose it is, by the last digits alone, and how to move to another."""

from __future__ import annotations

from collections.abc import Callable

from ledger import Ledger, facts
from tests.actions import told
from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]


def test_the_account_that_is_logged_in(chat: Begin, ledger: Ledger) -> None:
    account = facts.account_facts(ledger, "c-owing")
    text = chat("c-owing").type("account_info")[0].text
    assert told.day(ledger, account.opened_on) in text and f"尾号{account.card_last4}" in text


def test_moving_means_closing_and_applying_again(chat: Begin) -> None:
    for customer in (None, "c-clean"):
        text = chat(customer).type("account_info", "换个账号用")[0].text
        assert "还清并关闭" in text and "重新评估" in text


def test_closed_here_may_be_opened_elsewhere(chat: Begin, ledger: Ledger) -> None:
    closed_at = facts.account_facts(ledger, "c-closed").closed_at
    assert closed_at is not None
    assert told.day(ledger, closed_at) in chat("c-closed").type("account_info")[0].text

"""The limit: the ledger's figures, the evidence of a cut, and no promise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from actions import words
from ledger import Ledger, facts
from tests.actions import states, told
from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]


@pytest.mark.parametrize("customer", ["c-clean", "c-owing", "c-overlimit", "c-overdue"])
def test_total_used_and_left(chat: Begin, ledger: Ledger, customer: str) -> None:
    limit = facts.account_facts(ledger, customer).limit
    text = chat(customer).type("query_limit")[0].text
    for fen in (limit.total_fen, limit.used_fen, limit.available_fen):
        assert words.money(fen) in text


def test_a_frozen_limit_is_not_called_usable(chat: Begin) -> None:
    text = chat("c-overdue").type("query_limit")[0].text
    assert "暂停使用" in text and "可用额度" not in text


def test_an_order_under_way_takes_its_share(tmp_path: Path) -> None:
    world = states.make(tmp_path)
    states.held_order(world)
    text = world.chat().type("query_limit")[0].text
    assert "可用额度¥19,550.00" in text and "未完成订单占用¥450.00" in text


def test_a_cut_with_its_evidence(chat: Begin, ledger: Ledger) -> None:
    cut = facts.account_facts(ledger, "c-lowered").limit_cut
    assert cut is not None
    text = chat("c-lowered").type("limit_change", "额度怎么降了")[0].text
    assert f"从{words.money(cut.old_fen)}降到{words.money(cut.new_fen)}" in text
    assert f"{told.month(ledger, cut.evidence['bill'])}账单晚还了{cut.evidence['days_late']}天" in text


def test_what_came_back_after_repaying(chat: Begin, ledger: Ledger) -> None:
    account = facts.account_facts(ledger, "c-owing")
    assert account.last_repayment is not None
    text = chat("c-owing").type("limit_change", "还了款额度没恢复")[0].text
    assert f"现在可用{words.money(account.limit.available_fen)}" in text
    assert words.money(account.last_repayment.amount_fen) in text and "手续费、利息和违约金不恢复" in text


@pytest.mark.parametrize("customer", ["c-clean", "c-owing", "c-overlimit", "c-overdue", "c-risk"])
def test_a_limit_that_was_not_cut_is_said_to_be_whole(chat: Begin, ledger: Ledger, customer: str) -> None:
    limit = facts.account_facts(ledger, customer).limit
    text = chat(customer).type("limit_change", "为什么额度变低了")[0].text
    assert text.startswith(f"总额度{words.money(limit.total_fen)}没有下调")
    assert words.money(limit.available_fen) in text
    assert (words.money(limit.used_fen) if limit.used_fen else "占用") in text


def test_an_order_under_way_is_named_as_what_takes_up_the_limit(tmp_path: Path) -> None:
    world = states.make(tmp_path)
    states.held_order(world)
    assert "未完成订单占用¥450.00" in world.chat().type("limit_change")[0].text


@pytest.mark.parametrize("customer", [None, "c-clean", "c-lowered", "c-overlimit", "c-risk"])
def test_nothing_is_promised(chat: Begin, customer: str | None) -> None:
    text = chat(customer).type("limit_change", "给我提额")[0].text
    assert "系统评估" in text and "收费提额都是诈骗" in text


def test_a_visitor_hears_no_figures(chat: Begin) -> None:
    for intent in ("query_limit", "limit_change"):
        said = chat(None).type(intent)[0]
        assert "¥" not in said.text and said.card == {"type": "login"}


@pytest.mark.parametrize("text", ["能不能多给点额度", "额度可以往上涨吗", "想提额", "额度高一点行不行"])
def test_whether_it_can_be_raised_is_answered(chat: Begin, text: str) -> None:
    owing = chat("c-owing").type("limit_change", text)[0].text
    assert "能不能提额由系统评估，客服不能调高" in owing and "不能承诺" in owing
    assert "现在不能提额" in chat("c-overdue").type("limit_change", text)[0].text
    assert "客服不能调高" in chat("c-lowered").type("limit_change", text)[0].text

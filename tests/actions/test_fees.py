"""Fees and interest: no rate without its annual one, and the bill's own fees by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from actions import listing, words
from ledger import Ledger, facts
from tests.actions import states
from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]


def test_every_rate_of_the_terms_with_its_annual_one(chat: Begin, ledger: Ledger) -> None:
    rates, rest = (bubble.text for bubble in chat(None).type("fees_interest"))
    assert rates.startswith("年化（单利）：")
    for rate in ledger.terms.fee_rate.values():
        assert f"（每期{words.percent(rate)}）" in rates
        for periods in ledger.terms.periods:
            assert f"{periods}期{words.percent(ledger.terms.apr_simple(rate, periods))}" in rates
    assert rest.count("年化（单利）18.25%") == 2


def test_the_bills_own_fees_by_name_and_amount(chat: Begin, ledger: Ledger) -> None:
    bill = facts.account_facts(ledger, "c-owing").bill
    assert bill is not None
    fees = [item for item in bill.items if item.kind == "plan_fee"]
    assert len(fees) == 2
    text = chat("c-owing").type("fees_interest", "怎么多收了手续费")[1].text
    assert all(
        f"{listing.bill_item(item, listing.in_line)} {words.money(item.amount_fen)}" in text for item in fees
    )


def test_a_penalty_is_named(chat: Begin, ledger: Ledger) -> None:
    penalty = words.money(facts.account_facts(ledger, "c-overdue").debts.penalty_fen)
    assert f"逾期违约金 {penalty}" in chat("c-overdue").type("fees_interest")[1].text


def test_a_bill_without_fees_says_so(chat: Begin) -> None:
    assert "没有手续费，也没有利息" in chat("c-overlimit").type("fees_interest")[1].text


def test_interest_that_is_growing_is_not_denied(tmp_path: Path) -> None:
    world = states.make(tmp_path)
    states.minimum_met(world)
    assert "已有利息¥1.62" in world.chat().type("fees_interest")[1].text


def test_nothing_owed_costs_nothing(chat: Begin) -> None:
    assert "没有任何费用" in chat("c-clean").type("fees_interest")[1].text


@pytest.mark.parametrize("customer", ["c-owing", "c-overlimit", "c-clean", "c-overdue", None])
def test_the_next_steps_are_offered_once(chat: Begin, customer: str | None) -> None:
    titles = [button["title"] for bubble in chat(customer).type("fees_interest") for button in bubble.buttons]
    assert titles == ["查账单", "提前结清要多少钱"]


def test_what_named_periods_would_cost_is_told_unless_a_plan_runs_over_them(
    chat: Begin, ledger: Ledger
) -> None:
    running = {plan.periods for plan in facts.account_facts(ledger, "c-owing").plans}
    assert 6 in running and 12 not in running
    said = chat("c-owing").type("fees_interest", "分12期手续费多少", periods=12)[0].text
    assert "12期：每期" in said and "6期：每期" not in said
    rates = chat("c-owing").type("fees_interest")
    assert chat("c-owing").type("fees_interest", "6期怎么还收手续费", periods=6) == rates
    assert "可分3、6、12期" in chat(None).type("fees_interest", "分12期手续费多少", periods=12)[0].text

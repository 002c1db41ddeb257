"""Instalments: the cost is disclosed before anybody agrees, and is what the plan then costs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from actions import words
from ledger import Ledger, facts, plans
from tests.actions import states, told
from tests.actions.chat import Chat
from tests.ledger.customer import Customer

Begin = Callable[[str | None], Chat]


@pytest.mark.parametrize("periods", [3, 6, 12])
def test_the_cost_shown_is_the_cost_of_the_plan_made(chat: Begin, ledger: Ledger, periods: int) -> None:
    shown = chat("c-owing").type("make_instalment")[0].text
    account = facts.account_facts(ledger, "c-owing")
    assert account.bill is not None
    plan_id = plans.instal_bill(ledger, "c-owing", bill_id=account.bill.id, periods=periods, key="k")
    made = next(each for each in facts.account_facts(ledger, "c-owing").plans if each.id == plan_id)
    each = f"每期{words.money(made.principal_per_period_fen)}＋手续费{words.money(made.fee_per_period_fen)}"
    whole, annual = words.money(made.remaining_fee_fen), words.percent(made.apr_simple)
    assert f"{periods}期：{each}（共{whole}），年化（单利）{annual}" in shown
    assert f"可分期{words.money(made.principal_fen)}" in shown
    whole_bill = sum(item.amount_fen for item in account.bill.items if item.kind == "purchase")
    assert made.principal_fen == whole_bill and "不能只分其中一笔" in shown


def test_until_when_and_where(chat: Begin, ledger: Ledger) -> None:
    bill = facts.account_facts(ledger, "c-owing").bill
    assert bill is not None
    text = chat("c-owing").type("make_instalment")[1].text
    assert text.startswith(f"{told.day(ledger, bill.due_on)} {ledger.terms.bill_window_until:%H:%M}前")
    assert ledger.terms.bill_path in text and words.money(ledger.terms.min_instalment_fen) in text


def test_a_visitor_hears_the_periods_and_the_annual_rates(chat: Begin, ledger: Ledger) -> None:
    said = chat(None).type("make_instalment")
    assert "可分3、6、12期" in said[0].text and said[0].card == {"type": "login"}
    assert words.percent(ledger.terms.apr_simple(ledger.terms.fee_rate["bill"], 12)) in said[1].text


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ("after_the_instalment_window", "已过办理时间（6日22:00前）"),
        ("fee_free_plan", "都是分期和费用"),
        ("tiny_bill", "不到¥10.00"),
        ("unbilled", "没有待还账单"),
        ("overdue", "逾期的账单不能分期"),
    ],
)
def test_why_it_is_not_offered(tmp_path: Path, state: str, why: str) -> None:
    world = states.make(tmp_path)
    states.STATES[state](world)
    assert why in world.chat().type("make_instalment", "为什么不能分期")[0].text


def test_a_frozen_account_hears_that_it_is_frozen(chat: Begin) -> None:
    assert "暂停使用" in chat("c-risk").type("make_instalment")[0].text


def test_running_plans_with_what_is_left(chat: Begin, ledger: Ledger) -> None:
    said = chat("c-owing").type("manage_instalment")
    account = facts.account_facts(ledger, "c-owing")
    assert f"您有{len(account.plans)}个" in said[0].text and len(account.plans) == 2
    for plan in account.plans:
        assert f"剩余本金{words.money(plan.remaining_principal_fen)}" in said[0].text
        assert f"已出{plan.billed_periods}/{plan.periods}期" in said[0].text
    due = min(plan.next_due_on for plan in account.plans if plan.next_due_on)
    assert f"{told.day(ledger, due)}还下一期" in said[0].text
    assert "prepay_all" in [each["intent"] for each in said[0].buttons]


def test_of_many_plans_those_that_fit_and_what_is_left_of_all(tmp_path: Path) -> None:
    world = states.make(tmp_path)
    for amount_fen in (100_000, 200_000, 300_000):
        world.customer.buy(amount_fen, periods=6)
    said = world.chat().type("manage_instalment")[0]
    assert said.response == "utter_plans_and_more" and said.text.endswith("（共3个）。")
    assert "您有3个分期，剩余本金共¥6,000.00，" in said.text


@pytest.mark.parametrize("text", ["咖啡壶买的时候没分，现在能分期吗", "那个手冲咖啡壶能单独分期吗"])
def test_what_is_not_billed_yet_can_be_had_in_periods_with_its_bill(chat: Begin, text: str) -> None:
    (said,) = chat("c-overlimit").type("make_instalment", text)
    assert said.response == "utter_instalment_unbilled"
    assert "¥465.00" in said.text and "不能单独分期" in said.text


@pytest.mark.parametrize("text", ["人体工学椅能单独分期吗", "买咖啡机能分期吗", "这个月账单能分期吗"])
def test_what_is_on_the_bill_or_yet_to_be_bought_has_the_bills_offers(chat: Begin, text: str) -> None:
    said = chat("c-overlimit").type("make_instalment", text)[0]
    assert said.response == "utter_instalment_offers" and "不能只分其中一笔" in said.text


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_late_period_is_said_to_be_late_and_not_to_come(tmp_path: Path, count: int) -> None:
    world = states.make(tmp_path)
    for number in range(count):
        world.customer.buy(120_000, periods=6, merchant="远山数码", item=f"相机{number}")
    world.at("2026-10-07")
    late = "10月6日的已逾期，11月6日还下一期"
    assert late in world.chat().type("manage_instalment")[0].text
    if count == 1:
        assert late in world.chat().type("query_bill", "相机0还剩几期")[0].text
    world.at("2026-11-07")
    late = "10月6日起的已逾期，12月6日还下一期"
    assert late in world.chat().type("manage_instalment")[0].text


def test_no_plans(chat: Begin) -> None:
    assert "没有进行中的分期" in chat("c-clean").type("manage_instalment")[0].text


def test_the_number_of_periods_that_is_named_is_told_alone(chat: Begin) -> None:
    said = chat("c-owing").type("make_instalment", "分6期每期多少", periods=6)[0].text
    assert "6期：每期" in said and "12期：" not in said and "3期：" not in said


def test_a_number_of_periods_that_there_is_not(chat: Begin) -> None:
    said = chat("c-owing").type("make_instalment", "能分24期吗", periods=24)[0].text
    assert said.startswith("不能分24期，可分3、6、12期。") and said.count("期：每期") == 3


@pytest.mark.parametrize("customer", [None, "c-clean", "c-owing"])
def test_the_cost_of_a_price_is_the_cost_of_the_plan_bought(
    chat: Begin, ledger: Ledger, customer: str | None
) -> None:
    (said,) = chat(customer).type("make_instalment", "三千分12期", money=300_000, periods=12)
    bought = {"periods": 12, "merchant": "远山数码", "item": "相机"}
    order_no = Customer(ledger, "c-buyer").buy(300_000, **bought)
    (made,) = facts.account_facts(ledger, "c-buyer").plans
    each = f"每期{words.money(made.principal_per_period_fen)}＋手续费{words.money(made.fee_per_period_fen)}"
    whole, annual = words.money(made.remaining_fee_fen), words.percent(made.apr_simple)
    assert order_no and said.text.startswith("¥3,000.00办商品分期")
    assert f"12期：{each}（共{whole}），年化（单利）{annual}" in said.text


def test_a_price_in_periods_that_there_are_not_and_one_too_small(chat: Begin) -> None:
    said = chat("c-clean").type("make_instalment", "三千分24期", money=300_000, periods=24)[0].text
    assert said.startswith("不能分24期，可分3、6、12期。¥3,000.00办商品分期") and said.count("期：每期") == 3
    said = chat("c-clean").type("make_instalment", "八块钱分3期", money=800, periods=3)[0].text
    assert said.startswith("¥8.00不能分期，每笔¥10.00起")


def test_the_bills_own_amount_is_the_bill(chat: Begin, ledger: Ledger) -> None:
    bill = facts.account_facts(ledger, "c-owing").bill
    assert bill is not None
    whole = chat("c-owing").type("make_instalment")[0].text
    assert chat("c-owing").type("make_instalment", "分", money=bill.outstanding_fen)[0].text == whole


@pytest.mark.parametrize("customer", ["c-risk", "c-overdue", "c-unknown", "c-closed"])
def test_who_cannot_buy_hears_why_and_no_cost(chat: Begin, customer: str) -> None:
    whole = chat(customer).type("make_instalment")[0].text
    assert chat(customer).type("make_instalment", "三千分12期", money=300_000)[0].text == whole

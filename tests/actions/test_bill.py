"""Bills: figures, lines and dates are the ledger's and the terms'."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from actions import words
from ledger import Ledger, facts, freezes
from tests.actions import states, told
from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]


@pytest.mark.parametrize("customer", ["c-owing", "c-overlimit"])
def test_the_bill_its_due_day_and_everything_owed(chat: Begin, ledger: Ledger, customer: str) -> None:
    account = facts.account_facts(ledger, customer)
    bill = account.bill
    assert bill is not None
    said = chat(customer).type("query_bill")[0]
    assert said.text.startswith(f"{told.bill_name(ledger, bill)}还剩{words.money(bill.outstanding_fen)}，")
    assert f"，{told.day(ledger, bill.due_on)}到期" in said.text
    assert f"一共欠{words.money(account.debts.total_fen)}" in said.text
    assert [each["intent"] for each in said.buttons][:2] == ["offer_settle", "how_to_repay"]


def test_the_card_has_every_line_of_the_bill(chat: Begin, ledger: Ledger) -> None:
    bill = facts.account_facts(ledger, "c-owing").bill
    assert bill is not None
    said = chat("c-owing").type("query_bill")[0]
    assert said.card["type"] == "bill" and said.card["total"] == words.money(bill.total_fen)
    assert [each["amount"] for each in said.card["items"]] == [words.money(i.amount_fen) for i in bill.items]
    assert f"共{len(bill.items)}笔" in said.text
    assert not re.search(r"\d{4}-\d{2}", said.text)  # a plan's month is in words


def test_a_late_bill_with_its_days_and_penalty(chat: Begin, ledger: Ledger) -> None:
    account = facts.account_facts(ledger, "c-overdue")
    assert account.bill is not None and account.bill.days_overdue > 0
    said = chat("c-overdue").type("query_bill")[0]
    assert said.text.startswith(f"逾期{words.money(account.debts.overdue_fen)}")
    assert f"逾期违约金{words.money(account.debts.penalty_fen)}" in said.text
    assert f"逾期{account.bill.days_overdue}天" in said.text
    assert said.buttons[0]["title"] == "现在还清"


def test_a_bill_that_is_being_paid_offers_no_second_payment(chat: Begin, ledger: Ledger) -> None:
    account = facts.account_facts(ledger, "c-unknown")
    assert account.bill is not None and account.open_charge is not None
    said = chat("c-unknown").type("query_bill")[0]
    assert words.money(account.bill.outstanding_fen) in said.text
    assert words.money(account.open_charge.amount_fen) in said.text and "请不要重复付款" in said.text
    assert account.debts.total_fen != account.bill.outstanding_fen
    assert f"一共欠{words.money(account.debts.total_fen)}" in said.text
    assert [each["intent"] for each in said.buttons] == ["talk_to_human"]


@pytest.mark.parametrize(
    ("stands", "total"),
    [(states.paying_late, "¥1,206.00"), (states.paying_what_is_not_billed, "¥888.00")],
)
def test_all_that_is_owed_is_told_while_a_payment_is_being_checked(
    tmp_path: Path, stands: Callable[[states.World], None], total: str
) -> None:
    world = states.make(tmp_path)
    stands(world)
    (said,) = world.chat().type("query_bill", "一共欠多少")
    assert f"一共欠{total}。" in said.text and "请不要重复付款" in said.text


def test_nothing_owed_is_said(chat: Begin) -> None:
    assert "您没有欠款" in chat("c-clean").type("query_bill")[0].text


def test_what_is_not_billed_yet(tmp_path: Path) -> None:
    world = states.make(tmp_path)
    states.unbilled(world)
    said = world.chat().type("query_bill")[0]
    assert "一共欠¥888.00" in said.text and "10月1日出账，10月6日到期" in said.text
    assert said.card["total_fen"] == 88_800


def test_closed_says_when_and_which_bill_came_last(chat: Begin, ledger: Ledger) -> None:
    account = facts.account_facts(ledger, "c-closed")
    assert account.closed_at is not None
    text = chat("c-closed").type("query_bill")[0].text
    assert f"已于{told.moment(ledger, account.closed_at)}关闭" in text
    last = account.bills[0]
    assert f"最后一期{told.bill_name(ledger, last)}{words.money(last.total_fen)}已还清" in text


def test_dates_in_general_come_from_the_terms(chat: Begin, ledger: Ledger) -> None:
    text = chat(None).type("billing_dates")[0].text
    terms = ledger.terms
    assert f"每月{terms.bill_day}日出账、{terms.due_day}日到期" in text
    assert f"最长{terms.interest_free_days_max}天免息" in text


def test_own_dates_and_where_todays_purchase_falls(chat: Begin, ledger: Ledger) -> None:
    account = facts.account_facts(ledger, "c-clean")
    text = chat("c-clean").type("billing_dates")[0].text
    bill_on, due_on = told.day(ledger, account.next_bill_on), told.day(ledger, account.next_due_on)
    assert f"{bill_on}出账，{due_on}到期，今天买的也算这一期" in text


def test_dates_put_what_is_late_first_and_leave_out_no_bill(chat: Begin, ledger: Ledger) -> None:
    account = facts.account_facts(ledger, "c-overdue")
    due, late = account.bills[0], account.bill
    assert late is not None and late.state == "OVERDUE" and due.state == "OPEN"
    text = chat("c-overdue").type("billing_dates")[0].text
    assert text.startswith(f"逾期{words.money(account.debts.overdue_fen)}：")
    assert f"逾期{late.days_overdue}天" in text
    left, due_on = words.money(due.outstanding_fen), told.day(ledger, due.due_on)
    assert f"{told.bill_name(ledger, due)}还剩{left}，{due_on}到期" in text
    assert told.day(ledger, account.next_bill_on) in text


def test_dates_of_one_late_bill(tmp_path: Path) -> None:
    world = states.make(tmp_path)
    states.overdue(world)
    assert world.chat().type("billing_dates")[0].response == "utter_dates_overdue"


@pytest.mark.parametrize("customer", ["c-overdue", "c-risk", "c-bureau", "c-cured", "c-unknown"])
def test_who_cannot_buy_is_not_told_where_todays_purchase_falls(chat: Begin, customer: str) -> None:
    assert "今天买的" not in chat(customer).type("billing_dates")[0].text


def test_a_frozen_customer_hears_of_the_bill_that_is_due(tmp_path: Path) -> None:
    world = states.make(tmp_path)
    states.billed(world)
    freezes.place(world.ledger, world.customer.id, "risk", {}, key="freeze")
    text = world.chat().type("billing_dates")[0].text
    assert "10月6日到期，还剩¥1,200.00" in text and "今天买的" not in text


def test_the_days_cannot_be_moved_and_what_helps(chat: Begin, ledger: Ledger) -> None:
    bill = facts.account_facts(ledger, "c-owing").bill
    assert bill is not None
    said = chat("c-owing").type("change_due_date")[0]
    assert words.money(bill.outstanding_fen) in said.text and "固定" in said.text
    assert {"auto_debit", "minimum_payment"} <= {each["intent"] for each in said.buttons}
    assert "固定" in chat(None).type("change_due_date")[0].text
    assert "请今天还" in chat("c-overdue").type("change_due_date")[0].text


@pytest.mark.parametrize("intent", ["query_bill", "how_to_repay", "repayment_status"])
def test_what_a_bank_took_back_is_due_at_once_and_named_as_in_the_quote(tmp_path: Path, intent: str) -> None:
    world = states.make(tmp_path)
    states.taken_back(world)
    said = world.chat().type(intent)[0]
    assert said.text.startswith("¥1,200.00还款被银行撤回") and "请尽快还" in said.text
    assert said.text.endswith("一共欠¥1,500.00（截至10月4日）。")
    lines = {each["label"]: each["amount"] for each in said.card["lines"]}
    assert lines["被撤回的还款"] == "¥1,200.00" and lines["已出账待还"] == "¥0.00"
    assert sum(each["amount_fen"] for each in said.card["lines"]) == said.card["total_fen"]
    quoted = world.chat().type("prepay_all", enters="settle")[0].card["lines"]
    assert {each["label"]: each["amount"] for each in quoted} == {
        "被撤回的还款": "¥1,200.00",
        "未出账消费": "¥300.00",
    }


def test_where_nothing_else_is_owed_it_is_said_once(tmp_path: Path) -> None:
    world = states.make(tmp_path)
    states.taken_back_alone(world)
    text = world.chat().type("query_bill")[0].text
    assert text.count("¥1,200.00") == 1 and "截至10月4日没有其他欠款" in text


@pytest.mark.parametrize("words_", ["几点前要还", "账单哪天到期"])
def test_the_due_day_of_a_bill_that_is_being_paid_is_its_own(
    chat: Begin, ledger: Ledger, words_: str
) -> None:
    account = facts.account_facts(ledger, "c-unknown")
    assert account.bill is not None
    said = chat("c-unknown").type("billing_dates", words_)[0]
    assert said.text.startswith(
        f"{told.bill_name(ledger, account.bill)}{told.day(ledger, account.bill.due_on)}到期，"
    )
    assert words.money(account.bill.outstanding_fen) in said.text and "请不要重复付款" in said.text
    late = chat("c-unknown").type("overdue", "逾期了吗")[0]
    assert late.response == "utter_overdue_checking_not_yet" and "请不要重复付款" in late.text


@pytest.mark.parametrize(
    "later, dates, late",
    [
        (states.paying_late, "utter_dates_checking_overdue", "utter_overdue_checking"),
        (states.paying_late_and_due, "utter_dates_checking_overdue_and_due", "utter_overdue_checking"),
        (states.paying_what_is_not_billed, "utter_dates_checking", "utter_charge_being_checked"),
    ],
)
def test_of_what_is_late_and_being_paid_both_are_told(
    tmp_path: Path, later: Callable[[states.World], None], dates: str, late: str
) -> None:
    world = states.make(tmp_path)
    later(world)
    assert [each.response for each in world.chat().type("billing_dates")] == [dates]
    assert [each.response for each in world.chat().type("overdue", "逾期了吗")] == [late]


def test_what_is_late_of_two_bills_is_not_said_of_one(tmp_path: Path) -> None:
    world = states.make(tmp_path)
    states.billed(world)
    world.customer.buy(30_000, **states.SHOP)
    world.at("2026-10-16")
    assert "最早的" not in world.chat().type("overdue", "逾期了吗")[0].text
    world.at("2026-11-16")
    late = [each for each in world.customer.facts.bills if each.state == "OVERDUE"]
    assert len(late) > 1
    for intent in ("overdue", "query_bill", "make_instalment", "how_to_repay"):
        said = world.chat().type(intent)[0]
        assert "最早的" in said.text, said

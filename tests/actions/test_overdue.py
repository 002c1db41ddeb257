"""Late, or not able to pay: amounts first, one next step, and a person where one is needed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from actions import words
from ledger import Ledger, facts, tickets
from tests.actions import states, told
from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]


def test_late_says_how_much_since_when_and_what_it_costs(chat: Begin, ledger: Ledger) -> None:
    account = facts.account_facts(ledger, "c-overdue")
    assert account.bill is not None
    said = chat("c-overdue").type("overdue")[0]
    assert said.text.startswith(f"逾期{words.money(account.debts.overdue_fen)}")
    assert f"（含逾期违约金{words.money(account.debts.penalty_fen)}）" in said.text
    assert f"已{account.bill.days_overdue}天" in said.text
    assert f"每日{words.percent(ledger.terms.penalty_rate)}，年化（单利）18.25%" in said.text
    assert [each["intent"] for each in said.buttons[:2]] == ["offer_settle", "request_extension"]


def test_what_a_day_costs_is_an_amount_and_is_what_the_next_day_adds(tmp_path: Path) -> None:
    world = states.make(tmp_path)
    states.overdue(world)
    before = facts.account_facts(world.ledger, world.customer.id).debts
    said = world.chat().type("overdue", "违约金一天多少钱")[0]
    assert said.response == "utter_overdue_a_day" and words.money(before.penalty_a_day_fen) in said.text
    assert words.money(before.penalty_fen) in said.text and words.money(before.overdue_fen) in said.text
    world.at("2026-10-17")
    after = facts.account_facts(world.ledger, world.customer.id).debts
    assert after.penalty_fen - before.penalty_fen == before.penalty_a_day_fen == 60  # ¥1,200.00 × 0.05 %


def test_the_day_of_a_part_payment_costs_less(tmp_path: Path) -> None:
    world = states.make(tmp_path)
    states.overdue(world)
    world.customer.repay(60_600)  # the penalty of ten days and half of the principal
    assert facts.account_facts(world.ledger, world.customer.id).debts.penalty_a_day_fen == 30


@pytest.mark.parametrize("state", [states.minimum_met, states.repayment_unknown, states.billed])
def test_nothing_grows_where_nothing_is_late(tmp_path: Path, state: Callable[[states.World], None]) -> None:
    world = states.make(tmp_path)
    state(world)
    assert facts.account_facts(world.ledger, world.customer.id).debts.penalty_a_day_fen == 0


def test_not_late_says_until_when(chat: Begin, ledger: Ledger) -> None:
    bill = facts.account_facts(ledger, "c-owing").bill
    assert bill is not None
    text = chat("c-owing").type("overdue", "晚一天会怎样")[0].text
    assert text.startswith("您没有逾期")
    assert f"{told.day(ledger, bill.due_on)}当天结束前还够{words.money(bill.minimum_fen)}" in text


@pytest.mark.parametrize("customer", ["c-clean", "c-cured"])
def test_nothing_late(chat: Begin, customer: str) -> None:
    assert "您没有逾期" in chat(customer).type("overdue")[0].text


def test_who_cannot_pay_hears_what_is_possible_and_is_registered_by_the_button(
    chat: Begin, ledger: Ledger
) -> None:
    account = facts.account_facts(ledger, "c-owing")
    assert account.bill is not None
    talk = chat("c-owing")
    possible = talk.type("request_extension", "这个月还不上了，能晚几天吗")
    assert f"先还最低{words.money(account.bill.minimum_fen)}就不算逾期" in possible[0].text
    assert [each["title"] for each in possible[0].buttons] == [
        "最低还款", "账单分期", "登记还款困难", "人工客服",
    ]  # fmt: skip
    assert tickets.active_for(ledger, "web-c-owing") is None
    said = talk.press(possible, "登记还款困难")[0]
    ticket = tickets.active_for(ledger, "web-c-owing")
    assert ticket is not None and ticket.kind == "hardship" and ticket.number in said.text
    assert f"先还最低{words.money(account.bill.minimum_fen)}" in said.text
    assert ticket.packet["customer_id"] == "c-owing"
    assert ticket.packet["balances"]["owed_fen"] == account.debts.total_fen
    assert told.moment(ledger, ticket.promised_by) in said.text and "以评估为准" in said.text


def test_hardship_of_somebody_late(chat: Begin, ledger: Ledger) -> None:
    talk = chat("c-overdue")
    said = talk.type("request_extension")
    owed = words.money(facts.account_facts(ledger, "c-overdue").debts.overdue_fen)
    assert said[0].text.startswith(f"逾期{owed}") and "不能分期" in said[0].text
    filed = talk.press(said, "登记还款困难")[0]
    assert filed.text.startswith(f"逾期{owed}") and filed.card["type"] == "ticket"


@pytest.mark.parametrize("text", ["帮我登记还款困难", "我要申请延期", "我想协商还款", "给我延到月底"])
def test_asked_for_in_words_it_is_registered_once(chat: Begin, ledger: Ledger, text: str) -> None:
    talk = chat("c-owing")
    assert talk.type("request_extension", text)[0].response == "utter_hardship_bill"
    assert talk.type("request_extension", "真的还不上")[0].response == "utter_hardship_bill"
    assert len(tickets.list_tickets(ledger)) == 1


@pytest.mark.parametrize(
    "text", ["没钱还不了", "能不能申请延期", "怎么协商还款", "想晚几天还行吗", "这个月呢"]
)
def test_words_that_ask_for_no_registering_register_nobody(chat: Begin, ledger: Ledger, text: str) -> None:
    talk = chat("c-owing")
    assert talk.type("request_extension", text)[0].response == "utter_extension_instalment"
    assert talk.type("request_extension", "真的没钱")[0].response == "utter_extension_again"
    assert tickets.list_tickets(ledger) == []


@pytest.mark.parametrize("customer", [None, "c-clean", "c-unknown", "c-closed"])
def test_no_ticket_where_there_is_nothing_to_defer(chat: Begin, ledger: Ledger, customer: str | None) -> None:
    chat(customer).type("request_extension", "帮我登记还款困难")
    chat(customer).type("register_hardship")
    assert tickets.list_tickets(ledger) == []


@pytest.mark.parametrize(
    ("state", "response"),
    [(states.unbilled, "utter_extension_next"), (states.minimum_met, "utter_extension_met")],
)
def test_hardship_with_nothing_due(
    tmp_path: Path, state: Callable[[states.World], None], response: str
) -> None:
    world = states.make(tmp_path)
    state(world)
    talk = world.chat()
    said = talk.type("request_extension")
    assert [each.response for each in said] == [response]
    assert talk.press(said, "登记还款困难")[0].card["type"] == "ticket"


def test_after_the_due_time_no_instalment_is_offered(tmp_path: Path) -> None:
    world = states.make(tmp_path)
    states.billed(world)
    assert world.chat().type("request_extension")[0].response == "utter_extension_instalment"
    world.at("2026-10-06", "22:30")
    assert world.chat().type("request_extension")[0].response == "utter_extension_bill"


@pytest.mark.parametrize("text", ["会起诉我吗", "逾期会不会坐牢", "律师函是你们发的吗"])
def test_of_courts_nothing_is_promised_either_way(chat: Begin, ledger: Ledger, text: str) -> None:
    late = facts.account_facts(ledger, "c-overdue").debts.overdue_fen
    said = chat("c-overdue").type("overdue", text)[0]
    assert said.text.startswith(f"逾期{words.money(late)}") and "会不会走法律程序我没法答复" in said.text
    assert said.buttons[0]["intent"] == "request_extension"
    assert chat("c-overdue").type("overdue", "逾期怎么算的")[0].response == "utter_overdue_late"


@pytest.mark.parametrize("text", ["能不能把违约金减免掉", "罚息可以免吗", "可不可以少收点滞纳金"])
def test_a_wish_to_be_spared_the_penalty_gets_a_plain_no_and_a_way(chat: Begin, text: str) -> None:
    said = chat("c-overdue").type("overdue", text)[0]
    assert "我这里不能减免" in said.text
    assert [each["intent"] for each in said.buttons] == ["offer_settle", "request_extension", "talk_to_human"]
    for other in ("违约金怎么算", "什么时候还能避免违约金", "以免产生违约金该哪天还"):
        assert chat("c-overdue").type("overdue", other)[0].response == "utter_overdue_late"


@pytest.mark.parametrize(
    ("intent", "words"),
    [
        ("overdue", "会不会打给我公司"),
        ("overdue", "会不会爆我通讯录"),
        ("talk_to_human", "你们会不会打电话给我家人"),
    ],
)
def test_of_calls_to_others_it_says_what_is_not_allowed_and_where_to_complain(
    chat: Begin, intent: str, words: str
) -> None:
    late = chat("c-overdue").type(intent, words)[0]
    assert late.text.startswith("催收不得打扰家人") and late.buttons[0]["title"] == "被催收打扰，要投诉"
    assert chat("c-clean").type(intent, words)[0].response == "utter_overdue_none"
    assert chat("c-overdue").type("talk_to_human", "你们公司电话多少")[0].response == "utter_hotline"

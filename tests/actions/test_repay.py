"""Repaying: what is due, how little is enough, what became of the last payment, and automatic debit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from actions import rules, words
from actions.repay import TWICE
from ledger import Ledger, dump, facts, tickets
from ledger.gateway.simulated import SimulatedGateway
from tests.actions import states, told
from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]


def test_how_to_repay_names_the_bill_its_due_day_and_the_way(chat: Begin, ledger: Ledger) -> None:
    bill = facts.account_facts(ledger, "c-owing").bill
    assert bill is not None
    said = chat("c-owing").type("how_to_repay")[0]
    assert said.text.startswith(f"{told.bill_name(ledger, bill)}还剩{words.money(bill.outstanding_fen)}")
    assert told.day(ledger, bill.due_on) in said.text and ledger.terms.repay_path in said.text
    assert [each["intent"] for each in said.buttons] == ["minimum_payment", "offer_settle"]


def test_how_to_repay_puts_what_is_late_first(chat: Begin, ledger: Ledger) -> None:
    debts = facts.account_facts(ledger, "c-overdue").debts
    said = chat("c-overdue").type("how_to_repay")[0]
    assert said.text.startswith(
        f"逾期{words.money(debts.overdue_fen)}（含逾期违约金{words.money(debts.penalty_fen)}）"
    )
    assert said.buttons[0]["intent"] == "offer_settle"


@pytest.mark.parametrize("intent", ["how_to_repay", "minimum_payment", "repayment_status", "auto_debit"])
def test_while_a_payment_is_checked_nobody_is_told_to_pay(chat: Begin, ledger: Ledger, intent: str) -> None:
    charge = facts.account_facts(ledger, "c-unknown").open_charge
    assert charge is not None
    said = chat("c-unknown").type(intent)[0]
    assert "请不要重复付款" in said.text and words.money(charge.amount_fen) in said.text
    assert charge.number in said.text and said.card["state"] == "checking"
    assert [each["intent"] for each in said.buttons] == ["talk_to_human"]


@pytest.mark.parametrize("intent", ["how_to_repay", "minimum_payment", "repayment_status", "auto_debit"])
def test_a_visitor_hears_the_rule_and_can_log_in(chat: Begin, ledger: Ledger, intent: str) -> None:
    said = chat(None).type(intent)[0]
    assert said.card == {"type": "login"} and said.buttons[0]["intent"] == "login"
    assert "¥" not in said.text


@pytest.mark.parametrize("intent", ["how_to_repay", "minimum_payment", "auto_debit"])
def test_a_closed_account_has_nothing_to_repay(chat: Begin, ledger: Ledger, intent: str) -> None:
    closed_at = facts.account_facts(ledger, "c-closed").closed_at
    assert closed_at is not None
    text = chat("c-closed").type(intent)[0].text
    assert f"已于{told.moment(ledger, closed_at)}关闭" in text and "不用还款" in text


def test_a_closed_account_still_knows_its_last_payment(chat: Begin, ledger: Ledger) -> None:
    last = facts.account_facts(ledger, "c-closed").last_repayment
    assert last is not None
    text = chat("c-closed").type("repayment_status")[0].text
    assert words.money(last.amount_fen) in text and last.number in text and "没有欠款" in text


def test_the_minimum_is_the_bills_and_its_cost_the_terms(chat: Begin, ledger: Ledger) -> None:
    bill = facts.account_facts(ledger, "c-owing").bill
    assert bill is not None and 0 < bill.minimum_fen < bill.outstanding_fen
    text = chat("c-owing").type("minimum_payment")[0].text
    assert f"最低还款{words.money(bill.minimum_fen)}（共{words.money(bill.outstanding_fen)}）" in text
    assert f"每日{words.percent(ledger.terms.daily_rate)}，年化（单利）18.25%" in text


def test_the_minimum_of_a_bill_after_a_late_one_contains_what_is_late(chat: Begin, ledger: Ledger) -> None:
    account = facts.account_facts(ledger, "c-overdue")
    due = account.bills[0]
    assert due.minimum_fen > due.outstanding_fen
    text = chat("c-overdue").type("minimum_payment")[0].text
    assert text.startswith(f"不能只还最低：逾期{words.money(account.debts.overdue_fen)}")
    on, least = told.day(ledger, due.due_on), words.money(due.minimum_fen)
    assert f"{words.money(due.outstanding_fen)}，{on}前最低还{least}" in text
    assert f"其中含逾期的{words.money(account.debts.overdue_fen)}" in text


def test_a_minimum_that_was_paid_is_not_asked_again(tmp_path: Path) -> None:
    world = states.make(tmp_path)
    states.partly_repaid(world)
    said = world.chat().type("minimum_payment")[0]
    assert "已还够最低还款" in said.text and "还剩¥700.00" in said.text


def test_a_bill_carried_over_shows_its_interest(tmp_path: Path) -> None:
    """1,080.00 left after the minimum, three days after the due day: 1,080.00 × 0.05 % × 3 = 1.62."""
    world = states.make(tmp_path)
    states.minimum_met(world)
    assert "不算逾期，另有利息¥1.62" in world.chat().type("how_to_repay")[0].text


def test_the_last_payment_is_told_with_what_is_still_due(chat: Begin, ledger: Ledger) -> None:
    account = facts.account_facts(ledger, "c-owing")
    last, bill = account.last_repayment, account.bill
    assert last is not None and bill is not None
    text = chat("c-owing").type("repayment_status", "扣了钱账单还在")[0].text
    assert (
        f"{words.money(last.amount_fen)}，{told.moment(ledger, last.at)}已到账" in text
        and last.number in text
    )
    assert f"账单还剩{words.money(bill.outstanding_fen)}，所以还显示待还" in text


def test_a_declined_payment_took_nothing(tmp_path: Path) -> None:
    world = states.make(tmp_path)
    states.repayment_declined(world)
    said = world.chat().type("repayment_status")[0]
    assert said.text.startswith("没有扣款：") and "¥1,200.00还款没有成功" in said.text


def test_a_payment_without_an_answer_is_being_checked(tmp_path: Path) -> None:
    world = states.make(tmp_path)
    states.repayment_unknown(world)
    assert "正在核实" in world.chat().type("repayment_status")[0].text


@pytest.mark.parametrize("text", ["还了两次", "月付扣了我2次钱", "重复扣款了", "多扣了一笔", "怎么又扣我钱"])
def test_money_taken_twice_becomes_a_dispute_ticket(chat: Begin, ledger: Ledger, text: str) -> None:
    said = chat("c-owing").type("repayment_status", text)[1]
    ticket = tickets.active_for(ledger, "web-c-owing")
    assert ticket is not None and ticket.kind == "dispute" and ticket.number in said.text
    assert ticket.packet["asked"] == text and ticket.packet["balances"]["owed_fen"] > 0


@pytest.mark.parametrize("customer", ["c-owing", "c-unknown", "c-closed"])
def test_before_the_ticket_the_last_payments_as_the_ledger_has_them(
    chat: Begin, ledger: Ledger, customer: str
) -> None:
    payments = facts.account_facts(ledger, customer).repayments
    said = chat(customer).type("repayment_status", "扣了我两次钱")
    assert [each.response for each in said] == ["utter_dispute_payments", "utter_dispute_filed"]
    states = {"SUCCEEDED": "已到账", "UNKNOWN": "正在核实"}
    lines = said[0].text.splitlines()[1:]
    assert len(lines) == len(payments) > 0
    for line, paid in zip(lines, payments, strict=True):
        assert line.startswith(f"{told.moment(ledger, paid.at)}，{words.money(paid.amount_fen)}，")
        assert states[paid.state] in line


def test_without_payments_the_ticket_is_filed_all_the_same(chat: Begin, ledger: Ledger) -> None:
    said = chat("c-overlimit").type("repayment_status", "扣了我两次钱")
    assert [each.response for each in said] == ["utter_dispute_no_payments", "utter_dispute_filed"]


@pytest.mark.parametrize("text", ["还款成功了吗", "扣款失败怎么办", "我昨天还的钱到账没有", "自动扣款没扣"])
def test_other_questions_on_a_payment_file_nothing(text: str) -> None:
    assert not TWICE.search(text)


def test_automatic_debit_says_when_how_much_and_from_where(chat: Begin, ledger: Ledger) -> None:
    account = facts.account_facts(ledger, "c-owing")
    assert account.bill is not None and account.auto_debit
    text = chat("c-owing").type("auto_debit")[0].text
    times = rules.debit_times(ledger.terms)
    assert text.startswith(f"会在{told.day(ledger, account.bill.due_on)}{times}")
    assert words.money(account.bill.outstanding_fen) in text and account.card_last4 in text
    assert ledger.terms.auto_debit_path in text


def test_automatic_debit_that_is_off_says_so(tmp_path: Path) -> None:
    world = states.make(tmp_path)
    states.billed(world)
    text = world.chat().type("auto_debit")[0].text
    assert text.startswith("自动还款没有开，不会自动扣。请在10月6日当天结束前自己还")
    world.at("2026-10-09")
    assert world.chat().type("auto_debit")[0].text.startswith("自动还款没有开，9月账单在10月6日没有自动扣")


@pytest.mark.parametrize(
    ("state", "start", "words"),
    [
        (states.debit_declined_once, "今天08:00试扣过，没扣成", "17:00、20:00会再从尾号6688试扣¥1,200.00"),
        (states.debit_declined, "今天的自动还款都试过，没扣成", "请在今天结束前自己还"),
        (states.debit_missed, "下个还款日前不会再自动扣，请自己还", "9月账单在10月6日没有还清"),
    ],
)
def test_what_automatic_debit_did_and_does_next(
    tmp_path: Path, state: Callable[[states.World], None], start: str, words: str
) -> None:
    world = states.make(tmp_path)
    state(world)
    text = world.chat().type("auto_debit")[0].text
    assert text.startswith(start) and words in text


def test_a_declined_payment_has_its_reason(chat: Begin, ledger: Ledger) -> None:
    decline(ledger, "c-overdue")
    overdue = chat("c-overdue")
    overdue.press(overdue.type("prepay_all", enters="settle"), "确认结清", strong=True)
    account = facts.account_facts(ledger, "c-overdue")
    last = account.last_repayment
    assert last is not None and last.state == "FAILED" and last.reason
    text = overdue.type("repayment_status", "怎么没有扣成")[0].text
    assert f"{told.moment(ledger, last.at)}的{words.money(last.amount_fen)}还款没有成功" in text
    assert f"原因是{words.decline_reason(last.reason)}" in text
    assert f"一共欠{words.money(account.debts.total_fen)}" in text


def test_a_payment_that_came_has_no_reason(ledger: Ledger) -> None:
    last = facts.account_facts(ledger, "c-owing").last_repayment
    assert last is not None and last.reason == ""


def test_while_a_refund_is_under_way_what_has_not_arrived_is_the_refund(chat: Begin, ledger: Ledger) -> None:
    refund = facts.account_facts(ledger, "c-refunding").refunds[0]
    refunding = chat("c-refunding")
    for text in ("怎么还没到账", "啥时候能到账呀", "我没收到钱"):
        said = refunding.type("repayment_status", text)[0].text
        assert said.startswith(f"{words.money(refund.amount_fen)}退款正在处理"), text
    for text in ("我还的钱到账了吗", "扣了款怎么没到账", "付的钱到账没"):
        assert "最近一笔还款" in refunding.type("repayment_status", text)[0].text, text


def test_without_a_refund_it_is_the_payment(chat: Begin) -> None:
    assert "最近一笔还款" in chat("c-clean").type("repayment_status", "怎么还没到账")[0].text


def decline(ledger: Ledger, customer: str) -> None:
    assert isinstance(ledger.gateway, SimulatedGateway)
    ledger.gateway.set_mode("decline", customer)


@pytest.mark.parametrize("text", ["不会扣我两次吧", "会不会重复扣款", "我怕再点一次就扣两遍"])
def test_money_that_might_be_taken_twice_is_no_dispute(chat: Begin, ledger: Ledger, text: str) -> None:
    before = len(dump.account_json(ledger, "c-owing")["tickets"])
    chat("c-owing").type("repayment_status", text)
    assert len(dump.account_json(ledger, "c-owing")["tickets"]) == before


@pytest.mark.parametrize("text", ["特别生气，扣了我两次钱", "别人只扣一次，我扣了两次", "扣了两遍，怕还会扣"])
def test_money_that_was_taken_twice_is_one_though_more_is_feared(
    chat: Begin, ledger: Ledger, text: str
) -> None:
    chat("c-owing").type("repayment_status", text)
    assert dump.account_json(ledger, "c-owing")["tickets"][-1]["kind"] == "dispute"


PARTS = [
    # What stands, what is paid of it, how the answer begins, what else is in it.
    (states.billed, 50_000, "可以先还¥500.00，9月账单还剩¥700.00", "10月6日前还够这些就不算逾期"),
    (states.billed, 5_000, "可以先还¥50.00，但不够最低还款", "再还¥70.00才不算逾期，9月账单还剩¥1,150.00"),
    (states.minimum_met, 30_000, "可以先还¥300.00，9月账单还剩¥780.00", "继续计利息"),
]


@pytest.mark.parametrize(("stands", "fen", "begins", "names"), PARTS)
def test_what_paying_a_part_would_leave(
    tmp_path: Path, stands: Callable[[states.World], None], fen: int, begins: str, names: str
) -> None:
    world = states.make(tmp_path)
    stands(world)
    (said,) = world.chat().type("how_to_repay", "先还这么多行吗", money=fen)
    assert said.text.startswith(begins) and names in said.text
    assert said.buttons and world.ledger.terms.repay_path in said.text


def test_a_part_of_what_is_late_is_taken_off_that_first(chat: Begin, ledger: Ledger) -> None:
    late_fen = facts.account_facts(ledger, "c-overdue").debts.overdue_fen
    (said,) = chat("c-overdue").type("how_to_repay", "先还一百", money=10_000)
    assert said.text.startswith("可以先还¥100.00，先抵逾期，还剩" + words.money(late_fen - 10_000))


@pytest.mark.parametrize("fen", [120_000, 500_000])
def test_paying_the_bill_or_more_is_no_part(tmp_path: Path, fen: int) -> None:
    world = states.make(tmp_path)
    states.billed(world)
    whole = world.chat().type("how_to_repay", "怎么还")
    assert world.chat().type("how_to_repay", "我还这么多", money=fen)[0].text == whole[0].text


def test_the_payment_of_the_amount_that_is_named(tmp_path: Path) -> None:
    world = states.make(tmp_path)
    states.billed(world)
    for fen in (20_000, 30_000):
        world.customer.repay(fen)
    chat = world.chat()
    assert "还款¥200.00" in chat.type("repayment_status", "那笔200的呢", money=20_000)[0].text
    assert "还款¥300.00" in chat.type("repayment_status", "那笔70的呢", money=7_000)[0].text

"""What a bank took back: owed at once, whatever is asked, and what was settled by it is no proof any more."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger import facts, refunds
from tests.actions import states
from tests.actions.chat import Chat
from tests.actions.states import World

Begin = Callable[[str | None], Chat]
AMOUNT = "¥1,200.00"
LONGEST, NOTICE = 120, "我是月付AI助手，找真人请说“人工”。\n"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return states.make(tmp_path)


@pytest.mark.parametrize("text", ["开个结清证明", "给我结清凭证", "凭证号是多少"])
def test_a_settlement_that_was_undone_is_no_proof(world: World, text: str) -> None:
    states.settled_taken_back(world)
    settled = world.customer.facts.last_settled
    assert settled is not None
    (said,) = world.chat().type("account_info", text)
    assert said.response == "utter_receipt_taken_back"
    assert f"结清凭证号{settled.receipt}已经不能证明结清" in said.text and f"现在欠{AMOUNT}" in said.text
    assert said.card["type"] == "debts", "the receipt is not shown once more"


def test_what_is_bought_afterwards_leaves_the_number_worthless(world: World) -> None:
    states.taken_back_beside_a_bill(world)
    (said,) = world.chat().type("account_info", "结清证明怎么开")
    assert said.response == "utter_receipt_taken_back" and "现在欠¥1,500.00" in said.text


def test_once_it_is_paid_again_the_old_number_is_not_told(world: World) -> None:
    states.settled_taken_back(world)
    settled = world.customer.facts.last_settled
    assert settled is not None
    world.customer.repay(120_000)
    said = world.chat().type("account_info", "凭证号是多少")[0]
    assert said.response == "utter_receipt_repaid" and settled.receipt not in said.text


def test_what_a_refund_made_up_for_leaves_no_proof_of_the_payment(world: World) -> None:
    states.settled_taken_back(world)
    refunds.request(world.ledger, order_no="c-1-1", amount_fen=120_000, key="ask")
    refunds.complete(world.ledger, order_no="c-1-1", key="done")
    settled = world.customer.facts.last_settled
    assert settled is not None and not world.customer.facts.debts.total_fen
    said = world.chat().type("account_info", "凭证号是多少")[0]
    assert "到账后被银行撤回" in said.text and settled.receipt not in said.text


def test_another_repayment_taken_back_leaves_the_settlement_a_proof(world: World) -> None:
    states.taken_back_alone(world)
    world.gateway.set_mode("succeed")
    settled = world.customer.confirm(world.customer.quote())
    (said,) = world.chat().type("account_info", "凭证号是多少")
    assert said.response == "utter_receipt_settled" and settled.receipt in said.text
    world.customer.buy(30_000, **states.SHOP)
    (said,) = world.chat().type("account_info", "凭证号是多少")
    assert said.response == "utter_receipt_settled_owing" and settled.receipt in said.text


def test_the_payment_itself_is_said_to_have_been_taken_back(world: World) -> None:
    states.settled_taken_back(world)
    said = world.chat().type("repayment_status", "扣了我两次钱")[0]
    assert f"{AMOUNT}，到账后被银行撤回" in said.text


ASKED = [
    ("overdue", "utter_overdue_taken_back", "没有逾期的账单，但"),
    ("minimum_payment", "utter_minimum_taken_back", "没有最低还款"),
    ("auto_debit", "utter_debit_taken_back", "不会自动扣"),
    ("make_instalment", "utter_instalment_taken_back", "不能分期"),
    ("request_extension", "utter_extension_taken_back", "不能推迟"),
    ("register_hardship", "utter_hardship_taken_back", "已帮您登记"),
    ("how_to_repay", "utter_repay_taken_back", "立即还款"),
    ("query_bill", "utter_taken_back", "不等出账"),
]


@pytest.mark.parametrize(("intent", "response", "word"), ASKED)
def test_every_answer_on_debts_names_it(world: World, intent: str, response: str, word: str) -> None:
    states.settled_taken_back(world)
    (said,) = world.chat().type(intent)
    assert said.response == response and word in said.text and AMOUNT in said.text


@pytest.mark.parametrize(
    "intent", ["overdue", "minimum_payment", "request_extension", "how_to_repay", "billing_dates"]
)
def test_beside_a_bill_it_is_told_as_well(world: World, intent: str) -> None:
    states.taken_back_beside_a_bill(world)
    first, second = world.chat().type(intent)
    assert "10月账单" in first.text
    assert second.response == "utter_taken_back_and_more" and AMOUNT in second.text


def test_it_is_due_before_any_bill_to_come(world: World) -> None:
    states.settled_taken_back(world)
    first, second = world.chat().type("billing_dates", "哪天要还")
    assert first.response == "utter_taken_back" and second.response == "utter_dates"


def test_an_open_decision_is_shown_in_its_place(world: World) -> None:
    states.taken_back_beside_a_bill(world)
    talk = world.chat()
    talk.type("prepay_all", enters="settle")
    assert [each.response for each in talk.type("overdue")] == ["utter_overdue_not_yet", "utter_quote_after"]


def test_the_figures_of_the_limit_add_up(world: World) -> None:
    states.settled_taken_back(world)
    (said,) = world.chat().type("query_limit")
    total, used, taken, available = 2_000_000, 0, 120_000, 1_880_000
    assert available == total - used - taken == world.customer.facts.limit.available_fen
    assert "可用额度¥18,800.00，总额度¥20,000.00，已用¥0.00，被撤回的还款占用¥1,200.00。" in said.text
    (said,) = world.chat().type("limit_change", "额度怎么少了")
    assert said.response == "utter_limit_change_taken_back" and f"被撤回的还款占用{AMOUNT}" in said.text
    assert "没有占用" not in said.text and "已到账" not in said.text


def test_an_order_under_way_beside_it_adds_up_too(world: World) -> None:
    states.settled_taken_back(world)
    world.customer.hold(45_000)
    for intent in ("query_limit", "limit_change"):
        (said,) = world.chat().type(intent)
        assert f"被撤回的还款占用{AMOUNT}" in said.text and "未完成订单占用¥450.00" in said.text
        assert "¥18,350.00" in said.text and len(said.text) <= LONGEST - len(NOTICE)


def test_a_limit_that_it_uses_up_says_so(tmp_path: Path) -> None:
    world = states.make(tmp_path, limit_fen=120_000)
    states.settled_taken_back(world)
    (said,) = world.chat().type("why_unusable")
    assert said.response == "utter_unusable_used_up"
    assert f"已用¥0.00，被撤回的还款占用{AMOUNT}" in said.text
    assert {"label": "被银行撤回的还款", "value": AMOUNT} in said.card["evidence"]


@pytest.mark.parametrize("text", ["我结清了吗", "是不是都还清了", "还完没有"])
def test_whether_all_is_paid_is_not_answered_by_whether_it_may_be(world: World, text: str) -> None:
    states.settled_taken_back(world)
    assert world.chat().type("prepay_all", text)[0].response == "utter_taken_back"


def test_whoever_owes_hears_that_it_is_not_settled(chat: Begin) -> None:
    (said,) = chat("c-owing").type("prepay_all", "我结清了吗")
    assert said.text.startswith("还没有全部结清：现在一共欠¥")
    assert chat("c-owing").type("prepay_all", "能一次结清吗")[0].response == "utter_settle_cost"


@pytest.mark.parametrize("text", ["不是我撤回的", "我没撤回啊", "谁撤回的？", "撤回那笔不是我弄的"])
def test_who_denies_it_gets_a_person_and_no_report_of_fraud(world: World, text: str) -> None:
    states.settled_taken_back(world)
    (said,) = world.chat().type("report_unauthorised", text)
    assert said.response == "utter_person_asked" and "密码" not in said.text
    assert not world.customer.facts.freezes


def test_without_such_a_debt_the_words_mean_what_they_mean(chat: Begin) -> None:
    assert chat("c-owing").type("report_unauthorised", "不是我撤回的")[0].response != "utter_person_asked"


CLOSED = {
    "how_to_close": "关闭凭证号",
    "how_to_repay": "立即还款",
    "query_bill": "不在账单里",
    "overdue": "没有逾期的账单",
    "minimum_payment": "没有最低还款",
    "auto_debit": "不会自动扣",
    "make_instalment": "不能再办分期",
    "manage_instalment": "没有进行中的分期",
    "query_limit": "额度已取消",
    "why_unusable": "不能用",
    "where_usable": "不能用",
    "open_account": "请先还清",
    "credit_report": "不消除已有记录",
    "request_extension": "由人工和您协商",
    "prepay_all": "立即还款",
}


@pytest.mark.parametrize(("intent", "word"), CLOSED.items())
def test_a_closed_account_that_owes_again_is_answered_as_it_asks(
    world: World, intent: str, word: str
) -> None:
    states.closed_taken_back(world)
    (said,) = world.chat().type(intent)
    assert word in said.text and f"{AMOUNT}" in said.text and "没有欠款" not in said.text
    assert "被银行撤回" in said.text and re.search("10月3日 10:00", said.text)
    assert {each["intent"] for each in said.buttons} & {"how_to_repay", "talk_to_human"}


def test_a_closed_accounts_settlement_is_no_proof_either(world: World) -> None:
    states.closed_taken_back(world)
    known = facts.account_facts(world.ledger, world.customer.id)
    (said,) = world.chat().type("account_info", "结清证明怎么开")
    assert said.response == "utter_receipt_closed_taken_back" and f"现在欠{AMOUNT}" in said.text
    assert known.close_receipt in said.text and "已经不能证明结清" in said.text
    world.customer.repay(120_000)
    said = world.chat().type("account_info", "结清证明怎么开")[0]
    assert said.response == "utter_receipt_closed" and "结清凭证号" not in said.text


def test_what_was_bought_is_not_called_paid(world: World) -> None:
    states.settled_taken_back(world)
    said = world.chat().type("query_bill", f"{states.SHOP['item']}还清了吗")
    assert [each.response for each in said] == ["utter_purchase_paid_once", "utter_taken_back"]
    assert "不用再还" not in said[0].text and AMOUNT in said[1].text


def test_beside_its_quote_it_is_no_principal(world: World) -> None:
    states.settled_taken_back(world)
    alone = world.chat()
    alone.type("offer_settle")
    assert alone.type("query_bill", "怎么这么多")[0].response == "utter_settle_costs_only_back"
    states.taken_back_beside_a_bill(world)
    more = world.chat()
    more.type("offer_settle")
    said = more.type("query_bill", "怎么这么多")[0]
    assert said.response == "utter_settle_costs_back" and "都是本金" not in said.text

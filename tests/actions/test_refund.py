"""Refunds: under way, done, or owed back; a bill stays due until then."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from actions import words
from ledger import Ledger, facts, refunds
from tests.actions import states, told
from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]


def test_a_refund_under_way_of_an_order_already_paid(chat: Begin, ledger: Ledger) -> None:
    pending = facts.account_facts(ledger, "c-refunding").refunds[0]
    assert pending.state == "PENDING"
    said = chat("c-refunding").type("refund")
    assert said[0].text.startswith(f"{words.money(pending.amount_fen)}退款正在处理")
    assert pending.item in said[0].text and told.day(ledger, pending.requested_at) in said[0].text
    assert "退回您的付款账户，约2到3个工作日" in said[0].text


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("refund_of_unpaid_bill", "9月账单还剩¥1,200.00，10月6日到期；退款没到，也请按时还"),
        ("refund_before_the_bill", "¥200.00退款正在处理"),
        ("refund_done", "抵了欠款¥200.00，这部分不用再还。现在可用额度¥19,000.00"),
        ("refund_credited", "抵欠款¥100.00，另有¥200.00待退还款项"),
    ],
)
def test_where_the_money_goes(tmp_path: Path, state: str, told: str) -> None:
    world = states.make(tmp_path)
    states.STATES[state](world)
    assert told in world.chat().type("refund")[0].text


@pytest.mark.parametrize("customer", [None, "c-clean", "c-refunding"])
def test_charged_fees_stay_or_a_bill_is_still_due(chat: Begin, customer: str | None) -> None:
    text = chat(customer).type("refund")[-1].text
    assert "已收的分期手续费不退" in text or "到期账单仍要还" in text


def test_no_refund_found(chat: Begin) -> None:
    assert "近期没有查到您的退款" in chat("c-clean").type("refund")[0].text


def test_a_refund_waited_for_for_months_still_tells_why_closing_is_refused(tmp_path: Path) -> None:
    world = states.make(tmp_path)
    states.refund_of_unpaid_bill(world)
    world.customer.confirm(world.customer.quote())
    world.at("2027-02-20")
    said = world.chat().type("how_to_close", "怎么关闭")
    assert "¥200.00" in said[0].text and "2026年10月3日" in said[0].text
    assert "¥200.00退款正在处理" in world.chat().type("refund")[0].text


def test_the_refund_of_what_is_named(tmp_path: Path) -> None:
    world = states.make(tmp_path)
    orders = [world.customer.buy(50_000, merchant="半山书店", item=item) for item in ("词典", "地球仪")]
    world.at("2026-10-03")
    for order_no in orders:
        refunds.request(world.ledger, order_no=order_no, amount_fen=10_000, key=order_no)
    refunds.complete(world.ledger, order_no=orders[0], key="done")
    chat = world.chat()
    assert "地球仪" in chat.type("refund", "退款到哪了")[0].text
    assert "词典" in chat.type("refund", "词典退的钱去哪了")[0].text
    assert "词典" in chat.type("refund", f"订单{orders[0]}退款呢")[0].text


@pytest.mark.parametrize("customer", [None, "c-clean", "c-refunding"])
def test_money_back_from_elsewhere_is_asked_for_there(chat: Begin, customer: str | None) -> None:
    talk = chat(customer)
    said = talk.type("out_of_scope", "淘宝退款到哪了")
    assert [each.response for each in said] == ["utter_refund_elsewhere"] and "下单的地方" in said[0].text
    assert "退款" in talk.press(said, "查月付的退款")[0].text


def test_what_was_paid_with_ours_is_ours_whatever_the_shop(tmp_path: Path) -> None:
    world = states.make(tmp_path)
    order_no = world.customer.buy(120_000, merchant="京东青禾自营店", item="实木餐桌")
    refunds.request(world.ledger, order_no=order_no, amount_fen=20_000, key="ask")
    said = world.chat().type("out_of_scope", "京东退款什么时候到")
    assert "¥200.00退款正在处理" in said[0].text

"""A payment whose outcome is not known: one answer to whatever is asked of it, and why it came to nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from ledger import Ledger, outbox, reconciler, repayments
from ledger.clock import DemoClock
from ledger.gateway.simulated import SimulatedGateway
from tests.actions.chat import Chat, Said

Begin = Callable[[str | None], Chat]
NO_BANK_REFUSED = "没有及时收到银行的结果，这笔付款已取消"


def confirmed(chat: Chat, ledger: Ledger, mode: str, *, close_after: bool) -> list[Said]:
    """Settles all, and closes then where that is wanted, with a gateway that goes as `mode` says."""
    assert isinstance(ledger.gateway, SimulatedGateway)
    ledger.gateway.set_mode(mode, "c-owing")
    if close_after:
        return chat.press(chat.type("offer_settle_close"), "确认结清并关闭", strong=True)
    return chat.press(chat.type("offer_settle"), "确认结清", strong=True)


def cancelled(ledger: Ledger) -> None:
    """The reconciler finds that the gateway never had the charge, and cancels it."""
    assert isinstance(ledger.clock, DemoClock)
    ledger.clock.advance(timedelta(seconds=20))
    reconciler.run_once(ledger)


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("how_to_close", "关了吗"),
        ("close_impact", "那关了没有"),
        ("how_to_close", "为什么还没关"),
        ("how_to_close", "怎么关闭月付"),
        ("repayment_status", "还上了吗"),
        ("prepay_all", "结清了吗"),
        ("repayment_status", "钱扣了吗"),
    ],
)
def test_closing_and_paying_are_one_answer_while_the_payment_is_not_known(
    chat: Begin, ledger: Ledger, intent: str, text: str
) -> None:
    talk = chat("c-owing")
    waiting = confirmed(talk, ledger, "timeout", close_after=True)
    (said,) = talk.type(intent, text)
    assert said.response == "utter_guard_closing_under_way" and said.text.startswith("还没有关闭")
    assert waiting[0].card["amount"] in said.text and "请不要重复付款" in said.text
    assert waiting[0].card["reference"] in waiting[0].text and waiting[0].card["reference"] in said.text


@pytest.mark.parametrize(
    "text",
    ["我能再付一次吗", "要不要再付一遍", "可以再付吗", "能不能重新付款", "那我再还一次行不行", "再付一次"],
)
@pytest.mark.parametrize("intent", ["nlu_fallback", "where_usable", "prepay_all"])
def test_who_would_pay_again_meanwhile_is_told_no(chat: Begin, intent: str, text: str) -> None:
    (said,) = chat("c-unknown").type(intent, text)
    assert said.text.startswith("先不要再付：") and "正在核实" in said.text
    assert said.card["amount"] in said.text and said.card["reference"] in said.text


@pytest.mark.parametrize("text", ["还能再付款买东西吗", "下个月再还可以吗", "能再分期付款吗"])
def test_other_words_would_not_pay_again(chat: Begin, text: str) -> None:
    assert chat("c-unknown").type("query_limit", text)[0].response == "utter_limit_checking"


@pytest.mark.parametrize("text", ["关了吗", "那关了没有"])
def test_whether_it_is_closed_while_only_a_payment_is_checked(chat: Begin, text: str) -> None:
    (said,) = chat("c-unknown").type("close_impact", text)
    assert said.response == "utter_guard_charge_open" and "¥886.00" in said.text


@pytest.mark.parametrize("close_after", [False, True])
def test_a_charge_that_we_cancelled_is_not_blamed_on_the_bank(
    chat: Begin, ledger: Ledger, close_after: bool
) -> None:
    talk = chat("c-owing")
    confirmed(talk, ledger, "late", close_after=close_after)
    cancelled(ledger)
    (item,) = (each for each in outbox.claim(ledger, 50, 60) if each.sender == talk.sender)
    pushed = talk.push(item.kind, item.ref)
    asked = talk.type("repayment_status", "还款成功了吗")
    for (said,) in (pushed, asked):
        assert said.text.startswith("没有扣款") and NO_BANK_REFUSED in said.text
        assert "没有通过" not in said.text and len(said.text) <= 120


def test_a_repayment_that_we_cancelled_is_told_with_that_reason(chat: Begin, ledger: Ledger) -> None:
    assert isinstance(ledger.gateway, SimulatedGateway)
    ledger.gateway.set_mode("late", "c-owing")
    repayments.repay(ledger, "c-owing", amount_fen=10_000, key="r-1")
    cancelled(ledger)
    talk = chat("c-owing")
    (item,) = (each for each in outbox.claim(ledger, 50, 60) if each.sender == talk.sender)
    (said,) = talk.push(item.kind, item.ref)
    assert said.response == "utter_repayment_failed" and NO_BANK_REFUSED in said.text


@pytest.mark.parametrize("text", ["886呢", "拜拜", "先走了"])
def test_nobody_is_sent_off_while_a_payment_is_looked_into(chat: Begin, text: str) -> None:
    (said,) = chat("c-unknown").type("goodbye", text)
    assert said.response == "utter_charge_being_checked" and "请不要重复付款" in said.text


@pytest.mark.parametrize("text", ["把钱退给我", "快退给我", "那你们退我886块", "这笔款退回我卡里"])
def test_who_wants_it_back_hears_what_becomes_of_it(chat: Begin, text: str) -> None:
    (said,) = chat("c-unknown").type("refund", text)
    assert said.response == "utter_charge_being_checked"
    assert chat("c-refunding").type("refund", text)[0].response == "utter_refund_pending_paid"

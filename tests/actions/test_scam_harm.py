"""Harm that is told of after a warning, in few words, is registered; what is no harm is not."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from actions import fraud_denied, scam_harm, scam_signs
from ledger import Ledger, tickets
from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]
CALLER = "有人打电话让我共享屏幕关闭月付"
TOLD_AFTER = [
    "我已经把钱打过去了", "刚汇了八千", "支付密码也填了", "转了会怎么处理", "保证金我付了", "余额没了",
    "对，我上当了", "钱被人骗走了怎么办", "我没注意就发给他了",
    "软件已经下载了", "屏幕也共享过了", "那个链接我点开了",
    "我不小心交了押金", "还能把钱追回来吗", "他让我转了三千", "没敢多问，已经付了",
    "我还汇给他800", "又充了两千",
]  # fmt: skip
NOT_TOLD_AFTER = [
    "我没汇", "还没付", "我不转了", "没有告诉他", "他刚发来一个链接",
    "已经打过110了", "给银行打了电话", "密码改好了",
    "要是汇了怎么办", "转了吗", "谢谢", "怎么关闭月付", "转人工", "账单下载了",
    "不想用月付了", "把本期全付了吧", "想一次付完", "催收打到我单位了",
    "他把群解散了我把他拉黑了", "差点付了",
]  # fmt: skip


@pytest.mark.parametrize(
    ("intent", "first"), [("how_to_close", CALLER), ("report_unauthorised", "这是不是诈骗")]
)
@pytest.mark.parametrize("text", TOLD_AFTER)
def test_harm_told_of_after_a_warning_or_advice_is_registered_whatever_it_was_taken_for(
    chat: Begin, ledger: Ledger, intent: str, first: str, text: str
) -> None:
    for customer in ("c-clean", None):
        talk = chat(customer)
        talk.type(intent, first)
        said = talk.type("repayment_status", text)
        assert said[0].response == "utter_scam_harmed", said
        ticket = tickets.active_for(ledger, talk.sender)
        assert ticket is not None and ticket.kind == "fraud" and ticket.number in said[1].text


@pytest.mark.parametrize("text", NOT_TOLD_AFTER)
def test_what_was_refused_done_by_them_or_done_as_advised_is_no_harm(
    chat: Begin, ledger: Ledger, text: str
) -> None:
    talk = chat("c-clean")
    talk.type("how_to_close", CALLER)
    talk.type("query_limit" if text == "怎么关闭月付" else "thanks", text)
    assert tickets.active_for(ledger, talk.sender) is None


def test_without_a_warning_or_once_something_else_is_asked_a_payment_is_a_payment(
    chat: Begin, ledger: Ledger
) -> None:
    talk = chat("c-clean")
    for before in ("how_to_repay", "query_bill"):
        talk.type(before)
        assert talk.type("repayment_status", "我已经付了")[0].response != "utter_scam_harmed"
        talk.type("how_to_close", CALLER)
    assert tickets.active_for(ledger, talk.sender) is None


def test_harm_told_again_names_the_ticket_that_is_open(chat: Begin, ledger: Ledger) -> None:
    talk = chat("c-clean")
    talk.type("how_to_close", CALLER)
    numbers = {talk.type("overdue", text)[1].text[8:20] for text in ("我转了", "怎么办，钱没了")}
    assert len(numbers) == 1 and len(tickets.list_tickets(ledger)) == 1


def test_no_words_are_read_in_every_way() -> None:
    for one in (
        "了",
        "转",
        "已经",
        "给他",
        "密码",
        "不给",
        "点了链接",
        "没有密码",
        "转给他了没",
        "不是别人",
        "没人骗我",
    ):
        begun = time.perf_counter()
        for read in (
            scam_harm.tell_of_harm_to_warned,
            scam_signs.tell_of_scam,
            scam_signs.tell_of_harm,
            fraud_denied.denied,
        ):
            read((one * 300)[:300])
        assert time.perf_counter() - begun < 20, one  # milliseconds, unless every split is tried


@pytest.mark.parametrize(
    "text", ["能不能拦下来", "你们管赔吗", "我该挂吗", "挂了", "接下来咋办", "钱追得回来吗"]
)
def test_what_can_still_be_done_is_told_after_harm_with_the_report(
    chat: Begin, ledger: Ledger, text: str
) -> None:
    talk = chat("c-clean")
    talk.type("how_to_close", CALLER)
    talk.type("repayment_status", "刚汇了八千")
    ticket = tickets.active_for(ledger, talk.sender)
    said = talk.type("goodbye", text)
    assert [each.response for each in said] == ["utter_scam_then"]
    assert ticket is not None and ticket.number in said[0].text and "110" in said[0].text


@pytest.mark.parametrize("text", ["损失谁来赔", "还没挂 该挂吗", "要报警吗"])
def test_what_can_still_be_done_is_told_after_a_warning_with_a_button_to_report(
    chat: Begin, ledger: Ledger, text: str
) -> None:
    talk = chat("c-clean")
    talk.type("how_to_close", CALLER)
    said = talk.type("refund", text)
    assert [each.response for each in said] == ["utter_scam_then_unreported"]
    assert tickets.active_for(ledger, talk.sender) is None


@pytest.mark.parametrize("text", ["退款被拦截了", "额度被冻结了", "关掉要赔钱吗", "账单挂着没还"])
def test_ones_own_matters_after_a_warning_are_answered_as_they_are(chat: Begin, text: str) -> None:
    talk = chat("c-clean")
    talk.type("how_to_close", CALLER)
    assert "utter_scam" not in str([each.response for each in talk.type("query_bill", text)])


@pytest.mark.parametrize("text", ["那我就交吧", "要不我试试吧", "我转给他吧"])
def test_giving_in_after_a_warning_or_advice_is_warned_of_again(chat: Begin, text: str) -> None:
    for before in (CALLER, "网友说收八百帮我清掉逾期记录"):
        talk = chat("c-owing")
        talk.type("how_to_close", before)
        assert [each.response for each in talk.type("how_to_repay", text)] == ["utter_scam_again"]

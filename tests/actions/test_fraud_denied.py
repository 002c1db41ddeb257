"""Who denies a fraud reports none, and what takes a report back is written into it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from actions.server import build_executor
from ledger import Ledger, links, tickets
from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]


DENIALS = [
    "是我本人要还的，不是别人让我的", "是我自己弄的，没有人骗我", "是我自己刷的，不是别人刷的",
    "不是他人操作，就是我本人关的",
    "不是盗用，我自己下的单", "我没被骗", "不是骗局，我自己想还", "没有人叫我转账，我自己还的",
]  # fmt: skip


@pytest.mark.parametrize("text", DENIALS)
def test_who_denies_a_fraud_reports_none_and_keeps_what_stands_open(
    chat: Begin, ledger: Ledger, text: str
) -> None:
    talk = chat("c-clean")
    assert talk.type("report_unauthorised", text)[0].response == "utter_affirm"
    talk.type("how_to_close", enters="close")
    assert talk.type("report_unauthorised", text)[0].response == "utter_close_again"
    assert talk.slots["decision"]["kind"] == "close"
    assert talk.type("how_to_close", text, enters="close")[0].response != "utter_scam_warning"
    assert tickets.list_tickets(ledger) == []


@pytest.mark.parametrize("text", DENIALS)
def test_with_a_report_open_the_denial_is_written_into_it(chat: Begin, ledger: Ledger, text: str) -> None:
    talk = chat("c-lowered")
    talk.type("report_unauthorised", "有人盗用我的月付买东西")
    (said,) = talk.type("report_unauthorised", text)
    (ticket,) = tickets.list_tickets(ledger)
    assert said.response == "utter_fraud_denied" and ticket.number in said.text and "改密码" not in said.text
    assert len(ticket.messages) == 1


@pytest.mark.parametrize(
    "text",
    [
        "客服让我说不是别人让我操作的", "对方教我说没有人骗我", "不是诈骗，要我把钱转到安全账户",
        "没人骗我，就是他让我转账", "电话里叫我讲没人让我转账",
    ],
)  # fmt: skip
def test_a_denial_beside_a_sign_is_warned_of(chat: Begin, text: str) -> None:
    for intent in ("report_unauthorised", "how_to_close", "prepay_all"):
        assert chat("c-clean").type(intent, text)[0].response == "utter_scam_warning"


@pytest.mark.parametrize(
    "text",
    [
        "不是我操作的，是别人",
        "不是盗刷，是我孩子买的",
        "难道不是别人买的",
        "没有买过，是被盗了",
        "不是别人，是骗子刷的",
    ],
)
def test_what_somebody_else_did_is_no_denial(chat: Begin, text: str) -> None:
    assert chat("c-clean").type("report_unauthorised", text)[0].response != "utter_affirm"


TAKEN_BACK = [
    "算了是我老婆买的", "哦是我老婆买的 不用查了", "啊 是我老公登的，没事了", "那撤销调查",
    "不用查了，是误会",
    "那个工单 撤掉吧 是我自己", "我想起来了，是我买的", "别查了", "能不能撤销盗用登记", "我搞错了",
    "不是别人，是我儿子", "查清楚了 是我弟登的", "不是盗刷，是我家孩子买的", "不用麻烦你们查了", "没事了",
]  # fmt: skip
NOT_TAKEN_BACK = [
    "不是我老公登的", "是不是我老公登的", "是我前夫偷偷登的", "会不会是我老婆买的？",
    "我问了老婆，不是她买的",
    "撤销了吗", "先别撤", "你们搞错了", "调查什么时候结束", "他让我说不用查了", "我看错账单了",
    "孩子买的还是我买的",
]  # fmt: skip


@pytest.mark.parametrize("text", TAKEN_BACK)
def test_a_report_that_is_taken_back_stays_open_with_the_words_written_into_it(
    chat: Begin, ledger: Ledger, text: str
) -> None:
    for number, intent in enumerate(("how_to_close", "deny", "report_unauthorised", "manage_instalment"), 1):
        talk = chat("c-lowered")
        talk.type("report_unauthorised", "有人盗用我的月付买东西")
        (said,) = talk.type(intent, text, enters="close")
        (ticket,) = tickets.list_tickets(ledger)
        assert said.response == "utter_fraud_denied" and ticket.number in said.text
        assert "是否结束由他们核实" in said.text and talk.slots["decision"] is None
        assert ticket.state == "OPEN" and ticket.messages[-1].text == text
        assert [each.text for each in ticket.messages].count(text) == number


@pytest.mark.parametrize("text", NOT_TAKEN_BACK)
def test_what_only_sounds_so_takes_nothing_back(chat: Begin, text: str) -> None:
    talk = chat("c-lowered")
    talk.type("report_unauthorised", "有人盗用我的月付买东西")
    said = talk.type("report_unauthorised", text)
    assert "utter_fraud_denied" not in [each.response for each in said]


@pytest.mark.parametrize("text", TAKEN_BACK)
def test_without_a_report_there_is_none_to_take_back(chat: Begin, text: str) -> None:
    said = chat("c-lowered").type("manage_instalment", text)
    assert "utter_fraud_denied" not in [each.response for each in said]


def test_a_mere_goodbye_long_after_the_report_is_one(chat: Begin) -> None:
    talk = chat("c-lowered")
    talk.type("report_unauthorised", "有人盗用我的月付买东西")
    talk.type("query_limit")
    assert talk.type("goodbye", "没事了")[0].response == "utter_goodbye"


def test_a_report_of_the_same_customer_is_found_from_another_device(chat: Begin, ledger: Ledger) -> None:
    links.link(ledger, "web-other", "c-lowered")
    chat("c-lowered").type("report_unauthorised", "有人盗用我的月付买东西")
    other = Chat(build_executor(ledger), "c-lowered", sender="web-other")
    assert other.type("deny", "不用查了，是我老婆买的")[0].response == "utter_fraud_denied"
    (ticket,) = tickets.list_tickets(ledger)
    assert len(ticket.messages) == 1

"""Impatience: where what the customer waits for stands; it confirms and files nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from actions import hurry
from ledger import Ledger, tickets
from ledger.clock import DemoClock
from tests.actions import told
from tests.actions.chat import Chat
from tests.actions.test_settle import gateway

Begin = Callable[[str | None], Chat]


@pytest.mark.parametrize("mode", ["succeed", "timeout", "decline"])
def test_after_a_payment_what_became_of_it(chat: Begin, ledger: Ledger, mode: str) -> None:
    late = chat("c-overdue")
    gateway(ledger).set_mode(mode, "c-overdue")
    done = late.press(late.type("prepay_all", enters="settle"), "确认结清", strong=True)
    said = late.type("out_of_scope", "快点啊")
    checked = "utter_charge_being_checked"
    assert [each.response for each in said] == [checked if mode == "timeout" else done[0].response]


def test_of_a_decision_its_button(chat: Begin) -> None:
    late = chat("c-overdue")
    late.type("prepay_all", enters="settle")
    said = late.type("out_of_scope", "能不能快点")
    assert said[0].response == "utter_quote_again" and "还没有扣款" in said[0].text


def test_of_a_ticket_until_when_it_is_answered(chat: Begin, ledger: Ledger) -> None:
    talk = chat("c-clean")
    talk.type("talk_to_human", "转人工")
    (ticket,) = tickets.list_tickets(ledger)
    said = talk.type("nlu_fallback", "怎么这么慢")
    assert said[0].response == "utter_person_waited_for" and ticket.number in said[0].text
    assert tickets.list_tickets(ledger) == [ticket]


def test_of_an_application_that_it_was_filed(chat: Begin) -> None:
    cured = chat("c-cured")
    cured.press(cured.type("why_unusable"), "申请解冻")
    cured.type("query_limit")
    assert [each.response for each in cured.type("out_of_scope", "快点")] == ["utter_unfreeze_filed"]


@pytest.mark.parametrize("customer", [None, "c-clean"])
def test_with_nothing_under_way_it_is_asked_of_what(chat: Begin, customer: str | None) -> None:
    assert [each.response for each in chat(customer).type("out_of_scope", "急死了")] == [
        "utter_progress_which"
    ]


@pytest.mark.parametrize(
    "text", ["快递到哪了", "急用钱", "还要多久", "快到期了吗", "我想快点还清", "慢慢还行吗"]
)
def test_other_words_are_no_hurry(text: str) -> None:
    assert hurry._HURRY.fullmatch(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "怎么还不回我", "人呢", "还没人理我", "怎么没人", "等了半天没人理我", "有人吗", "客服怎么不回复",
        "怎么还没人来啊", "为什么一直没有人回我消息", "客服不在吗", "人工呢？", "都没人处理吗",
        "怎么没人管我的事", "还在排队吗", "排到我了吗", "轮到我没有", "前面还有几个人", "什么时候能到我",
        "我的工单呢", "投诉有结果了吗", "工单办到哪一步了", "你们到底有没有人处理我的事情啊",
        "说好的有人联系我，一直没有人",
    ],
)  # fmt: skip
@pytest.mark.parametrize("called", ["转人工", "我要投诉你们"])
def test_who_waits_for_a_person_hears_where_the_ticket_stands_and_opens_no_other(
    chat: Begin, ledger: Ledger, called: str, text: str
) -> None:
    talk = chat("c-clean")
    talk.type("talk_to_human", called)
    talk.type("query_limit")
    (ticket,) = tickets.list_tickets(ledger)
    (said,) = talk.type("talk_to_human", text)
    assert said.response == "utter_person_waited_for" and "没有丢" in said.text
    for named in (ticket.number, told.moment(ledger, ticket.opened_at), "09:00到21:00"):
        assert named in said.text
    assert tickets.list_tickets(ledger) == [ticket]


@pytest.mark.parametrize("text", ["还要等多久", "还有多久", "大概多久啊", "要等几分钟", "得排多久"])
@pytest.mark.parametrize(
    ("customer", "intent", "called"),
    [
        ("c-clean", "talk_to_human", "我要投诉"),
        ("c-closed", "talk_to_human", "转人工"),
        ("c-overdue", "request_extension", "我还不上了，帮我登记"),
        ("c-owing", "repayment_status", "扣了我两次钱"),
        (None, "talk_to_human", "转人工"),
    ],
)
def test_how_long_is_of_the_ticket_that_the_last_answer_spoke_of(
    chat: Begin, ledger: Ledger, customer: str | None, intent: str, called: str, text: str
) -> None:
    talk = chat(customer)
    talk.type(intent, called)
    (ticket,) = tickets.list_tickets(ledger)
    for asked in (text, "还有多久"):
        (said,) = talk.type("unfreeze", asked)
        assert said.response == "utter_person_waited_for" and ticket.number in said.text
        assert told.moment(ledger, ticket.promised_by) in said.text
    assert tickets.list_tickets(ledger) == [ticket]


def test_how_long_is_of_what_was_spoken_of_since(chat: Begin) -> None:
    waiting = chat("c-refunding")
    waiting.type("talk_to_human", "转人工")
    waiting.type("refund")
    assert waiting.type("unfreeze", "还要等多久")[0].response.startswith("utter_refund")


@pytest.mark.parametrize("text", ["还要等多久", "还在排队吗", "还有多久"])
def test_without_a_ticket_nobody_is_waited_for(chat: Begin, text: str) -> None:
    assert chat("c-clean").type("unfreeze", text)[0].response == "utter_unfreeze_nothing"


def test_who_calls_anew_beside_a_complaint_has_both(chat: Begin, ledger: Ledger) -> None:
    talk = chat("c-clean")
    talk.type("talk_to_human", "我要投诉")
    talk.type("talk_to_human", "没人理我，转人工")
    assert [each.kind for each in tickets.list_tickets(ledger)] == ["complaint", "human"]


@pytest.mark.parametrize("text", ["没有人工费吗", "怎么不回到原来的额度", "还没还", "有人盗用吗", "不接受"])
def test_other_words_do_not_wait_for_a_person(chat: Begin, text: str) -> None:
    talk = chat("c-clean")
    talk.type("talk_to_human", "转人工")
    assert talk.type("query_limit", text)[0].response != "utter_person_waited_for"


def test_of_a_ticket_that_nobody_took_in_time_since_when_it_waits(chat: Begin, ledger: Ledger) -> None:
    talk = chat("c-clean")
    talk.type("talk_to_human", "转人工")
    (ticket,) = tickets.list_tickets(ledger)
    assert isinstance(ledger.clock, DemoClock)
    ledger.clock.advance(timedelta(hours=2))
    (said,) = talk.type("repayment_status", "怎么还不回我")
    assert said.response == "utter_ticket_late" and told.moment(ledger, ticket.opened_at) in said.text
    assert "没有丢" in said.text and "09:00到21:00" in said.text
    assert talk.push("ticket_late", str(ticket.id))[0].text == said.text


@pytest.mark.parametrize("words", ["几号", "多少号", "那是几号"])
def test_a_day_is_asked_of_the_last_answer_though_a_ticket_is_open(chat: Begin, words: str) -> None:
    talk = chat("c-clean")
    talk.type("talk_to_human", "转人工")
    talk.type("refund")
    talk.type("billing_dates", "出账日是什么时候")
    assert talk.type("billing_dates", words)[0].response != "utter_person_waiting"
    assert "出账" in talk.type("billing_dates", words)[0].text
    assert "还在排队" in talk.type("talk_to_human", "排到第几号了")[0].text

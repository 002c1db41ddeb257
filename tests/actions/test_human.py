"""A person: the number for whoever asks for it, a ticket for everybody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from actions import rules
from actions.server import build_executor, build_ledger
from actions.settings import Settings
from ledger import Ledger, tickets
from ledger.clock import DemoClock
from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]


@pytest.mark.parametrize("customer", ["c-clean", None])
@pytest.mark.parametrize(
    "text", ["你们客服电话是几号", "官方热线", "电话多少啊", "有没有电话可以问", "投诉电话"]
)
def test_who_asks_for_the_number_is_given_it(
    chat: Begin, ledger: Ledger, customer: str | None, text: str
) -> None:
    talk = chat(customer)
    said = talk.type("talk_to_human", text)
    assert f"客服电话{ledger.terms.hotline}" in said[0].text
    assert rules.staff_hours(ledger.terms) in said[0].text
    assert tickets.active_for(ledger, talk.sender) is None
    assert talk.press(said, "人工客服")[0].response == "utter_person_asked"


@pytest.mark.parametrize(
    "text",
    ["转人工", "给我打电话", "电话打不通", "让专员打电话联系我", "人工电话我13800000000", "客服热线没人接"],
)
def test_who_wants_a_person_gets_a_ticket(chat: Begin, text: str) -> None:
    assert chat("c-clean").type("talk_to_human", text)[0].response == "utter_person_asked"


def test_without_a_verified_number_there_is_a_ticket(ledger: Ledger) -> None:
    terms = replace(ledger.rules.at(date(2026, 11, 3)), hotline="")
    talk = Chat(build_executor(replace(ledger, rules=terms)), "c-clean")
    assert talk.type("talk_to_human", "客服热线是多少")[0].response == "utter_person_asked"


def test_a_complaint_that_wants_it_closed_has_both(chat: Begin) -> None:
    said = chat("c-owing").type("talk_to_human", "给我注销掉，不然我就投诉")
    assert [each.response for each in said] == ["utter_complaint_filed", "utter_close_owing_plans"]
    said = chat("c-clean").type("talk_to_human", "态度太差我要投诉")
    assert [each.response for each in said] == ["utter_complaint_filed"]


@pytest.mark.parametrize("customer", ["c-clean", None])
def test_where_nothing_can_be_filed_the_number_is_told(settings: Settings, customer: str | None) -> None:
    build_ledger(settings).engine.dispose()
    url = f"sqlite:///file:{Path(settings.run_dir) / 'ledger.db'}?mode=ro&uri=true"
    ledger = build_ledger(Settings(**{**vars(settings), "database_url": url}))
    talk = Chat(build_executor(ledger), customer)
    theft = talk.type("report_unauthorised", "卡被人刷了")[0]
    person = talk.type("talk_to_human", "找个真人")[0]
    for said in (theft, person):
        assert ledger.terms.hotline in said.text and rules.staff_hours(ledger.terms) in said.text
        assert said.card["reference"] in said.text
    assert "110" in theft.text and "改密码" in theft.text
    ledger.engine.dispose()


@pytest.mark.parametrize(
    ("intent", "text"),
    [("talk_to_human", "转人工"), ("nlu_fallback", "人呢"), ("out_of_scope", "这么慢")],
)
@pytest.mark.parametrize("customer", ["c-clean", None])
def test_a_promise_that_is_past_is_not_told_as_one(
    chat: Begin, ledger: Ledger, customer: str | None, intent: str, text: str
) -> None:
    talk = chat(customer)
    talk.type("talk_to_human", "转人工")
    (ticket,) = tickets.list_tickets(ledger)
    assert "前会有人在这里回复" in talk.type(intent, text)[0].text
    assert isinstance(ledger.clock, DemoClock)
    ledger.clock.advance(timedelta(days=1))
    (late,) = talk.type(intent, text)
    assert late.text.startswith(f"抱歉，工单{ticket.number}还没有人接") and "前会有人" not in late.text
    assert late.card["number"] == ticket.number and not late.card["promised_by"]
    assert len(tickets.list_tickets(ledger)) == 1


def test_a_person_who_was_called_is_not_called_again_after_a_complaint(chat: Begin, ledger: Ledger) -> None:
    talk = chat("c-clean")
    first = talk.type("talk_to_human", "转人工")[0]
    complaint = talk.type("talk_to_human", "我要投诉你们")[0]
    again = talk.type("talk_to_human", "转人工")[0]
    assert again.response == "utter_person_asked" and again.card["number"] == first.card["number"]
    waits = talk.type("unfreeze", "还要等多久")[0]
    assert waits.response == "utter_persons_waited_for"
    assert f"{first.card['number']}、{complaint.card['number']}都" in waits.text
    assert [each.kind for each in tickets.list_tickets(ledger)[-2:]] == ["human", "complaint"]
    ledger.clock.advance(timedelta(days=2))  # type: ignore[attr-defined]
    assert talk.type("unfreeze", "还要等多久")[0].response == "utter_ticket_late"

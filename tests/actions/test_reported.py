"""A use by somebody else that was reported is told of before what settles or closes is decided."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from ledger import Ledger, dump, tickets
from ledger.clock import DemoClock
from tests.actions.chat import Chat, Said

Begin = Callable[[str | None], Chat]
STOLEN = "有人盗用我的月付买东西"


def names(said: list[Said]) -> list[str]:
    return [each.response for each in said]


@pytest.mark.parametrize(
    ("customer", "intent", "enters", "told"),
    [
        ("c-owing", "prepay_all", "settle", ["utter_reported_owing", "utter_quote"]),
        ("c-owing", "how_to_close", "close", ["utter_reported_owing", "utter_close_owing_plans"]),
        ("c-owing", "offer_settle_close", "", ["utter_reported_owing", "utter_quote_brief_close"]),
        ("c-overdue", "how_to_close", "close", ["utter_reported_owing", "utter_close_owing"]),
        ("c-clean", "how_to_close", "close", ["utter_reported_close", "utter_close_decision"]),
    ],
)
def test_it_comes_before_the_decision_with_its_date_and_number(
    chat: Begin, ledger: Ledger, customer: str, intent: str, enters: str, told: list[str]
) -> None:
    talk = chat(customer)
    talk.type("report_unauthorised", STOLEN)
    said = talk.type(intent, enters=enters)
    report = tickets.latest_of(ledger, customer, "fraud")
    assert names(said) == told and report is not None
    assert f"{report.opened_at.day}日登记的盗用调查（工单{report.number}）" in said[0].text
    assert not said[0].buttons and said[1].buttons


@pytest.mark.parametrize("intent", ["prepay_all", "how_to_close"])
def test_without_a_report_or_once_it_is_closed_nothing_is_said_of_it(
    chat: Begin, ledger: Ledger, intent: str
) -> None:
    def shown() -> list[str]:
        return names(chat("c-owing").type(intent, enters="settle"))

    before = shown()
    chat("c-owing").type("report_unauthorised", STOLEN)
    assert shown() != before
    report = tickets.latest_of(ledger, "c-owing", "fraud")
    assert report is not None
    tickets.close(ledger, report.id)
    assert shown() == before


def test_a_report_ends_the_decision_that_stands_open(chat: Begin, ledger: Ledger) -> None:
    talk = chat("c-owing")
    shown = talk.type("prepay_all", enters="settle")
    talk.type("report_unauthorised", STOLEN)
    assert talk.slots["decision"] is None
    journals = dump.account_json(ledger, "c-owing")["journals"]
    again = talk.press(shown, "确认结清", strong=True)
    assert names(again) == ["utter_reported_owing", "utter_quote_cancelled"]
    assert dump.account_json(ledger, "c-owing")["journals"] == journals
    assert names(talk.press(again, "确认结清", strong=True)) == ["utter_settled"]


def test_it_is_said_once_of_a_decision_that_is_shown_again(chat: Begin) -> None:
    talk = chat("c-owing")
    talk.type("report_unauthorised", STOLEN)
    talk.type("prepay_all", enters="settle")
    assert names(talk.type("prepay_all", enters="settle")) == ["utter_quote_again"]
    assert names(talk.type("query_limit"))[-1] == "utter_quote_after"


@pytest.mark.parametrize(
    ("customer", "first", "again", "reminder", "agreed"),
    [
        (
            "c-owing",
            "prepay_all",
            [],
            "utter_quote_after_reported",
            ["utter_reported_owing", "utter_quote_again"],
        ),
        (
            *("c-owing", "how_to_close", ["一次结清并关闭"], "utter_quote_after_reported_close"),
            ["utter_quote_reported_close", "utter_quote_effects"],
        ),
        (
            "c-clean",
            "how_to_close",
            [],
            "utter_close_after_reported",
            ["utter_reported_close", "utter_close_again"],
        ),
    ],
)
def test_long_after_it_was_told_the_decision_tells_it_again(
    chat: Begin, ledger: Ledger, customer: str, first: str, again: list[str], reminder: str, agreed: list[str]
) -> None:
    talk = chat(customer)
    talk.type("report_unauthorised", STOLEN)
    said = talk.type(first, enters="settle" if first == "prepay_all" else "close")
    for title in again:
        said = talk.press(said, title)
    assert isinstance(ledger.clock, DemoClock)
    ledger.clock.advance(timedelta(minutes=50))
    assert names(talk.type("query_limit"))[-1] == reminder.replace("_reported", "")
    ledger.clock.advance(timedelta(hours=12))
    report = tickets.latest_of(ledger, customer, "fraud")
    assert report is not None
    reminded = talk.type("query_limit")
    assert names(reminded)[-1] == reminder and len(reminded) == 2
    assert f"（工单{report.number}）还没有结果" in reminded[-1].text and len(reminded[-1].text) <= 120
    assert names(talk.type("affirm", "好的")) == agreed
    tickets.close(ledger, report.id)
    assert names(talk.type("query_limit"))[-1] == reminder.replace("_reported", "")


@pytest.mark.parametrize("close_after", [False, True])
def test_a_button_that_is_long_out_of_date_tells_it_before_it_charges(
    chat: Begin, ledger: Ledger, close_after: bool
) -> None:
    talk = chat("c-owing")
    talk.type("report_unauthorised", STOLEN)
    shown = (
        talk.press(talk.type("how_to_close"), "一次结清并关闭") if close_after else talk.type("offer_settle")
    )
    assert isinstance(ledger.clock, DemoClock)
    ledger.clock.advance(timedelta(hours=12))
    journals = dump.account_json(ledger, "c-owing")["journals"]
    said = talk.press(shown, "确认结清", strong=True)
    alone = ["utter_reported_owing", "utter_quote_expired"]
    assert names(said) == (["utter_quote_reported_close", "utter_quote_effects"] if close_after else alone)
    assert "还没有结果" in said[0].text and "没有扣款" in said[0].text + said[1].text
    assert dump.account_json(ledger, "c-owing")["journals"] == journals and said[-1].buttons


@pytest.mark.parametrize(
    "text", ["等等，账单里有一笔我不认识的消费", "这个东西我没买过啊", "怎么有单莫名其妙的扣款"]
)
def test_something_not_theirs_ends_the_decision_and_tells_how_to_report_it(chat: Begin, text: str) -> None:
    talk = chat("c-clean")
    talk.type("how_to_close", enters="close")
    said = talk.type("query_bill", text)
    assert names(said) == ["utter_fraud_found"]
    assert talk.slots["decision"] is None

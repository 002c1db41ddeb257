"""What the assistant says in one turn, made fit for the customer."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from channels import words
from channels.buttons import ButtonSigner, Press
from channels.output import TurnOutput

SIGNER = ButtonSigner("button-secret-of-the-tests")
SETTLE = Press("confirm_settle", "确认结清", {"quote_id": "q-1", "amount_fen": 1})


def said(*messages: dict[str, Any]) -> TurnOutput:
    output = TurnOutput("web-a", "web", SIGNER, 1000)
    for message in messages:
        asyncio.run(output.send_response("web-a", message))
    return output


def test_a_bubble_keeps_text_buttons_and_custom_together() -> None:
    message = {
        "text": "一\n\n  \n二",
        "buttons": [{"title": "确认结清", "payload": "/confirm_settle"}],
        "values": {"confirm_settle": SETTLE.values},
        "custom": {"type": "quote"},
    }
    [bubble] = (said(message)).bubbles()
    assert (bubble["text"], bubble["custom"]) == ("一\n二", {"type": "quote"})
    assert SIGNER.read("web-a", bubble["buttons"][0]["token"], 1000) == SETTLE


def test_two_buttons_to_the_same_place_are_one() -> None:
    titles = ["查账单", "怎么还款", "您还问了：账单"]
    payloads = ["/query_bill", "/how_to_repay", "/query_bill"]
    buttons = [{"title": title, "payload": path} for title, path in zip(titles, payloads, strict=True)]
    [bubble] = said({"text": "一", "buttons": buttons}).bubbles()
    assert [each["title"] for each in bubble["buttons"]] == ["您还问了：账单", "怎么还款"]


def test_a_button_of_both_bubbles_is_in_the_second() -> None:
    bill, person = (
        {"title": title, "payload": path} for title, path in (("查账单", "/a"), ("人工客服", "/b"))
    )
    output = said({"text": "一", "buttons": [bill, person]}, {"text": "二", "buttons": [person]})
    titles = [[each["title"] for each in bubble["buttons"]] for bubble in output.bubbles()]
    assert titles == [["查账单"], ["人工客服"]]


@pytest.mark.parametrize("payload", ["confirm", "/confirm {}", '/confirm{"a": 1}', "", None])
def test_a_button_without_a_plain_intent_is_left_out(payload: str | None) -> None:
    output = said({"text": "一", "buttons": [{"title": "x", "payload": payload}]})
    assert output.bubbles()[0]["buttons"] == []


def test_more_than_two_bubbles_become_two_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    output = said({"text": "一"}, {"text": "二"}, {"text": "三", "custom": {"type": "bill"}}, {"text": ""})
    assert [bubble["text"] for bubble in output.bubbles()] == ["一", "二\n三"]
    assert output.bubbles()[1]["custom"] == {"type": "bill"}
    assert "3 bubbles" in caplog.text


def test_two_failures_are_one_apology() -> None:
    output = said(words.apology("稍后再试", "E-1"), words.apology("稍后再试", "E-2"))
    assert [bubble["custom"]["reference"] for bubble in output.bubbles()] == ["E-1"]
    assert output.failures == ["E-1", "E-2"]


def test_silence_that_is_meant_is_no_bubble() -> None:
    output = said({"text": "", "custom": {"type": "silent"}})
    assert (output.bubbles(), output.silent) == ([], True)

"""What the service tells unasked arrives once; a service that is down is said so."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
import requests

from tests.channels.conftest import Chat, make_token, wait_for


def test_news_arrive_by_themselves_once_also_after_a_failure(chat: Chat) -> None:
    sub = f"c-{uuid.uuid4().hex[:8]}"
    token = make_token(sub)
    seen = chat.say(token, "你好")[-1]["seq"]
    ids = [
        chat.put_outbox(f"web-{sub}", "fails_once", "S1-1"),
        chat.put_outbox(f"web-{sub}", "payout_done", "P1"),
    ]
    wait_for(lambda: set(ids) <= set(chat.acked()), 20)
    said = [message["text"] for message in chat.history(token, f"since={seen}")]
    assert sorted(said) == ["通知 fails_once S1-1", "通知 payout_done P1"]


def test_the_first_news_of_a_session_say_who_speaks(chat: Chat) -> None:
    sub = f"c-{uuid.uuid4().hex[:8]}"
    outbox_id = chat.put_outbox(f"web-{sub}", "ticket_taken", "7")
    wait_for(lambda: outbox_id in chat.acked(), 20)
    assert [message["text"] for message in chat.history(make_token(sub))] == [
        "我是智能客服。\n通知 ticket_taken 7"
    ]


@pytest.fixture
def service_down(chat: Chat) -> Iterator[None]:
    chat.service.stop()
    yield
    chat.service.start()
    wait_for(chat.service_ready, 30)


def test_a_service_that_is_down_is_told_with_a_reference(chat: Chat, service_down: None) -> None:
    token = make_token()
    said = chat.say(token, "你好")
    assert len(said) == 1
    assert said[0]["custom"]["type"] == "error"
    reference = said[0]["custom"]["reference"]
    assert reference in said[0]["text"]
    assert f"[{reference}] action action_greet failed: no connection to the service" in chat.bot.text()
    ready = requests.get(f"{chat.url}/readyz", timeout=10)
    assert (ready.status_code, ready.json()["service"], ready.json()["model"]) == (503, False, True)

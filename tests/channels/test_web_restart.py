"""The bot is killed: replies and news arrive once, in order, on every tab, when it is back."""

from __future__ import annotations

import json
import threading
import uuid
from typing import Any

import pytest
import requests

from tests.channels.conftest import START_TIMEOUT_S, Live, Sockets, wait_for


@pytest.fixture
def sub() -> str:
    return f"c-{uuid.uuid4().hex[:8]}"


def history_of(tab: str, live: Live, sub: str, sockets: Sockets, since: int) -> list[dict[str, Any]]:
    sockets.connect(tab, live.chat.url, live.keys.token(sub))
    ack = sockets.call(tab, "session_request", {"since": since})
    assert ack["ok"]
    return ack["messages"]


def test_an_answer_broken_off_is_given_once_after_a_restart(live: Live, sockets: Sockets, sub: str) -> None:
    chat, token = live.chat, live.keys.token(sub)
    for tab in ("one", "two"):
        sockets.connect(tab, chat.url, token)
    chat.say(token, "你好")
    body = json.dumps({"id": "slow", "text": "慢慢"})
    ended: list[Exception] = []

    def ask() -> None:
        try:
            chat.send(token, body)
        except requests.RequestException as error:
            ended.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    wait_for(lambda: len(chat.history(token)) == 3, 10)
    chat.bot.kill()
    asking.join(10)
    assert ended, "the answer had been given before"
    put = [
        chat.put_outbox(f"web-{sub}", kind, ref) for kind, ref in (("payout_done", "P1"), ("ack_lost", "P2"))
    ]
    chat.bot.start()
    wait_for(chat.ready, START_TIMEOUT_S)
    again = chat.send(token, body).json()["messages"]
    assert [message["text"] for message in again] == ["久等了。"]
    assert chat.send(token, body).json()["messages"] == again
    wait_for(lambda: set(put) <= set(chat.acked()), 20)
    for tab in ("one", "two"):
        missed = history_of(tab, live, sub, sockets, since=2)
        assert [message["seq"] for message in missed] == [3, 4, 5, 6]
        assert [message["text"] for message in missed if message["role"] == "user"] == ["慢慢"]
        told = [message["text"] for message in missed if message["text"].startswith("通知")]
        assert told == ["通知 payout_done P1", "通知 ack_lost P2"]


def test_a_message_taken_over_which_the_bot_died_is_not_left_in_silence(
    live: Live, sockets: Sockets, sub: str
) -> None:
    """The page heard that its message was taken, and so does not send it again by itself."""
    chat, token = live.chat, live.keys.token(sub)
    sockets.connect("one", chat.url, token)
    assert sockets.call("one", "user_uttered", {"id": "taken", "text": "慢慢"})["ok"]
    live.restart()
    missed = wait_for(
        lambda: history_of(f"tab-{uuid.uuid4().hex}", live, sub, sockets, since=1), 60, pause_s=2
    )
    assert [message["text"][:6] for message in missed] == ["请再发一次。"]
    assert missed[0]["custom"]["type"] == "error"


def test_news_under_way_when_the_bot_is_killed_arrive_once_and_in_order(
    live: Live, sockets: Sockets, sub: str
) -> None:
    chat, token = live.chat, live.keys.token(sub)
    chat.say(token, "你好")
    put = [chat.put_outbox(f"web-{sub}", "payout_done", f"P{number}") for number in range(30)]
    wait_for(lambda: len(chat.history(token, "since=2")) >= 3, 20, pause_s=0.01)
    told = len(chat.history(token, "since=2"))
    live.restart()
    assert told < len(put), "it was killed too late to prove anything"
    wait_for(lambda: set(put) <= set(chat.acked()), 60)
    for tab in ("one", "two"):
        missed = history_of(tab, live, sub, sockets, since=2)
        assert [message["text"] for message in missed] == [f"通知 payout_done P{n}" for n in range(30)]
        assert [message["seq"] for message in missed] == list(range(3, 33))


def test_a_button_offered_before_a_restart_still_works(live: Live, sub: str) -> None:
    chat, token = live.chat, live.keys.token(sub)
    button = chat.say(token, "结清")[0]["buttons"][1]["token"]
    live.restart()
    assert chat.say(token, button=button)[0]["text"] == "您好，请问要办理什么？"

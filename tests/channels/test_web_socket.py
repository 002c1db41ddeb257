"""The chat by Socket.IO on a real Rasa server, with real clients."""

from __future__ import annotations

import time
import uuid
from datetime import datetime
from typing import Any

import pytest

from tests.channels.conftest import Chat, Sockets, make_token, strong


@pytest.mark.parametrize(
    ("kind", "message"),
    [("none", "unauthorized"), ("text", "unauthorized"), ("forged", "unauthorized"), ("expired", "expired")],
)
def test_only_a_good_token_connects(chat: Chat, sockets: Sockets, kind: str, message: str) -> None:
    auth = {
        "none": None,
        "text": "token",
        "forged": {"token": make_token(secret="another-secret-0123456789-0123456789")},
        "expired": {"token": make_token(exp=int(time.time()) - 1)},
    }[kind]
    refused = sockets.do("connect", name="a", url=chat.url, auth=auth)
    assert refused == {"refused": [{"message": message}]}


def test_a_page_of_another_origin_cannot_connect(chat: Chat, sockets: Sockets) -> None:
    assert "refused" in sockets.connect("a", chat.url, make_token(), origin="https://evil.example")
    assert "sid" in sockets.connect("b", chat.url, make_token(), origin="https://shop.example")
    assert "sid" in sockets.connect("c", chat.url, make_token(), origin=chat.url)


def test_every_tab_hears_the_answer_and_no_other_customer_does(chat: Chat, sockets: Sockets) -> None:
    token = make_token()
    for name, held in (("tab", token), ("other_tab", token), ("stranger", make_token())):
        assert "sid" in sockets.connect(name, chat.url, held)
    assert sockets.say("tab", "你好") == {"ok": True, "dup": False, "seq": 1}
    [said] = sockets.wait("tab", "bot_uttered")
    assert said["text"] == "我是智能客服。\n您好，请问要办理什么？"
    assert sockets.wait("other_tab", "bot_uttered") == [said]
    [echo] = sockets.wait("other_tab", "user_echo")
    assert {**echo, "at": ""} == {"seq": 1, "role": "user", "text": "你好", "at": ""}
    assert echo["at"] == chat.history(token, "all=1")[0]["at"]
    assert sockets.wait("tab", "typing", count=2) == [{"on": True}, {"on": False}]
    assert sockets.do("order", name="tab") == ["typing", "bot_uttered", "typing"]
    assert sockets.do("order", name="stranger") == []


def test_custom_data_cannot_choose_who_hears_it(chat: Chat, sockets: Sockets) -> None:
    sockets.connect("tab", chat.url, make_token())
    sockets.connect("other", chat.url, make_token("c-other"))
    sockets.say("tab", "结清")
    assert sockets.wait("tab", "bot_uttered")[0]["custom"]["room"] == "u:web-c-other"
    assert sockets.do("order", name="other") == []


def test_a_message_is_answered_once(chat: Chat, sockets: Sockets) -> None:
    token = make_token()
    sockets.connect("tab", chat.url, token)
    sockets.connect("other_tab", chat.url, token)
    body = {"id": "same", "text": "你好"}
    acks = sockets.do("both", name="tab", other="other_tab", event="user_uttered", data=body)
    assert sorted(ack["dup"] for ack in acks) == [False, True]
    assert len(sockets.wait("tab", "bot_uttered", count=2, timeout_s=1)) == 1
    assert sockets.say("tab", "你好", id="same") == {"ok": True, "dup": True, "seq": 1}
    changed = sockets.say("tab", "结清", id="same")
    assert (changed["ok"], changed["error"]["code"]) == (False, "id_conflict")
    assert len(chat.history(token)) == 2


def test_a_returning_tab_gets_what_it_missed(chat: Chat, sockets: Sockets) -> None:
    token = make_token()
    chat.say(token, "你好")
    chat.say(token, "结清")
    sockets.connect("tab", chat.url, token)
    everything = sockets.call("tab", "session_request", {"since": 0})
    assert (everything["ok"], everything["seq"]) == (True, 4)
    assert abs(datetime.fromisoformat(everything["at"]).timestamp() - time.time()) < 60
    assert [message["role"] for message in everything["messages"]] == ["user", "bot", "user", "bot"]
    missed = sockets.do("call", name="tab", event="session_request", data={"since": 3})
    assert [message["seq"] for message in missed["messages"]] == [4]
    assert sockets.do("call", name="tab", event="session_request", data={"since": 4})["seq"] == 4
    assert sockets.do("call", name="tab", event="session_request", data={"since": "x"})["ok"] is False


def test_a_button_needs_the_stronger_token_of_a_new_socket(chat: Chat, sockets: Sockets) -> None:
    sub = f"c-{uuid.uuid4().hex[:8]}"
    sockets.connect("weak", chat.url, make_token(sub))
    sockets.say("weak", "结清")
    button = sockets.wait("weak", "bot_uttered")[0]["buttons"][0]["token"]
    press = {"id": "p1", "button": button}
    assert sockets.do("call", name="weak", event="user_uttered", data=press)["ok"]
    assert sockets.wait("weak", "bot_uttered", count=2)[1]["custom"] == {"type": "step_up", "acr": "payment"}
    sockets.connect("strong", chat.url, strong(sub))
    assert sockets.do("call", name="strong", event="user_uttered", data={**press, "id": "p2"})["ok"]
    assert sockets.wait("strong", "bot_uttered")[0]["text"] == f"web-{sub} p2 q1 1234"


@pytest.mark.parametrize(
    "data", [None, "你好", [], {"text": "你好"}, {"id": "1", "text": "你好", "session_id": "x"}]
)
def test_another_shape_is_refused_in_the_ack(chat: Chat, sockets: Sockets, data: Any) -> None:
    sockets.connect("tab", chat.url, make_token())
    ack = sockets.do("call", name="tab", event="user_uttered", data=data)
    assert (ack["ok"], ack["error"]["code"]) == (False, "bad_request")


def test_too_many_messages_wait(chat: Chat, sockets: Sockets) -> None:
    sockets.connect("tab", chat.url, make_token())
    acks = [sockets.say("tab", "") for _ in range(11)]
    assert [ack["ok"] for ack in acks] == [True] * 10 + [False]
    assert acks[10]["error"]["code"] == "rate_limited"
    assert acks[10]["error"]["retry_after_s"] >= 1


def test_a_frame_above_the_limit_closes_only_its_own_socket(chat: Chat, sockets: Sockets) -> None:
    token = make_token()
    sockets.connect("tab", chat.url, token)
    sockets.connect("other_tab", chat.url, token)
    assert "failed" in sockets.say("tab", "月" * 60_000)
    assert sockets.say("other_tab", "你好")["ok"]


def test_a_socket_ends_with_its_token(chat: Chat, sockets: Sockets) -> None:
    sockets.connect(
        "tab", chat.url, make_token(exp=int(time.time()) + 5)
    )  # long enough for a busy machine to let it in
    assert sockets.wait("tab", "disconnect")
    assert sockets.do("order", name="tab")[-2:] == ["auth_expired", "disconnect"]


def test_news_reach_an_open_tab(chat: Chat, sockets: Sockets) -> None:
    sub = f"c-{uuid.uuid4().hex[:8]}"
    sockets.connect("tab", chat.url, make_token(sub))
    chat.put_outbox(f"web-{sub}", "payout_done", "P1")
    assert sockets.wait("tab", "bot_uttered")[0]["text"] == "我是智能客服。\n通知 payout_done P1"

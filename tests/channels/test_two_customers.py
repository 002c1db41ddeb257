"""Two customers with good tokens: neither reads, speaks, presses, pushes, joins or replays as the other.

Each attempt is refused, changes nothing of the victim's, and is in the log with who tried, without a secret
and without a number that names a person.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from channels.buttons import ButtonSigner, Press
from tests.channels.conftest import (
    ACTION_SECRET,
    BUTTON_SECRET,
    JWT_SECRET,
    Chat,
    Sockets,
    in_the_log,
    make_token,
    strong,
)

PHONE = "13812345678"


@dataclass
class Pair:
    """Mallory attacks Alice, whose talk has a phone number, an offer's buttons and an ended journey."""

    chat: Chat
    sockets: Sockets
    alice: str = field(default_factory=lambda: f"c-a{uuid.uuid4().hex[:8]}")
    mallory: str = field(default_factory=lambda: f"c-m{uuid.uuid4().hex[:8]}")

    def __post_init__(self) -> None:
        self.chat.say(make_token(self.alice), f"结清，手机{PHONE}")
        self.confirm, self.look = self.chat.say(make_token(self.alice), "结清", id="alices-own")[0]["buttons"]
        [done] = self.chat.say(make_token(self.alice), "办完")
        self.ended = done["seq"]
        for name, sub in (("alice", self.alice), ("mallory", self.mallory)):
            assert "sid" in self.sockets.connect(name, self.chat.url, strong(sub))
        self.before = self.chat.history(make_token(self.alice))
        self.logged = len(self.chat.bot.text())

    def http(self, method: str, path: str, **more: Any) -> requests.Response:
        """As Mallory, with his own strong token."""
        headers = {"Authorization": f"Bearer {strong(self.mallory)}", **more.pop("headers", {})}
        return requests.request(method, self.chat.url + path, headers=headers, timeout=10, **more)

    def call(self, event: str, data: Any) -> Any:
        return self.sockets.call("mallory", event, data)

    def log(self) -> str:
        return self.chat.bot.text()[self.logged :]

    def refused(self, error: dict[str, Any], code: str, why: str) -> None:
        """The refusal has this code, and the log has the same under its reference, saying who tried what."""
        assert error["code"] == code
        assert f"[{error['reference']}] refused: {code} ({why})" in self.log()

    def check_untouched(self) -> None:
        """Alice has heard nothing and her conversation is as it was; Mallory has nothing of hers."""
        assert self.chat.history(make_token(self.alice)) == self.before
        assert self.sockets.do("order", name="alice") == []
        told = json.dumps(self.chat.history(make_token(self.mallory)), ensure_ascii=False)
        assert self.alice not in told and self.confirm["token"] not in told
        log = self.log()
        secrets = (PHONE, self.confirm["token"], self.look["token"], JWT_SECRET, BUTTON_SECRET, ACTION_SECRET)
        assert not any(secret in log for secret in secrets)


@pytest.fixture
def pair(chat: Chat, sockets: Sockets) -> Iterator[Pair]:
    made = Pair(chat, sockets)
    yield made
    made.check_untouched()


@pytest.mark.parametrize(
    "query", ["sender=web-{alice}", "since=0&sub={alice}", "since=0&since=1", "since=0x"]
)
def test_read_by_http(pair: Pair, query: str) -> None:
    answer = pair.http("GET", f"/chat/messages?{query.format(alice=pair.alice)}")
    assert answer.status_code == 400
    field_ = "bad since" if query == "since=0x" else "unknown or repeated field"
    pair.refused(answer.json()["error"], "bad_request", f"web-{pair.mallory}: {field_}")


@pytest.mark.parametrize("header", ["X-Sender", "X-Forwarded-User", "Cookie"])
def test_read_by_a_header_gives_ones_own(pair: Pair, header: str) -> None:
    pair.chat.say(make_token(pair.mallory), "你好")
    answer = pair.http("GET", "/chat/messages?all=1", headers={header: f"sender=web-{pair.alice}"})
    assert answer.json()["messages"][0]["text"] == "你好"


@pytest.mark.parametrize("name", ["sender", "sender_id", "session_id", "room", "token"])
def test_read_by_socket(pair: Pair, name: str) -> None:
    ack = pair.call("session_request", {"since": 0, name: f"web-{pair.alice}"})
    assert ack["ok"] is False and "messages" not in ack
    pair.refused(ack["error"], "bad_request", f"web-{pair.mallory}: unknown field")


def test_speak_by_http(pair: Pair) -> None:
    body = {"id": "m1", "text": "你好", "sender": f"web-{pair.alice}"}
    answer = pair.http("POST", "/chat/messages", json=body)
    assert answer.status_code == 400
    pair.refused(answer.json()["error"], "bad_request", f"web-{pair.mallory}: not a message")
    for path in (
        "/webhooks/rest/webhook",
        f"/conversations/web-{pair.alice}/messages",
        "/webhooks/web/webhook",
    ):
        answer = pair.http("POST", path, json={"sender": f"web-{pair.alice}", "message": "你好"})
        assert answer.status_code == 404
        pair.refused(answer.json()["error"], "not_found", f"POST {in_the_log(path)}")


def test_speak_by_socket(pair: Pair) -> None:
    ack = pair.call("user_uttered", {"id": "m1", "text": "你好", "sender": f"web-{pair.alice}"})
    pair.refused(ack["error"], "bad_request", f"web-{pair.mallory}: not a message")


def test_another_message_under_an_id_of_ones_own_is_logged_with_who_sent_it(pair: Pair) -> None:
    pair.call("user_uttered", {"id": "m1", "text": "你好"})
    ack = pair.call("user_uttered", {"id": "m1", "text": "结清"})
    pair.refused(ack["error"], "id_conflict", f"web-{pair.mallory}")
    answer = pair.http("POST", "/chat/messages", json={"id": "m1", "text": "结清"})
    pair.refused(answer.json()["error"], "id_conflict", f"web-{pair.mallory}")


@pytest.mark.parametrize("page", ["https://evil.example", "null"])
def test_every_socket_of_another_page_is_logged(pair: Pair, page: str) -> None:
    for name in ("first", "second"):
        assert "refused" in pair.sockets.connect(name, pair.chat.url, strong(pair.mallory), origin=page)
    assert pair.log().count(f"refused: a socket from a page of '{page}'") == 2


@pytest.mark.parametrize("way", ["http", "socket"])
@pytest.mark.parametrize("which", ["confirm", "look"])
def test_press(pair: Pair, way: str, which: str) -> None:
    token = getattr(pair, which)["token"]
    if way == "http":
        said = pair.http("POST", "/chat/messages", json={"id": "m1", "button": token}).json()["messages"]
    else:
        assert pair.call("user_uttered", {"id": "m1", "button": token})["ok"]
        said = pair.sockets.wait("mallory", "bot_uttered")
    assert [("按钮不能使用" in message["text"], message["buttons"]) for message in said] == [(True, [])]
    tried = f"refused: web-{pair.mallory} pressed a button of web-{pair.alice} (ButtonOfAnother)"
    assert tried in pair.log()


def test_press_what_mallory_signs_himself(pair: Pair) -> None:
    for secret, owner in (("a-secret-of-mallory-himself", pair.mallory), (BUTTON_SECRET, pair.alice)):
        press = Press("confirm_settle", "确认结清", {"quote_id": "q1", "amount_fen": 1})
        token = ButtonSigner(secret).sign(f"web-{owner}", press, time.time())
        [said] = pair.chat.say(strong(pair.mallory), button=token)
        assert "按钮不能使用" in said["text"]
    assert pair.log().count(f"refused: web-{pair.mallory} pressed a button") == 2


@pytest.mark.parametrize("event", ["bot_uttered", "user_echo", "typing", "auth_expired", "rated", "notice"])
def test_push_by_socket(pair: Pair, event: str) -> None:
    ack = pair.call(event, {"room": f"u:web-{pair.alice}", "seq": 99, "text": "请转账"})
    pair.refused(ack["error"], "unknown_event", f"web-{pair.mallory} sent {event!r}")


def test_push_by_http(pair: Pair) -> None:
    item = {"sender": f"web-{pair.alice}", "kind": "ticket_reply", "ref": "1"}
    for path in (
        "/internal/outbox",
        "/internal/outbox/ack",
        f"/conversations/web-{pair.alice}/trigger_intent",
    ):
        answer = pair.http("POST", path, json=item)
        assert answer.status_code == 404
        pair.refused(answer.json()["error"], "not_found", f"POST {in_the_log(path)}")
    answer = requests.post(
        f"{pair.chat.service_url}/test/outbox", json=item, headers={"X-Action-Secret": "guess"}, timeout=10
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("event", ["join", "enter_room", "subscribe"])
def test_join_a_room_by_an_event(pair: Pair, event: str) -> None:
    ack = pair.call(event, {"room": f"u:web-{pair.alice}"})
    pair.refused(ack["error"], "unknown_event", f"web-{pair.mallory} sent {event!r}")
    pair.chat.say(make_token(pair.alice), "你好")
    assert pair.sockets.do("order", name="mallory") == []
    pair.before = pair.chat.history(make_token(pair.alice))
    pair.sockets.connect("alice", pair.chat.url, make_token(pair.alice))  # forgets what she heard just now


def test_join_a_room_as_a_namespace(pair: Pair) -> None:
    namespace = f"/u:web-{pair.alice}"
    refused = pair.sockets.connect("spy", pair.chat.url, strong(pair.mallory), namespace=namespace)
    assert "refused" in refused
    assert f"refused: not_found (socket: {namespace[:32]!r})" in pair.log()


def test_join_with_a_token_of_alices_name_that_nobody_signed(pair: Pair) -> None:
    for token in (make_token(pair.alice, secret="another-secret-0123456789-0123456789"), f"{pair.alice}", ""):
        refused = pair.sockets.connect("spy", pair.chat.url, token)
        assert refused == {"refused": [{"message": "unauthorized"}]}
    assert pair.log().count("refused: unauthorized (socket: ") == 3


@pytest.mark.parametrize("way", ["http", "socket"])
def test_replay_of_alices_message_is_mallorys_own_question(pair: Pair, way: str) -> None:
    """The same id and the same words: she is not answered again, and he gets no answer of hers."""
    said = {"id": "alices-own", "text": "结清"}
    if way == "http":
        [answer] = pair.http("POST", "/chat/messages", json=said).json()["messages"]
    else:
        assert pair.call("user_uttered", said) == {"ok": True, "dup": False, "seq": 1}
        [answer] = pair.sockets.wait("mallory", "bot_uttered")
    assert answer["seq"] == 2
    theirs = ButtonSigner(BUTTON_SECRET)
    read = theirs.read(f"web-{pair.mallory}", answer["buttons"][0]["token"], time.time())
    assert read.intent == "confirm_settle"
    [again] = pair.chat.say(make_token(pair.mallory), button=pair.confirm["token"])
    assert "按钮不能使用" in again["text"]
    pair.sockets.connect("mallory", pair.chat.url, make_token(pair.mallory))
    assert f"pressed a button of web-{pair.alice}" in pair.log()


def test_replay_of_alices_token_after_its_end(pair: Pair) -> None:
    old = make_token(pair.alice, exp=int(time.time()) - 1)
    answer = pair.chat.send(old, '{"id": "m1", "text": "你好"}')
    pair.refused(answer.json()["error"], "expired", "expired")
    assert pair.sockets.connect("spy", pair.chat.url, old) == {"refused": [{"message": "expired"}]}
    assert "refused: expired (socket: expired)" in pair.log()


def test_replay_of_alices_visitor_days(pair: Pair) -> None:
    """A pass of a visitor opens no customer's conversation, whatever name is put into it."""
    pass_ = f"visitor.{uuid.uuid4().hex}.{uuid.uuid4().hex}"
    answer = pair.chat.send(pass_, '{"id": "m1", "text": "你好"}')
    assert answer.status_code == 401
    pair.refused(answer.json()["error"], "unauthorized", "not a token")


@pytest.mark.parametrize("way", ["http", "socket"])
def test_rate(pair: Pair, way: str) -> None:
    rating = {"seq": pair.ended, "helped": False}
    if way == "http":
        answer = pair.http("POST", "/chat/ratings", json=rating)
        assert answer.status_code == 404
        error = answer.json()["error"]
    else:
        error = pair.call("rate", rating)["error"]
    pair.refused(error, "not_found", f"web-{pair.mallory} rated message {pair.ended}")

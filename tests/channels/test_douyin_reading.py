"""What the connector makes of the platform's events and answers, without a bot."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from typing import Any

import pytest

from channels.douyin import DouyinInput, _code_of
from channels.encrypted_xml import Refused
from channels.inbox import Peer
from channels.messaging import Delivery
from channels.outgoing import WINDOW_S, Departure
from channels.platform_api import PlatformError, QuotaUsed

ACCOUNT, NOW = "ba253642-0590-40bc-9bdf-9a1334b94059", 1_800_000_000.0
KEYS = {"client_key": "awx1a2b3c4d5e6f7", "client_secret": "s" * 16, "accounts": [ACCOUNT, "another-1"]}
CONNECTOR: Any = DouyinInput.from_credentials({**KEYS, "api_base": "http://127.0.0.1:1"})
AT_MS = int(NOW * 1000) - 500


def opened(kind: str = "im_receive_msg", **fields: Any) -> Delivery:
    """What an event brings; `fields` of its content."""
    usual = {"conversation_short_id": "@c/+==", "server_message_id": "@m/+==", "create_time": AT_MS}
    sender, receiver = (ACCOUNT, "u1") if kind == "im_send_msg" else ("u1", ACCOUNT)
    content = {**usual, "message_type": "text", "text": "你好", **fields}
    event = {"event": kind, "client_key": KEYS["client_key"], "content": json.dumps(content)}
    return sign_and_open(json.dumps({**event, "from_user_id": sender, "to_user_id": receiver}).encode())


def sign_and_open(body: bytes) -> Delivery:
    signature = hashlib.new("sha1", b"s" * 16 + body, usedforsecurity=False).hexdigest()
    return CONNECTOR.open({}, {"x-douyin-signature": signature}, body, NOW)


def test_a_message_says_who_what_when_and_how_it_is_answered() -> None:
    (arrival,) = opened().arrivals
    assert (arrival.sender, arrival.account, arrival.user) == ("dy-u1", ACCOUNT, "u1")
    assert (arrival.text, arrival.kind, arrival.sent_at) == ("你好", "text", NOW - 0.5)
    assert arrival.context == {"open_id": "u1", "conversation_id": "@c/+==", "msg_id": "@m/+=="}
    assert len(arrival.message_id) == 32 and arrival.message_id == opened().arrivals[0].message_id
    assert arrival.message_id != opened(server_message_id="@n").arrivals[0].message_id


def test_content_may_be_an_object_too() -> None:
    (arrival,) = opened().arrivals
    event = {"event": "im_receive_msg", "client_key": KEYS["client_key"], "from_user_id": "u1"}
    content = {"conversation_short_id": "@c/+==", "server_message_id": "@m/+==", "create_time": AT_MS}
    content |= {"message_type": "text", "text": "你好"}
    body = json.dumps({**event, "to_user_id": ACCOUNT, "content": content}).encode()
    assert sign_and_open(body).arrivals == [arrival]


def test_an_open_id_that_is_no_name_gets_one_and_is_kept_for_the_answer() -> None:
    open_id = "@8hxdhauTCMppanGnM4ltGM780mDqPP+KPpR0qQOmLVAXb/T060zdRmYqig357zEBq6CZRp4NVe6qLIJW/V/x1w=="
    event = {"event": "im_receive_msg", "client_key": KEYS["client_key"], "from_user_id": open_id}
    content = {"conversation_short_id": "c", "server_message_id": "m", "create_time": AT_MS, "text": "你好"}
    (arrival,) = sign_and_open(
        json.dumps({**event, "to_user_id": ACCOUNT, "content": json.dumps(content)}).encode()
    ).arrivals
    assert arrival.sender == "dy-" + arrival.user and arrival.user.isalnum() and len(arrival.user) == 48
    assert arrival.context["open_id"] == open_id


@pytest.mark.parametrize(
    "fields",
    [
        {"server_message_id": None},
        {"server_message_id": 7},
        {"server_message_id": ""},
        {"server_message_id": "m" * 513},
        {"server_message_id": "\ud800"},
        {"conversation_short_id": {"a": 1}},
        {"create_time": None},
        {"create_time": "1800000000000"},
        {"create_time": True},
        {"create_time": -1},
        {"create_time": 10**400},
        {"create_time": float("nan")},
    ],
)
def test_a_message_without_its_ids_or_its_time_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        opened(**fields)


@pytest.mark.parametrize(
    "body", [b"", b"null", b"7", b'"x"', b"[]", b"{}", b'{"event": 1, "content": 2}', b"\xff"]
)
def test_what_is_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(Refused):
        sign_and_open(body)


@pytest.mark.parametrize("signature", ["", "é", "\udcff", "0" * 40, "A" * 4000])
def test_a_signature_may_be_anything(signature: str) -> None:
    with pytest.raises(Refused, match="forged"):
        CONNECTOR.open({}, {"x-douyin-signature": signature}, b"{}", NOW)


def test_what_is_older_than_it_would_be_known_is_not_taken() -> None:
    """A signature is good for ever: an old delivery must not be a new message."""
    assert opened(create_time=int((NOW - WINDOW_S + 5) * 1000)).arrivals
    assert not opened(create_time=int((NOW - WINDOW_S - 5) * 1000)).arrivals
    (arrival,) = opened(create_time=int((NOW + 3600) * 1000)).arrivals
    assert arrival.sent_at == NOW


@pytest.mark.parametrize("text", [None, 7, {"text": "x"}, ["x"]])
def test_a_text_that_is_none_is_empty(text: Any) -> None:
    assert opened(text=text).arrivals[0].text == ""


def test_who_enters_may_bring_a_token_and_nothing_else_of_a_mini_apps() -> None:
    (arrival,) = opened("im_enter_direct_msg", **{"data-im-extra": "a" * 43}).arrivals
    assert (arrival.kind, arrival.text) == ("entered", "")
    assert arrival.extra == {"code": "@m/+==", "scene": "a" * 43}
    assert arrival.context == {"open_id": "u1", "conversation_id": "@c/+=="}
    for extra in ('{"from": "bill"}', "短", "x" * 129, 7, "\ud800" * 20):
        (arrival,) = opened("im_enter_direct_msg", **{"data-im-extra": extra}).arrivals
        assert arrival.extra == {"code": "@m/+=="}


def test_what_our_interface_sent_is_a_confirmation_and_what_a_person_sent_is_nothing() -> None:
    (told,) = opened("im_send_msg", source=KEYS["client_key"]).confirmations
    assert (told.sender, told.text) == ("dy-u1", "你好")
    assert told.message_id == opened().arrivals[0].message_id
    assert opened("im_send_msg", source="") == Delivery()
    assert opened("im_recall_msg") == Delivery()


def send(context: dict[str, str], body: dict[str, Any], account: str = ACCOUNT, at: float = 0.0) -> bool:
    async def sending() -> bool:
        try:
            peer = Peer(account, "u1", NOW, 0, 0.0, context)
            return await CONNECTOR.send(peer, Departure("d1", "dy-u1", body, 0, at or time.time()))
        finally:
            await CONNECTOR.close()

    return asyncio.run(sending())


def test_who_has_not_written_can_only_be_answered_at_once() -> None:
    entered = {"open_id": "u1", "conversation_id": "c"}
    with pytest.raises(QuotaUsed, match="has not written"):
        send(entered, {"text": "您好"})
    with pytest.raises(QuotaUsed, match="has not written"):
        send(entered, {"text": "您好", "code": "@m"}, at=time.time() - 29)
    with pytest.raises(PlatformError, match="no longer listed"):
        send({**entered, "msg_id": "m"}, {"text": "您好"}, account="gone")
    with pytest.raises(PlatformError, match="no connection"):
        send(entered, {"text": "您好", "code": "@m"})


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"data": {"error_code": 28001008}, "extra": {"error_code": 28001008}}, 28001008),
        ({"data": {"error_code": 0}, "extra": {"error_code": 0}, "msg_id": "m"}, 0),
        ({"data": {}, "err_no": 28001018}, 28001018),
        ({"data": None, "err_no": 0}, 0),
        ({"extra": {"error_code": "2190008"}}, 2190008),
    ],
)
def test_an_error_is_found_where_it_stands(answer: dict[str, Any], code: int) -> None:
    assert _code_of(answer) == code


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"client_key": "short"}, "client_key"),
        ({"client_secret": ""}, "client_secret"),
        ({"accounts": []}, "accounts"),
        ({"accounts": ["a b"]}, "accounts"),
        ({"api_base": "http://open.douyin.example"}, "https"),
    ],
)
def test_a_wrong_key_is_named(wrong: dict[str, Any], named: str) -> None:
    with pytest.raises(SystemExit, match=named):
        DouyinInput.from_credentials({**KEYS, **wrong})

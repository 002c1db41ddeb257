"""What the connector makes of one delivery and of its own menus, without a bot."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import struct
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from channels.encrypted_xml import Refused
from channels.inbox import Peer
from channels.outgoing import Departure
from channels.platform_api import AccessToken, NoMenu, PlatformError, QuotaUsed
from channels.readable import compose
from channels.wechat import WechatInput
from tests.channels.platforms import wechat_account

NOW = 1_800_000_000
VALUES = {
    "app_id": wechat_account.APP_ID,
    "secret": wechat_account.SECRET,
    "token": wechat_account.TOKEN,
    "aes_key": wechat_account.AES_KEY,
    "api_base": "http://127.0.0.1:9",
}
MESSAGE = {"ToUserName": "gh_1", "FromUserName": "oA-b_c", "CreateTime": str(NOW), "MsgType": "text"}
MESSAGE |= {"Content": "你好", "MsgId": "22876340532172986"}
EVENT = {"ToUserName": "gh_1", "FromUserName": "oA-b_c", "CreateTime": str(NOW), "MsgType": "event"}


def delivered(fields: dict[str, str]) -> tuple[dict[str, str], bytes]:
    inner = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
    message = f"<xml>{inner}</xml>".encode()
    plain = b"r" * 16 + struct.pack(">I", len(message)) + message + wechat_account.APP_ID.encode()
    pad = 32 - len(plain) % 32
    key = base64.b64decode(wechat_account.AES_KEY + "=")
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    cipher = base64.b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()
    parts = sorted((wechat_account.TOKEN, str(NOW), "n", cipher))
    signature = hashlib.sha1("".join(parts).encode()).hexdigest()
    query = {"timestamp": str(NOW), "nonce": "n", "msg_signature": signature}
    return query, f"<xml><Encrypt><![CDATA[{cipher}]]></Encrypt></xml>".encode()


def opened(fields: dict[str, str]) -> list[Any]:
    query, body = delivered(fields)
    return WechatInput(VALUES).open(query, {}, body, NOW).arrivals


def test_a_message_is_an_arrival_known_by_its_id() -> None:
    (arrival,) = opened(MESSAGE)
    assert (arrival.sender, arrival.account, arrival.user) == ("wxoa-oA-b_c", "gh_1", "oA-b_c")
    assert (arrival.text, arrival.kind, arrival.sent_at, arrival.choice) == ("你好", "text", NOW, "")
    assert arrival.from_customer
    assert opened({**MESSAGE, "Content": "别的"})[0].message_id == arrival.message_id
    assert opened({**MESSAGE, "MsgId": "2"})[0].message_id != arrival.message_id


@pytest.mark.parametrize(
    "wrong",
    [
        *({"FromUserName": value} for value in ("", "a b", "月", "a" * 65)),
        *({"ToUserName": value} for value in ("", "<a>")),
        *({"CreateTime": value} for value in ("", "x", "-1", "1e9", "٣", "9" * 13)),
        *({"MsgId": value} for value in ("", "x", "9" * 21)),
    ],
)
def test_a_message_that_is_not_whole_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(Refused):
        opened({**MESSAGE, **wrong})


@pytest.mark.parametrize(
    ("msg_type", "shown"), [("voice", "语音"), ("shortvideo", "视频"), ("news", "消息"), ("", "消息")]
)
def test_what_is_no_text_is_named(msg_type: str, shown: str) -> None:
    (arrival,) = opened({**MESSAGE, "MsgType": msg_type, "Content": "不是文字"})
    assert (arrival.kind, arrival.text, arrival.from_customer) == ("other", shown, True)


@pytest.mark.parametrize(
    ("event", "key", "kind", "text", "scene"),
    [
        ("subscribe", "", "entered", "", None),
        ("subscribe", "qrscene_tok_en-1", "entered", "", "tok_en-1"),
        ("SCAN", "tok_en-1", "entered", "", "tok_en-1"),
        ("CLICK", "怎么还款", "clicked", "怎么还款", None),
        ("unsubscribe", "", "left", "", None),
    ],
)
def test_an_event_is_an_arrival_that_is_no_message(
    event: str, key: str, kind: str, text: str, scene: str | None
) -> None:
    (arrival,) = opened({**EVENT, "Event": event, "EventKey": key})
    assert (arrival.kind, arrival.text, arrival.extra.get("scene")) == (kind, text, scene)
    assert ("anew" in arrival.extra) == (event == "subscribe"), "one follows once, until one leaves"
    assert not arrival.from_customer
    again = opened({**EVENT, "Event": event, "EventKey": key, "Ticket": "t"})
    assert again[0].message_id == arrival.message_id
    later = opened({**EVENT, "Event": event, "EventKey": key, "CreateTime": str(NOW + 1)})
    assert later[0].message_id != arrival.message_id


def test_other_events_are_nothing() -> None:
    for event, key in (("VIEW", "https://shop.example"), ("LOCATION", ""), ("CLICK", ""), ("", "")):
        assert opened({**EVENT, "Event": event, "EventKey": key}) == []


@pytest.mark.parametrize(
    ("echo", "good"),
    [("4371842890", True), ("a+/=_-", True), ("", False), ("<b>", False), ("1" * 129, False)],
)
def test_of_the_check_of_the_address_only_what_is_harmless_is_said_back(echo: str, good: bool) -> None:
    connector = WechatInput(VALUES)
    query = {**connector.probe(NOW).query, "echostr": echo}
    if good:
        assert connector.prove(query, NOW) == echo
    else:
        with pytest.raises(Refused):
            connector.prove(query, NOW)
    for bad in ({**query, "signature": ""}, {**query, "nonce": "x"}):
        with pytest.raises(Refused, match="forged"):
            connector.prove(bad, NOW)
    with pytest.raises(Refused, match="too old"):
        connector.prove(query, NOW + 301)


class Posted(WechatInput):
    """Remembers what it posts; the platform answers it with `code`."""

    def __init__(self, code: int = 0) -> None:
        super().__init__(VALUES)
        self.posted: list[dict[str, Any]] = []
        outer = self

        class Api:
            async def call(self, _token: AccessToken, path: str, data: dict[str, Any]) -> dict[str, Any]:
                outer.posted.append({"path": path, **data})
                if code:
                    raise PlatformError(f"errcode {code}", code)
                return {"errcode": 0}

        self._api = Api()  # type: ignore[assignment]

    def sends(self, body: dict[str, Any], at: float = 0.0, attempts: int = 0) -> bool:
        departure = Departure("d", "wxoa-a", body, attempts, at)
        return asyncio.run(self.send(Peer("gh_1", "oA", NOW, 0, 0.0), departure))


def test_a_menus_ids_are_digits_and_come_back_as_ours() -> None:
    buttons = [{"title": title, "token": title} for title in ("确认结清", "先看看")]
    bubble = {"seq": 407, "text": "办吗？", "buttons": buttons}
    connector = Posted()
    (body,) = compose([bubble], connector.limits).bodies
    connector.sends(body)
    menu = connector.posted[0]["msgmenu"]
    assert [each["id"] for each in menu["list"]] == ["40701", "40702"]
    for pressed, ours in (("40702", "407.2"), ("40710", "407.10"), ("x", "x"), ("5", "0.5")):
        assert opened({**MESSAGE, "bizmsgmenuid": pressed})[0].choice == ours


@pytest.mark.parametrize("code", [40200, 45098, 45099])
def test_a_menu_that_is_not_taken_is_told_apart(code: int) -> None:
    with pytest.raises(NoMenu):
        Posted(code).sends({"text": "办吗？", "menu": [{"id": "1.1", "title": "办"}]})
    with pytest.raises(PlatformError) as refused:
        Posted(code).sends({"text": "办吗？"})
    assert not isinstance(refused.value, NoMenu)


@pytest.mark.parametrize("code", [45015, 45047])
def test_over_time_or_count_it_waits_for_the_customer(code: int) -> None:
    with pytest.raises(QuotaUsed):
        Posted(code).sends({"text": "您好"})
    with pytest.raises(PlatformError) as refused:
        Posted(40003).sends({"text": "您好"})
    assert not isinstance(refused.value, QuotaUsed)


def test_an_events_answer_counts_only_when_it_comes_too_late_for_the_event() -> None:
    answer = {"text": "您好", "code": "SCAN"}
    assert Posted().sends(answer, at=time.time()) is False
    assert Posted().sends(answer, at=time.time(), attempts=3) is False
    assert Posted().sends(answer, at=time.time(), attempts=4) is True
    assert Posted().sends(answer, at=time.time() - 56) is True
    assert Posted().sends({"text": "您好"}, at=time.time()) is True


def test_a_qr_code_without_an_address_is_an_error() -> None:
    with pytest.raises(PlatformError):
        asyncio.run(Posted().invite("token", 600))
    made = Posted()
    for life_s in (-5.0, 600.4, 1e9):
        with pytest.raises(PlatformError):
            asyncio.run(made.invite("token", life_s))
    assert [each["expire_seconds"] for each in made.posted] == [60, 600, 2_592_000]

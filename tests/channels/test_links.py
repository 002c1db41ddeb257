"""What the host's page asks for its customers: links to messaging apps, and decisions begun there."""

from __future__ import annotations

import time
import uuid
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from channels import settings
from tests.channels.conftest import ACTION_SECRET as SECRET
from tests.channels.conftest import BUTTON_SECRET, Chat, Sockets, make_token, strong


def call(chat: Chat, method: str, path: str, token: str, body: Any = None) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}", "Origin": "https://shop.example"}
    return requests.request(method, chat.url + path, json=body, headers=headers, timeout=30)


def sub() -> str:
    return f"c-{uuid.uuid4().hex[:12]}"


def decide(chat: Chat, who: str, token: str) -> list[dict[str, Any]]:
    answer = call(chat, "POST", "/chat/decisions", make_token(who), {"token": token})
    assert answer.status_code == 200, answer.text
    messages: list[dict[str, Any]] = answer.json()["messages"]
    return messages


def test_a_link_comes_with_each_apps_address(chat: Chat) -> None:
    who = sub()
    made = call(chat, "POST", "/chat/links", strong(who)).json()
    assert made["token"] == f"linked-web-{who}"
    kf, wechat = (urlsplit(made["apps"][name]["url"]) for name in ("wecom_kf", "wechat"))
    assert parse_qs(kf.query) == {"enc_scene": ["a"], "scene_param": [made["token"]]}
    assert (kf.netloc, kf.path) == ("kf.example", "/kfid/1")
    assert parse_qs(wechat.query) == {"link": [made["token"]]}


@pytest.mark.parametrize(
    "claims",
    [{}, {"acr": "payment"}, {"acr": "login", "auth_time": 0}, {"acr": "payment", "auth_time": -301}],
)
def test_a_link_asks_for_a_recent_strong_login(chat: Chat, claims: dict[str, Any]) -> None:
    if "auth_time" in claims:
        claims = {**claims, "auth_time": int(time.time()) + claims["auth_time"]}
    refused = call(chat, "POST", "/chat/links", make_token(sub(), **claims))
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "step_up")
    assert 'acr_values="payment"' in refused.headers["WWW-Authenticate"]


def test_links_are_listed_and_ended(chat: Chat) -> None:
    token = make_token(sub())
    (link,) = call(chat, "GET", "/chat/links", token).json()["links"]
    assert call(chat, "DELETE", f"/chat/links/{link['id']}", token).json() == {"state": "ended"}
    nobody = make_token(f"c-nobody-{uuid.uuid4().hex[:8]}")
    assert call(chat, "GET", "/chat/links", nobody).json() == {"links": []}


def test_a_page_of_a_listed_origin_may_end_a_link(chat: Chat) -> None:
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "DELETE"}
    granted = requests.options(f"{chat.url}/chat/links/7", headers=asked, timeout=10)
    assert "DELETE" in granted.headers["Access-Control-Allow-Methods"]


def test_a_decision_is_shown_in_the_conversation_once(chat: Chat, sockets: Sockets) -> None:
    who = sub()
    sockets.connect("page", chat.url, make_token(who))
    token = f"open-{uuid.uuid4().hex}"
    (shown,) = decide(chat, who, token)
    assert [button["title"] for button in shown["buttons"]] == ["确认结清", "先看看"]
    assert shown["custom"]["type"] == "quote"
    assert sockets.wait("page", "bot_uttered")[0]["seq"] == shown["seq"]
    assert decide(chat, who, token) == [shown]  # opened again: nothing is shown a second time
    assert [each["seq"] for each in chat.history(make_token(who))] == [shown["seq"]]
    pressed = chat.say(strong(who), button=shown["buttons"][0]["token"])
    assert "1234" in pressed[0]["text"]


@pytest.mark.parametrize(
    ("state", "said"), [("used", "用过"), ("expired", "过期"), ("other", "别人"), ("unknown", "不能用")]
)
def test_a_link_that_opens_nothing_says_why(chat: Chat, state: str, said: str) -> None:
    (shown,) = decide(chat, sub(), f"{state}-{uuid.uuid4().hex}")
    assert said in shown["text"] and shown["buttons"] == []


def test_a_decision_that_the_service_could_not_open_can_be_opened_again(chat: Chat) -> None:
    who = sub()
    for _ in range(2):
        failed = call(chat, "POST", "/chat/decisions", make_token(who), {"token": "broken"})
        assert (failed.status_code, failed.json()["error"]["code"]) == (503, "service_unavailable")
    assert chat.history(make_token(who)) == []


def test_no_token_is_in_the_log(chat: Chat) -> None:
    token = f"open-{uuid.uuid4().hex}"
    decide(chat, sub(), token)
    assert token not in chat.bot.text()


@pytest.mark.parametrize("text", ["wecom_kf", "wecom_kf=", "=https://kf.example", "wecom_kf=kf.example/1"])
def test_a_wrong_address_of_an_app_is_a_sentence(text: str) -> None:
    given = {"YUEFU_PROFILE": "demo", "YUEFU_LINK_URLS": text, "YUEFU_ACTION_SECRET": SECRET}
    given |= {"YUEFU_BUTTON_SECRET": BUTTON_SECRET, "YUEFU_JWT_SECRET": "x" * 64}
    with pytest.raises(settings.SettingsError, match="YUEFU_LINK_URLS must list"):
        settings.load(given)
    assert settings.load({**given, "YUEFU_LINK_URLS": ""}).link_urls == {}

"""A messaging app is linked, decides on the page and hears the result, between the real bot and service."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.live import LiveDemo, Message, button, words_of

PHONE = "wxkf-wmAbCdEf12"


def chat(demo: LiveDemo, method: str, path: str, token: str, body: Any = None) -> Any:
    answer = demo.bot.request(method, path, json=body, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    return answer.json()


def service(demo: LiveDemo, path: str, **body: Any) -> dict[str, Any]:
    answer = demo.service.post(path, json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def link(demo: LiveDemo, customer: str = "c-owing") -> None:
    made = chat(demo, "POST", "/chat/links", demo.token(customer, "payment"))
    assert service(demo, "/links/redeem", sender=PHONE, token=made["token"]) == {"state": "linked"}


def later(demo: LiveDemo, customer: str, since: int) -> list[Message]:
    until = time.monotonic() + 60
    while not (said := demo.later(customer, since)):
        assert time.monotonic() < until, "nothing came"
        time.sleep(0.2)
    return said


def test_a_decision_of_the_app_is_taken_on_the_page(demo: LiveDemo) -> None:
    link(demo)
    told = later(demo, "c-owing", 0)
    assert "刚关联了微信" in words_of(told)
    made = service(demo, "/links/decision", sender=PHONE, decision="settle")
    assert made["url"].startswith(f"{demo.bot_url}/?decision=")
    token = parse_qs(urlsplit(made["url"]).query)["decision"][0]
    other = chat(demo, "POST", "/chat/decisions", demo.token("c-clean"), {"token": token})["messages"]
    assert "不是给您现在登录的账号的" in words_of(other) and not other[0]["buttons"]
    shown = chat(demo, "POST", "/chat/decisions", demo.token("c-owing"), {"token": token})["messages"]
    assert shown[0]["seq"] > told[0]["seq"] and shown[-1]["custom"]["type"] == "quote"
    confirm = button(shown, "确认结清")
    assert demo.say("c-owing", button=confirm)[0]["custom"]["type"] == "step_up"
    assert "已结清" in words_of(demo.say("c-owing", button=confirm, acr="payment"))
    assert demo.ledger("c-owing")["debts"]["total_fen"] == 0


def test_links_are_listed_masked_and_ended_from_the_page(demo: LiveDemo) -> None:
    link(demo)
    token = demo.token("c-owing")
    (found,) = chat(demo, "GET", "/chat/links", token)["links"]
    assert found["sender"] == "wxkf-****Ef12"
    assert chat(demo, "DELETE", f"/chat/links/{found['id']}", token) == {"state": "ended"}
    assert chat(demo, "GET", "/chat/links", token) == {"links": []}
    assert demo.bot.delete("/chat/links/1", headers={"Authorization": f"Bearer {token}"}).status_code == 404


def test_the_next_customer_of_a_sender_sees_nothing_of_the_last_one(demo: LiveDemo) -> None:
    """Here the sender is a login that the host gives to another customer: the conversation is the bot's."""
    decision = demo.say("c-owing", text="我要把月付的欠款全部提前还清")
    assert "¥" in words_of(decision)
    made = service(demo, "/links", customer="c-clean")
    assert service(demo, "/links/redeem", sender="web-c-owing", token=made["token"])["state"] == "linked"
    assert "没有等您确认的事" in words_of(demo.say("c-owing", text="好的"))
    pressed = demo.say("c-owing", button=button(decision, "确认结清"), acr="payment")
    assert "没有欠款" in words_of(pressed) or "不欠" in words_of(pressed)
    assert demo.ledger("c-owing")["last_settlement"] is None

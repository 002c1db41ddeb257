"""Every status that docs/openapi.yml promises is real, with the codes and headers written there."""

from __future__ import annotations

import functools
import json
import sqlite3
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from jsonschema import Draft202012Validator, RefResolver

from channels import errors
from tests.channels.conftest import ROOT, Chat, Live, in_the_log, make_token, strong, wait_for

DOCUMENT: dict[str, Any] = yaml.safe_load(Path(ROOT, "docs", "openapi.yml").read_text(encoding="utf-8"))
OPERATIONS = {
    f"{method} {path}": operation
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
POST, GET, VISIT = "post /chat/messages", "get /chat/messages", "post /chat/visitors"
RATE = "post /chat/ratings"
LINK, LINKS, UNLINK = "post /chat/links", "get /chat/links", "delete /chat/links/{id}"
DECIDE = "post /chat/decisions"
# Of the demo's page, of addresses that there are not, and of the socket.
NOT_OF_THE_CHAT = {
    "not_built",
    "method_not_allowed",
    "unknown_event",
}
Provoke = Callable[[Chat, Live], requests.Response]


def get(chat: Chat, query: str = "", token: str | None = None) -> requests.Response:
    headers = {"Authorization": f"Bearer {make_token() if token is None else token}"}
    return requests.get(f"{chat.url}/chat/messages{query}", headers=headers, timeout=30)


def rate(chat: Chat, token: str | None = None, **rating: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {make_token() if token is None else token}"}
    body = rating or {"seq": 1, "helped": True}
    return requests.post(f"{chat.url}/chat/ratings", json=body, headers=headers, timeout=30)


def link(chat: Chat, method: str = "POST", path: str = "", token: str | None = None) -> requests.Response:
    headers = {"Authorization": f"Bearer {strong(new_sub()) if token is None else token}"}
    return requests.request(method, f"{chat.url}/chat/links{path}", headers=headers, timeout=30)


def decide(chat: Chat, body: object = None, token: str | None = None) -> requests.Response:
    headers = {"Authorization": f"Bearer {make_token() if token is None else token}"}
    given = {"token": "expired-1"} if body is None else body
    return requests.post(f"{chat.url}/chat/decisions", json=given, headers=headers, timeout=30)


def new_sub() -> str:
    return f"c-{uuid.uuid4().hex[:12]}"


def too_often(ask: Callable[[str], requests.Response]) -> requests.Response:
    token = strong(new_sub())
    return [ask(token) for _ in range(11)][-1]


def rate_what_ended(chat: Chat, _: Live) -> requests.Response:
    token = make_token()
    [done] = chat.say(token, "办完")
    return rate(chat, token, seq=done["seq"], helped=True, words="好")


def rate_too_often(chat: Chat, _: Live) -> requests.Response:
    token = make_token()
    return [rate(chat, token) for _ in range(11)][-1]


def visit(chat: Chat, body: str = "{}") -> requests.Response:
    return requests.post(f"{chat.url}/chat/visitors", data=body, timeout=10)


def too_many(chat: Chat, _: Live) -> requests.Response:
    token = make_token()
    answers = [chat.ask(token, "") for _ in range(11)]
    return answers[-1]


def too_many_visitors(_: Chat, live: Live) -> requests.Response:
    answers = [visit(live.chat) for _ in range(21)]
    return answers[-1]


def used_id(chat: Chat, _: Live) -> requests.Response:
    token = make_token()
    chat.ask(token, "你好", id="one")
    return chat.ask(token, "结清", id="one")


def with_the_database_taken(ask: Callable[[], requests.Response], chat: Chat) -> requests.Response:
    """Somebody holds the chat's database for longer than a request waits for it."""
    with sqlite3.connect(chat.bot.env["YUEFU_CHAT_DB"], isolation_level=None) as held:
        held.execute("BEGIN IMMEDIATE")
        answer = ask()
        held.execute("ROLLBACK")
    return answer


def with_a_table_gone(ask: Callable[[], requests.Response], chat: Chat) -> requests.Response:
    """Reading waits for nobody who writes: it fails where there is nothing to read."""
    with sqlite3.connect(chat.bot.env["YUEFU_CHAT_DB"], isolation_level=None) as renamed:
        renamed.execute("ALTER TABLE chat_message RENAME TO chat_message_gone")
        answer = ask()
        renamed.execute("ALTER TABLE chat_message_gone RENAME TO chat_message")
    return answer


@functools.cache
def without_keys(live: Live) -> dict[str, requests.Response]:
    """The answers of a bot that started while the host of the keys was down; afterwards it finds them."""
    live.host.status = 500
    live.restart()
    token = live.keys.token("c-1")
    answers = {POST: live.chat.ask(token, "你好"), GET: get(live.chat, token=token)}
    answers[RATE] = rate(live.chat, token)
    answers[LINK], answers[LINKS] = link(live.chat, token=token), link(live.chat, "GET", token=token)
    answers[UNLINK] = link(live.chat, "DELETE", "/7", token)
    live.host.status = 200
    wait_for(lambda: get(live.chat, token=token).status_code == 200, 20)
    return answers


PROVOKED: dict[tuple[str, str], Provoke] = {
    (POST, "200"): lambda chat, _: chat.ask(make_token(), "结清"),
    (POST, "400"): lambda chat, _: chat.send(make_token(), "{"),
    (POST, "401"): lambda chat, _: chat.send("no", '{"id": "1", "text": "你好"}'),
    (POST, "409"): used_id,
    (POST, "413"): lambda chat, _: chat.ask(make_token(), "x" * 140_000),
    (POST, "429"): too_many,
    (POST, "500"): lambda chat, _: with_the_database_taken(lambda: chat.ask(make_token(), "你好"), chat),
    (POST, "503"): lambda _, live: without_keys(live)[POST],
    (GET, "200"): lambda chat, _: get(chat, "?since=0&all=1"),
    (GET, "400"): lambda chat, _: get(chat, "?since=-1"),
    (GET, "401"): lambda chat, _: get(chat, token=make_token(exp=int(time.time()) - 5)),
    (GET, "500"): lambda chat, _: with_a_table_gone(lambda: get(chat), chat),
    (GET, "503"): lambda _, live: without_keys(live)[GET],
    (RATE, "200"): rate_what_ended,
    (RATE, "400"): lambda chat, _: rate(chat, seq=1, helped="yes"),
    (RATE, "401"): lambda chat, _: rate(chat, "no"),
    (RATE, "404"): lambda chat, _: rate(chat),
    (RATE, "413"): lambda chat, _: rate(chat, seq=1, helped=True, words="x" * 140_000),
    (RATE, "429"): rate_too_often,
    (RATE, "500"): lambda chat, _: with_the_database_taken(lambda: rate(chat), chat),
    (RATE, "503"): lambda _, live: without_keys(live)[RATE],
    (LINK, "200"): lambda chat, _: link(chat),
    (LINK, "401"): lambda chat, _: link(chat, token=make_token()),
    (LINK, "403"): lambda chat, _: link(chat, token=strong(f"c-nobody-{uuid.uuid4().hex[:8]}")),
    (LINK, "429"): lambda chat, _: too_often(lambda token: link(chat, token=token)),
    (LINK, "503"): lambda _, live: without_keys(live)[LINK],
    (LINKS, "200"): lambda chat, _: link(chat, "GET"),
    (LINKS, "401"): lambda chat, _: link(chat, "GET", token="no"),
    (LINKS, "503"): lambda _, live: without_keys(live)[LINKS],
    (UNLINK, "200"): lambda chat, _: link(chat, "DELETE", "/7"),
    (UNLINK, "401"): lambda chat, _: link(chat, "DELETE", "/7", "no"),
    (UNLINK, "404"): lambda chat, _: link(chat, "DELETE", "/8"),
    (UNLINK, "429"): lambda chat, _: too_often(lambda token: link(chat, "DELETE", "/7", token)),
    (UNLINK, "503"): lambda _, live: without_keys(live)[UNLINK],
    (DECIDE, "200"): lambda chat, _: decide(chat, {"token": "open-1"}),
    (DECIDE, "400"): lambda chat, _: decide(chat, {"token": ""}),
    (DECIDE, "401"): lambda chat, _: decide(chat, token="no"),
    (DECIDE, "413"): lambda chat, _: decide(chat, {"token": "x" * 140_000}),
    (DECIDE, "429"): lambda chat, _: too_often(lambda token: decide(chat, token=token)),
    (DECIDE, "500"): lambda chat, _: with_the_database_taken(lambda: decide(chat), chat),
    (DECIDE, "503"): lambda chat, _: decide(chat, {"token": "broken"}),
    (VISIT, "200"): lambda _, live: visit(live.chat),
    (VISIT, "400"): lambda _, live: visit(live.chat, '{"name": "c-owing"}'),
    (VISIT, "404"): lambda chat, _: visit(chat),
    (VISIT, "413"): lambda _, live: visit(live.chat, json.dumps({"token": "x" * 140_000})),
    (VISIT, "429"): too_many_visitors,
}
PROMISED = [(name, status) for name, operation in OPERATIONS.items() for status in operation["responses"]]


def response_of(name: str, status: str) -> dict[str, Any]:
    found: dict[str, Any] = OPERATIONS[name]["responses"][status]
    return DOCUMENT["components"]["responses"][found["$ref"].rsplit("/")[-1]] if "$ref" in found else found


def check(schema: dict[str, Any], value: Any) -> None:
    Draft202012Validator(schema, resolver=RefResolver.from_schema(DOCUMENT)).validate(value)


@pytest.mark.parametrize(("name", "status"), PROMISED)
def test_a_promised_status_is_real(chat: Chat, live: Live, name: str, status: str) -> None:
    promised = response_of(name, status)
    answer = PROVOKED[name, status](chat, live)
    assert str(answer.status_code) == status
    assert answer.headers["Content-Type"] == "application/json"
    schema = promised["content"]["application/json"]["schema"]
    check(schema, answer.json())
    for header, told in promised.get("headers", {}).items():
        check(told["schema"], answer.headers[header])
    if status != "200":
        assert answer.json()["error"]["code"] in schema["x-codes"]
        assert f"[{answer.json()['error']['reference']}]" in chat.bot.text() + live.chat.bot.text()


def test_every_code_is_documented_with_its_status() -> None:
    promised: dict[str, set[str]] = {}
    for name, status in PROMISED:
        schema = response_of(name, status)["content"]["application/json"]["schema"]
        for code in schema.get("x-codes", []):
            promised.setdefault(code, set()).add(status)
    known = {code: {str(status)} for code, status in errors.STATUS.items() if code not in NOT_OF_THE_CHAT}
    assert promised == known


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("PUT", "/chat/messages", 405, "method_not_allowed"),
        ("DELETE", "/chat/messages", 405, "method_not_allowed"),
        ("GET", "/chat/visitors", 405, "method_not_allowed"),
        ("GET", "/chat/nothing", 404, "not_found"),
        ("POST", "/webhooks/rest/webhook", 404, "not_found"),
        ("POST", "/webhooks/callback/webhook", 404, "not_found"),
        ("GET", "/conversations/web-c-1/tracker", 404, "not_found"),
        ("POST", "/conversations/web-c-1/messages", 404, "not_found"),
        ("POST", "/internal/outbox/ack", 404, "not_found"),
        ("PUT", "/model", 404, "not_found"),
    ],
)
def test_no_other_door_is_open(live: Live, method: str, path: str, status: int, code: str) -> None:
    answer = requests.request(method, live.chat.url + path, json={"sender": "web-c-1"}, timeout=10)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    check({"$ref": "#/components/schemas/Refusal"}, answer.json())
    reference = answer.json()["error"]["reference"]
    assert f"[{reference}] refused: {code} ({method} {in_the_log(path)})" in live.chat.bot.text()

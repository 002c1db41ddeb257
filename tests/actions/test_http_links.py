"""Links over the internal listener: what the bot, the host's backend and the staff may ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sanic import Sanic

from actions.host_page import HostPage
from actions.http_common import Secrets
from actions.server import build_app
from ledger import Ledger, links
from tests.serving import serving

BOT, STAFF = {"X-Action-Secret": "action-secret-of-the-test"}, {"X-Staff-Secret": "staff-secret-of-the-test"}
WEB, PHONE = "web-c-owing", "wxkf-wmAbCdEf12"


@pytest.fixture
def app(ledger: Ledger) -> Iterator[Sanic]:
    Sanic.test_mode = True
    given = Secrets(BOT["X-Action-Secret"], STAFF["X-Staff-Secret"])
    yield build_app(ledger, given, demo=False, page=HostPage("https://shop.example/chat", 60))
    Sanic._app_registry.clear()


@pytest.fixture
def http(app: Sanic) -> Iterator[httpx.Client]:
    with serving(app) as url, httpx.Client(base_url=url, trust_env=False, timeout=30, headers=BOT) as client:
        yield client


def post(http: httpx.Client, path: str, expected: int = 200, **body: Any) -> dict[str, Any]:
    answer = http.post(path, json=body)
    assert answer.status_code == expected, answer.text
    told: dict[str, Any] = answer.json()
    return told


def linked(http: httpx.Client, sender: str = PHONE) -> int:
    token = post(http, "/links", sender=WEB)["token"]
    assert post(http, "/links/redeem", sender=sender, token=token) == {"state": "linked"}
    return int(http.get("/links", params={"sender": sender}).json()["links"][-1]["id"])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/links"),
        ("GET", "/links"),
        ("POST", "/links/redeem"),
        ("POST", "/links/end"),
        ("POST", "/links/decision"),
        ("POST", "/links/decision/open"),
        ("GET", "/staff/links"),
        ("POST", "/staff/links/1/end"),
    ],
)
def test_every_route_needs_its_secret(http: httpx.Client, method: str, path: str) -> None:
    staff = path.startswith("/staff")
    wrong = {
        **BOT,
        "X-Action-Secret": BOT["X-Action-Secret"] if staff else "wrong",
        "X-Staff-Secret": "wrong",
    }
    assert http.request(method, path, json={}, headers=wrong).status_code == 403


def test_a_token_is_made_redeemed_once_and_listed_masked(http: httpx.Client, ledger: Ledger) -> None:
    for whose in ({"sender": WEB}, {"customer": "c-owing"}):
        made = post(http, "/links", **whose)
        assert set(made) == {"token", "expires_at"}
        assert post(http, "/links/redeem", sender=PHONE, token=made["token"]) == {"state": "linked"}
        assert post(http, "/links/redeem", sender="dy-1", token=made["token"]) == {"state": "used"}
    assert post(http, "/links/redeem", sender=PHONE, token="nothing") == {"state": "unknown"}
    for asked in ({"sender": WEB}, {"customer": "c-owing"}, {"sender": PHONE}):
        (listed,) = http.get("/links", params=asked).json()["links"]
        assert set(listed) == {"id", "sender", "since"} and listed["sender"] == "wxkf-****Ef12"
    assert PHONE not in http.get("/links", params={"customer": "c-owing"}).text


def test_a_short_name_is_not_shown_at_all(http: httpx.Client) -> None:
    linked(http, "dy-1234")
    (listed,) = http.get("/links", params={"sender": WEB}).json()["links"]
    assert listed["sender"] == "dy-****"


def test_nobodys_sender_can_do_nothing(http: httpx.Client) -> None:
    nobody = "web-anon-1"
    for path in ("/links", "/links/end", "/links/decision"):
        refused = post(http, path, 404, sender=nobody, decision="settle", id=1)
        assert refused["error"]["code"] == "not_linked"
    assert http.get("/links", params={"sender": nobody}).status_code == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/links", {}),
        ("/links", {"sender": 5}),
        ("/links", {"customer": ["c-owing"]}),
        ("/links/redeem", {"sender": PHONE}),
        ("/links/redeem", {"sender": "", "token": "x"}),
        ("/links/end", {"sender": WEB, "id": "1"}),
        ("/links/end", {"customer": "c-owing"}),
        ("/links/decision", {"sender": WEB, "decision": "pay"}),
        ("/links/decision", {"sender": WEB}),
        ("/links/decision/open", {"sender": WEB, "token": 5}),
    ],
)
def test_what_is_malformed_is_refused(http: httpx.Client, path: str, body: dict[str, Any]) -> None:
    refused = http.post(path, json=body)
    assert refused.status_code == 400
    assert set(refused.json()["error"]) == {"code", "message", "reference"}


def test_a_sender_ends_its_own_link_and_the_page_any_of_the_customer(
    http: httpx.Client, ledger: Ledger
) -> None:
    linked(http)
    assert post(http, "/links/end", sender=PHONE) == {"state": "ended"}
    assert links.customer_of(ledger, PHONE) is None
    link_id = linked(http)
    assert post(http, "/links/end", sender=WEB, id=link_id) == {"state": "ended"}
    assert links.customer_of(ledger, PHONE) is None
    link_id = linked(http)
    assert post(http, "/links/end", 404, customer="c-clean", id=link_id)["error"]["code"] == "unknown_link"
    assert post(http, "/links/end", 404, sender=WEB)["error"]["code"] == "unknown_link"  # the host's own
    assert links.customer_of(ledger, PHONE) == "c-owing" == links.customer_of(ledger, WEB)


def test_staff_see_what_was_linked_and_end_any(http: httpx.Client, ledger: Ledger) -> None:
    link_id = linked(http)
    who = {**STAFF, "X-Staff-Name": "staff-7"}
    ended = http.post(f"/staff/links/{link_id}/end", headers=who).json()
    assert (ended["end_reason"], ended["ended_by"], ended["customer_id"]) == ("staff", "staff-7", "c-owing")
    assert links.customer_of(ledger, PHONE) is None
    history = http.get("/staff/links", params={"customer": "c-owing"}, headers=who).json()["links"]
    assert [(each["sender"], bool(each["ended_at"])) for each in history] == [(WEB, False), (PHONE, True)]
    assert http.post("/staff/links/99999/end", headers=who).status_code == 404
    assert http.get("/staff/links", headers=who).status_code == 400


def test_a_decision_has_an_address_for_its_customer_once(http: httpx.Client) -> None:
    linked(http)
    made = post(http, "/links/decision", sender=PHONE, decision="settle_close")
    parts = urlsplit(made["url"])
    assert (parts.netloc, parts.path) == ("shop.example", "/chat")
    assert parse_qs(parts.query) == {"decision": [made["token"]]}
    opened = {"path": "/links/decision/open", "token": made["token"]}
    assert post(http, **opened, sender="web-c-clean")["state"] == "other"
    assert post(http, **opened, sender=WEB) == {"state": "open", "decision": "settle_close"}
    assert post(http, **opened, sender=WEB)["state"] == "used"


def test_without_a_page_there_is_no_address(http: httpx.Client, app: Sanic) -> None:
    app.ctx.page = HostPage()
    assert post(http, "/links/decision", 409, sender=WEB, decision="close")["error"]["code"] == "no_host_page"

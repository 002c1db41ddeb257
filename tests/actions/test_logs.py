"""The service's log: the id of the bot's request down to the ledger's lines, and no number of a person."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import structlog
from sanic import Sanic

from actions import logs
from actions.http_common import Secrets
from actions.server import build_app, build_executor
from ledger import Ledger, links, tickets
from ledger.gateway.simulated import SimulatedGateway
from profiles.environment import LogForm
from tests.actions.chat import Chat
from tests.serving import serving

SECRET, STAFF = "action-secret-of-the-test", "staff-secret-of-the-test"
REQUEST = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{REQUEST}-00f067aa0ba902b7-01"
PHONE, CITIZEN = "13812345678", "11010119900307123X"


class Log:
    """What the whole program writes, in one form."""

    def __init__(self, form: LogForm) -> None:
        self.out = io.StringIO()
        self.handler = logging.StreamHandler(self.out)
        self.handler.setFormatter(logs.formatter(form))
        logging.getLogger().addHandler(self.handler)

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.getvalue().splitlines()]


@pytest.fixture(params=["json"])
def log(request: pytest.FixtureRequest) -> Iterator[Log]:
    written = Log(request.param)
    yield written
    logging.getLogger().removeHandler(written.handler)
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def http(ledger: Ledger) -> Iterator[httpx.Client]:
    Sanic.test_mode = True
    app = build_app(ledger, Secrets(SECRET, STAFF), demo=True)
    headers = {"X-Action-Secret": SECRET, "X-Staff-Secret": STAFF}
    with serving(app) as url, httpx.Client(base_url=url, trust_env=False, headers=headers) as client:
        yield client
    Sanic._app_registry.clear()


@pytest.mark.filterwarnings("ignore:Your versions of rasa")
def test_the_bots_request_id_is_on_the_ledgers_lines(
    http: httpx.Client, ledger: Ledger, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: Any) -> None:
        raise RuntimeError(f"the line to {PHONE} broke")

    owing = Chat(build_executor(ledger), "c-owing")
    quote = owing.type("prepay_all", enters="settle")
    monkeypatch.setattr(SimulatedGateway, "charge", breaks)
    call = owing.call_press(quote, "确认结清", strong=True)
    assert http.post("/webhook", json=call, headers={"traceparent": TRACEPARENT}).status_code == 200
    [line] = [each for each in log.lines() if each["logger"] == "ledger.charges"]
    assert line["request_id"] == REQUEST and line["level"] == "error"
    assert "the line to ****5678 broke" in line["exception"] and PHONE not in log.out.getvalue()


def test_each_request_over_a_connection_has_its_own_id_and_an_invented_one_is_not_taken(
    http: httpx.Client, log: Log
) -> None:
    for sent in (TRACEPARENT, "", "00-日志-1-01", f"00-{'A' * 32}-00f067aa0ba902b7-01", f"x{TRACEPARENT}"):
        http.get("/staff/tickets/1", headers={"X-Staff-Secret": "wrong", "traceparent": sent.encode()})
    ids = [line["request_id"] for line in log.lines()]
    assert ids[0] == REQUEST and len(set(ids)) == 5 and {len(each) for each in ids} == {32}
    assert all(line["reference"].startswith("E-") for line in log.lines())


def test_text_is_masked_as_well_and_says_the_id(log: Log) -> None:
    log.handler.setFormatter(logs.formatter("text"))
    logs.begin({"traceparent": TRACEPARENT})
    logging.getLogger("actions").warning(
        "of %s, 身份证%s, %s", PHONE, "11010119900307123X", "eyJhbGciOi.eyJz.x"
    )
    told = log.out.getvalue()
    assert REQUEST in told and "of ****5678, 身份证****123X, eyJ****" in told


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("您的手机 138 1234-5678 已核对", "您的手机 ****5678 已核对"),
        ("卡6222021234567890123", "卡****0123"),
        ("凭证号JQ20261103-0001，订单20261103123456", "凭证号JQ20261103-0001，订单20261103123456"),
        ("请拨打400-800-1234或95188", "请拨打400-800-1234或95188"),
    ],
)
def test_a_reply_of_the_staff_keeps_no_number_of_a_person(
    http: httpx.Client, ledger: Ledger, said: str, kept: str
) -> None:
    links.link(ledger, "web-c-clean", "c-clean")
    ticket = tickets.open_ticket(
        ledger, sender="web-c-clean", customer_id="c-clean", kind="human", packet={}, key="t1"
    )
    http.post(f"/staff/tickets/{ticket.id}/take")
    answered = http.post(f"/staff/tickets/{ticket.id}/reply", json={"text": said})
    assert [each["text"] for each in answered.json()["messages"]] == [kept]

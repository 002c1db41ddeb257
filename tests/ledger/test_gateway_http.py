"""The gateway behind HTTP: the adapter against the simulated gateway's own server, over real sockets."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sanic import Request, Sanic
from sanic.response import HTTPResponse, raw

from demo import gateway_server
from ledger.clock import FixedClock
from ledger.gateway import chosen, over_http
from ledger.gateway.interface import (
    ChargeAnswer,
    GatewayConflict,
    GatewayGarbled,
    GatewayMisconfigured,
    GatewayRefused,
    GatewayTimeout,
)
from ledger.gateway.over_http import HttpGateway, HttpSettings
from ledger.gateway.simulated import SimulatedGateway
from tests.ledger.faulty_wire import Fault, FaultyWire, faulty_wire
from tests.serving import serving

SECRET = "calls-of-the-test"


@pytest.fixture
def wire(gateway: SimulatedGateway) -> Iterator[FaultyWire]:
    """The way to the simulated gateway's server."""
    Sanic.test_mode = True
    app = gateway_server.build_app(gateway, gateway_server.Keys(SECRET))
    with serving(app) as url, faulty_wire(url) as between:
        yield between
    Sanic._app_registry.clear()


@pytest.fixture
def http(wire: FaultyWire) -> Iterator[HttpGateway]:
    opened = HttpGateway(HttpSettings(wire.url, SECRET, call_timeout_s=1.0))
    yield opened
    opened.close()


def charge(http: HttpGateway, clock: FixedClock, fen: int = 500, timeout_s: float = 3) -> ChargeAnswer:
    return http.charge("S1-1", fen, "c-owing", clock.now() + timedelta(minutes=5), timeout_s)


def test_every_call_answers_as_the_gateway_does(
    http: HttpGateway, gateway: SimulatedGateway, clock: FixedClock
) -> None:
    assert http.query("S1-1").state == "NOT_FOUND"
    charged = charge(http, clock)
    assert (charged.state, charged.amount_fen) == ("SUCCEEDED", 500)
    assert charge(http, clock) == charged == http.query("S1-1") == gateway.query("S1-1")
    assert http.cancel("S1-1").state == "SUCCEEDED"
    assert http.cancel("S2-1").state == "CANCELLED"
    assert http.refund("S1-1", "P1", 300) == gateway.refund("S1-1", "P1", 300)
    assert http.refund("S1-1", "P2", 201).reason == "more_than_charged"
    assert http.notifications() == []


def test_a_decline_and_an_expiry_are_answers(
    http: HttpGateway, gateway: SimulatedGateway, clock: FixedClock
) -> None:
    gateway.set_mode("decline")
    assert charge(http, clock).reason == "insufficient_funds"
    late = http.charge("S3-1", 500, "c-owing", clock.now(), 3)
    assert (late.state, late.reason) == ("DECLINED", "expired")


def test_a_number_used_for_something_else_is_a_conflict(http: HttpGateway, clock: FixedClock) -> None:
    charge(http, clock)
    with pytest.raises(GatewayConflict):
        charge(http, clock, fen=501)


def test_a_gateway_without_an_answer_is_a_timeout(
    http: HttpGateway, gateway: SimulatedGateway, clock: FixedClock
) -> None:
    gateway.set_mode("timeout")
    with pytest.raises(GatewayTimeout, match="504"):
        charge(http, clock)


@pytest.mark.parametrize(
    ("fault", "taken"),
    [
        ("lost_call", "NOT_FOUND"),
        ("lost_answer", "SUCCEEDED"),
        ("cut_answer", "SUCCEEDED"),
        ("slow_answer", "SUCCEEDED"),
        ("refused", "NOT_FOUND"),
    ],
)
def test_no_fault_of_the_network_is_taken_for_an_answer(
    wire: FaultyWire, http: HttpGateway, clock: FixedClock, fault: Fault, taken: str
) -> None:
    """The deadline is one for the whole call, also where single bytes keep coming."""
    wire.fault = fault
    began = time.monotonic()
    with pytest.raises(GatewayTimeout):
        charge(http, clock, timeout_s=0.5)
    assert time.monotonic() - began < 2
    wire.fault = ""
    assert http.query("S1-1").state == taken


def test_a_server_that_is_gone_is_a_timeout(http: HttpGateway, wire: FaultyWire) -> None:
    wire.close()
    for _ in range(2):
        with pytest.raises(GatewayTimeout):
            http.query("S1-1")


def test_calls_with_another_secret_are_refused_and_nothing_happens(
    wire: FaultyWire, gateway: SimulatedGateway, clock: FixedClock
) -> None:
    stranger = HttpGateway(HttpSettings(wire.url, "another"))
    with pytest.raises(GatewayRefused, match="401"):
        charge(stranger, clock)
    stranger.close()
    assert gateway.query("S1-1").state == "NOT_FOUND"


def test_no_secret_in_any_log_or_error(
    wire: FaultyWire, http: HttpGateway, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    charge(http, clock)
    wire.fault = "cut_answer"
    with pytest.raises(GatewayTimeout) as failed:
        http.query("S1-1")
    settings = HttpSettings(wire.url, SECRET)
    assert "S1-1" in str(failed.value)
    for text in (caplog.text, repr(failed.value), repr(settings)):
        assert SECRET not in text


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, b"{", GatewayGarbled),
        (200, b"[]", GatewayGarbled),
        (200, b"[" * 60_000, GatewayGarbled),
        (200, b" " * 70_000, GatewayGarbled),
        (200, b'{"number": "S1-1", "state": "MAYBE"}', GatewayGarbled),
        (200, b'{"number": "S1-1", "state": ["SUCCEEDED"]}', GatewayGarbled),
        (200, b'{"number": "S1-1", "state": "SUCCEEDED"}', GatewayGarbled),
        (200, b'{"number": "S1-1", "state": "SUCCEEDED", "amount_fen": 5.0}', GatewayGarbled),
        (200, b'{"number": "S1-1", "state": "SUCCEEDED", "amount_fen": -5}', GatewayGarbled),
        (200, b'{"number": "S1-1", "state": "PROCESSING", "reason": "a\\u0000b"}', GatewayGarbled),
        (200, b'{"number": "S9-1", "state": "SUCCEEDED", "amount_fen": 5}', GatewayGarbled),
        (204, b"", GatewayRefused),
        (302, b"", GatewayRefused),
        (404, b'{"number": "S1-1", "state": "NOT_FOUND"}', GatewayRefused),
        (409, b"", GatewayConflict),
        (429, b"", GatewayTimeout),
        (503, b'{"number": "S1-1", "state": "DECLINED"}', GatewayTimeout),
    ],
)
def test_whatever_else_a_server_says_is_a_typed_error(
    status: int, body: bytes, error: type[Exception]
) -> None:
    """Above all a 404, which a wrong address gives too, is not the gateway's NOT_FOUND."""

    async def say(request: Request, path: str) -> HTTPResponse:
        return raw(body, status=status, headers={"Location": "/elsewhere"})

    Sanic.test_mode = True
    app = Sanic("says")
    app.add_route(say, "/<path:path>", methods=["GET", "POST"])
    with serving(app) as url:
        http = HttpGateway(HttpSettings(url, SECRET))
        with pytest.raises(error):
            http.query("S1-1")
        http.close()
    Sanic._app_registry.clear()


def test_a_refund_answered_for_another_is_garbled(wire: FaultyWire, http: HttpGateway) -> None:
    Sanic.test_mode = True

    async def say(request: Request, path: str) -> HTTPResponse:
        return raw(b'{"number": "S1-1", "state": "REFUNDED", "amount_fen": 5, "refund_number": "P9"}')

    app = Sanic("says_other")
    app.add_route(say, "/<path:path>", methods=["POST"])
    with serving(app) as url:
        other = HttpGateway(HttpSettings(url, SECRET))
        with pytest.raises(GatewayGarbled, match="P1"):
            other.refund("S1-1", "P1", 5)
        other.close()


@pytest.mark.parametrize(
    "url", ["", "gateway", "http://pay.example", "ftp://pay.example", "https://", "https://pay.example/?a=1"]
)
def test_only_a_safe_address_is_accepted(url: str) -> None:
    with pytest.raises(GatewayMisconfigured, match="YUEFU_GATEWAY_URL"):
        HttpSettings(url, SECRET)
    HttpSettings("https://pay.example/v1/", SECRET)
    HttpSettings("http://127.0.0.1:9", SECRET)


def test_the_environment_says_which_gateway(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, clock: FixedClock
) -> None:
    monkeypatch.setenv("YUEFU_GATEWAY_URL", "https://pay.example")
    monkeypatch.delenv("YUEFU_GATEWAY_SECRET", raising=False)
    with pytest.raises(GatewayMisconfigured, match="YUEFU_GATEWAY_SECRET"):
        chosen.open_gateway("http", clock, None)
    monkeypatch.setenv("YUEFU_GATEWAY_SECRET", SECRET)
    over = chosen.open_gateway("http", clock, None)
    assert isinstance(over, HttpGateway)
    over.close()
    own: Any = chosen.open_gateway("tests.ledger.test_gateway_http:OwnGateway", clock, None)
    assert isinstance(own, OwnGateway) and own.clock is clock
    assert isinstance(chosen.open_gateway("", clock, tmp_path / "gateway.db"), SimulatedGateway)
    with pytest.raises(GatewayMisconfigured, match="must name a payment gateway"):
        chosen.open_gateway("", clock, None)
    with pytest.raises(GatewayMisconfigured, match="without a payment gateway"):
        chosen.no_gateway().query("S1-1")
    for wrong in ("nowhere", "nowhere:no", "ledger.clock:no", ":"):
        with pytest.raises(GatewayMisconfigured, match="names no gateway"):
            chosen.open_gateway(wrong, clock, None)
    assert over_http.HttpGateway is HttpGateway


class OwnGateway:
    """A factory of somebody's own."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock

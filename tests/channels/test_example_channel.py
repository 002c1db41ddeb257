"""The connector that docs/channels.md shows is one: it opens what is signed, and sends to a platform."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
import time
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from sanic import Sanic

from channels.encrypted_xml import Refused
from channels.inbox import Peer
from channels.messaging import MessagingInput
from channels.outgoing import Departure
from channels.platform_api import QuotaUsed
from tests.channels.conftest import ROOT

KEYS = {"app_id": "harbour1", "secret": "harbour-secret-of-tests", "api_base": "http://127.0.0.1:1"}
NOW = 1_800_000_000


@pytest.fixture(scope="module")
def example() -> type[MessagingInput]:
    page = (ROOT / "docs" / "channels.md").read_text("utf-8")
    (source,) = re.findall(r"```python\n(.*?)```", page, re.S)
    assert len(source.splitlines()) <= 75
    names: dict[str, Any] = {}
    exec(compile(source, "docs/channels.md", "exec"), names)
    return names["HarbourInput"]


def signed(body: bytes, stamp: int = NOW) -> dict[str, str]:
    mac = hmac.new(KEYS["secret"].encode(), f"{stamp}".encode() + body, hashlib.sha256)
    return {"x-stamp": str(stamp), "x-signature": mac.hexdigest()}


def message(**fields: Any) -> bytes:
    usual = {"app": "harbour1", "type": "message", "id": "m1", "from": "u1", "at": NOW, "text": "你好"}
    return json.dumps({**usual, **fields}).encode()


def test_it_opens_what_is_signed_fresh_and_for_us(example: type[MessagingInput]) -> None:
    connector = example.from_credentials(dict(KEYS))
    (arrival,) = connector.open({}, signed(message()), message(), NOW).arrivals
    assert (arrival.sender, arrival.user, arrival.text, len(arrival.message_id)) == (
        "hb-u1",
        "u1",
        "你好",
        32,
    )
    for headers, body in (
        ({}, message()),
        (signed(message()), message(text="别的")),
        (signed(message(), NOW - 301), message()),
        (signed(message(app="other")), message(app="other")),
    ):
        with pytest.raises(Refused):
            connector.open({}, headers, body, NOW)
    probe = connector.probe(NOW)
    assert connector.open(probe.query, probe.headers, probe.body, NOW).answer == probe.expected


def test_what_is_signed_and_of_no_known_shape_is_refused_by_a_word(
    example: type[MessagingInput], caplog: pytest.LogCaptureFixture
) -> None:
    """The platform's next version is answered like a forger, not with a traceback of ours in the log."""
    connector, app = example.from_credentials(dict(KEYS)), Sanic(f"shapes{time.monotonic_ns()}")
    app.add_route(connector._receive, "/callback", methods=["POST"])
    odd = (b"{", b"[]", b"7", b"null", message(id=7), message(**{"from": None}), b"[" * 60_000, b"\xff{}")

    async def post() -> list[int]:
        server = await app.create_server(port=0, host="127.0.0.1", return_asyncio_server=True)
        assert server is not None
        await server.startup()
        await server.start_serving()
        url = f"http://127.0.0.1:{server.server.sockets[0].getsockname()[1]}/callback"
        headers = [signed(body, int(time.time())) for body in odd]
        try:
            async with aiohttp.ClientSession() as session:
                return [
                    (await session.post(url, data=body, headers=header)).status
                    for body, header in zip(odd, headers, strict=True)
                ]
        finally:
            server.close()

    assert asyncio.run(post()) == [403] * len(odd)
    told = [record for record in caplog.records if "refused a request: a shape" in record.getMessage()]
    assert len(told) == len(odd) and not any(record.exc_info for record in caplog.records)


def test_a_misshapen_key_is_named(example: type[MessagingInput]) -> None:
    with pytest.raises(SystemExit, match="secret"):
        example.from_credentials({**KEYS, "secret": "short"})
    with pytest.raises(SystemExit, match="https"):
        example.from_credentials({**KEYS, "api_base": "http://api.harbour.example"})
    with pytest.raises(SystemExit, match="colour"):
        example.from_credentials({**KEYS, "colour": "red"})


def test_it_sends_and_hears_of_the_quota(example: type[MessagingInput]) -> None:
    sent: list[dict[str, Any]] = []

    async def token(request: web.Request) -> web.Response:
        assert request.query["secret"] == KEYS["secret"]
        return web.json_response({"access_token": "t", "expires_in": 7200})

    async def messages(request: web.Request) -> web.Response:
        sent.append(json.loads(await request.text()))
        return web.json_response({"errcode": 7001 if len(sent) > 1 else 0})

    async def check() -> None:
        app = web.Application()
        app.add_routes([web.get("/token", token), web.post("/messages", messages)])
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        connector = example.from_credentials(
            {**KEYS, "api_base": f"http://127.0.0.1:{runner.addresses[0][1]}"}
        )
        departure = Departure("d1", "hb-u1", {"text": "您好"}, 0, NOW)
        try:
            assert await connector.send(Peer("harbour1", "u1", NOW, 0, False), departure)
            with pytest.raises(QuotaUsed):
                await connector.send(Peer("harbour1", "u1", NOW, 0, False), departure)
        finally:
            await connector.api.close()
            await runner.cleanup()

    asyncio.run(check())
    assert sent[0] == {"id": "d1", "to": "u1", "text": "您好"}

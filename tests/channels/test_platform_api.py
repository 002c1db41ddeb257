"""Calls to a platform that fails: tokens once at a time, one more try, what may be done about the rest."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from channels.platform_api import AccessToken, Dialect, PlatformApi, PlatformError, TryAgain

Check = Callable[[PlatformApi, AccessToken], Awaitable[None]]


class Platform:
    """Gives tokens t1, t2, …, of which `good` works, and answers calls with `answers` in turn."""

    def __init__(self, good: str = "t1", *answers: web.Response) -> None:
        self.good = good
        self.answers = list(answers)
        self.given = 0
        self.bodies: list[bytes] = []

    async def token(self, _request: web.Request) -> web.Response:
        self.given += 1
        await asyncio.sleep(0.02)
        return web.json_response({"access_token": f"t{self.given}", "expires_in": 7200})

    async def do(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        if request.query["access_token"] != self.good:
            return web.json_response({"errcode": 40014})
        return self.answers.pop(0) if self.answers else web.json_response({"errcode": 0, "done": True})


def run(platform: Platform, check: Check) -> None:
    async def main() -> None:
        app = web.Application()
        app.add_routes([web.get("/token", platform.token), web.post("/do", platform.do)])
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        api = PlatformApi(f"http://127.0.0.1:{runner.addresses[0][1]}")

        async def fetch() -> tuple[str, float]:
            got = await api.plain("GET", "token", {})
            return got["access_token"], got["expires_in"]

        try:
            await check(api, AccessToken(fetch))
        finally:
            await api.close()
            await runner.cleanup()

    asyncio.run(main())


def test_many_who_need_a_token_fetch_one() -> None:
    platform = Platform()

    async def check(api: PlatformApi, token: AccessToken) -> None:
        answers = await asyncio.gather(*(api.call(token, "do", {"text": "月付"}) for _ in range(20)))
        assert all(answer["done"] for answer in answers)

    run(platform, check)
    assert platform.given == 1
    assert platform.bodies[0] == json.dumps({"text": "月付"}, ensure_ascii=False).encode()


def test_many_whose_token_ended_fetch_one_and_try_once_more() -> None:
    platform = Platform()

    async def check(api: PlatformApi, token: AccessToken) -> None:
        await api.call(token, "do", {})
        platform.good = "t2"
        await asyncio.gather(*(api.call(token, "do", {}) for _ in range(20)))
        platform.good = "none"
        with pytest.raises(TryAgain, match="a new access token was refused"):
            await api.call(token, "do", {})

    run(platform, check)
    assert platform.given == 3


def test_a_token_is_replaced_before_it_ends() -> None:
    now = 0.0
    given = iter("ab")

    async def fetch() -> tuple[str, float]:
        return next(given), 7200

    async def check() -> None:
        nonlocal now
        token = AccessToken(fetch, lambda: now)
        assert await token.get() == "a"
        now = 6899
        assert await token.get() == "a"
        now = 6901
        assert await token.get() == "b"

    asyncio.run(check())


@pytest.mark.parametrize(
    ("answer", "sure", "wait_s"),
    [
        ({"status": 429, "headers": {"Retry-After": "7"}}, True, 7),
        ({"status": 502}, False, 0),
        ({"text": "no json"}, False, 0),
        ({"text": "[]"}, False, 0),
        ({"text": '{"errcode": -1}'}, True, 0),
        ({"text": '{"errcode": 45009}'}, True, 60),
    ],
)
def test_what_may_work_later_says_so(answer: dict[str, Any], sure: bool, wait_s: float) -> None:
    async def check(api: PlatformApi, token: AccessToken) -> None:
        with pytest.raises(TryAgain) as refused:
            await api.call(token, "do", {})
        assert (refused.value.sure, refused.value.wait_s) == (sure, wait_s)

    run(Platform("t1", web.Response(**answer)), check)


def test_a_large_answer_is_read_to_its_end_and_a_huge_one_is_not() -> None:
    async def check(api: PlatformApi, token: AccessToken) -> None:
        assert len((await api.call(token, "do", {}))["text"]) == 2_000_000
        with pytest.raises(TryAgain, match="too large"):
            await api.call(token, "do", {})

    large, huge = (json.dumps({"errcode": 0, "text": "x" * size}) for size in (2_000_000, 5_000_000))
    run(Platform("t1", web.Response(text=large), web.Response(text=huge)), check)


def test_what_never_works_has_its_code_and_no_token_in_its_text() -> None:
    async def check(api: PlatformApi, token: AccessToken) -> None:
        with pytest.raises(PlatformError) as refused:
            await api.call(token, "do", {})
        assert not isinstance(refused.value, TryAgain)
        assert (refused.value.code, str(refused.value)) == (95000, "errcode 95000")

    run(Platform("t1", web.Response(text='{"errcode": 95000, "errmsg": "t1"}')), check)


def test_no_connection_is_tried_again_and_names_no_address() -> None:
    async def check() -> None:
        api = PlatformApi("http://127.0.0.1:1")
        with pytest.raises(TryAgain, match=r"^no connection \(ClientConnectorError\)$") as refused:
            await api.plain("GET", "token", {"secret": "s"})
        assert refused.value.sure
        await api.close()

    asyncio.run(check())


def test_a_platform_may_speak_another_dialect() -> None:
    """The token in a header, errors under other names and numbers, and parameters of its own."""
    dialect = Dialect(lambda answer: int(answer["data"]["code"]), (7,), {8: 30.0}, "access-token")
    codes, seen = [7, 0, 8, 9], []

    async def do(request: web.Request) -> web.Response:
        seen.append((dict(request.query), request.headers.get("access-token")))
        return web.json_response({"data": {"code": codes.pop(0)}})

    async def check() -> None:
        app = web.Application()
        app.add_routes([web.post("/do", do)])
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        api = PlatformApi(f"http://127.0.0.1:{runner.addresses[0][1]}", dialect)
        given = iter("ab")

        async def fetch() -> tuple[str, float]:
            return next(given), 7200

        token = AccessToken(fetch)
        try:
            await api.call(token, "do", {}, {"open_id": "o"})
            with pytest.raises(TryAgain) as busy:
                await api.call(token, "do", {})
            with pytest.raises(PlatformError, match="errcode 9"):
                await api.call(token, "do", {})
        finally:
            await api.close()
            await runner.cleanup()
        assert (busy.value.code, busy.value.wait_s) == (8, 30)

    asyncio.run(check())
    assert seen == [({"open_id": "o"}, "a"), ({"open_id": "o"}, "b"), ({}, "b"), ({}, "b")]

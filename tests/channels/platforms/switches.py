"""What the tests' platforms have in common: what they keep, how they are told to fail, and how they run."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from sanic import Request, Sanic, response
from sanic.response import HTTPResponse

Route = tuple[str, str, Callable[[Request], Awaitable[HTTPResponse]]]
LOAD_TIMEOUT_S = 600


class Switched:
    """What a platform knows. One event loop; nothing here is for several threads."""

    def __init__(self, callback: str) -> None:
        self.callback = callback
        self.access_tokens: list[str] = []
        self.revoked: set[str] = set()
        self.sent: list[dict[str, Any]] = []
        self.calls: Counter[str] = Counter()
        self.faults: dict[str, list[str]] = defaultdict(list)

    def fault(self, path: str) -> str:
        """How the next of these calls fails, if it shall."""
        return self.faults[path].pop(0) if self.faults[path] else ""

    def set_up(self, asked: dict[str, Any]) -> None:
        """`revoke`: every access token given so far; `faults` of the calls to come, by path."""
        if asked.get("revoke"):
            self.revoked.update(self.access_tokens)
        for path, kinds in asked.get("faults", {}).items():
            self.faults[path] = kinds


async def set_up(request: Request) -> HTTPResponse:
    request.app.ctx.platform.set_up(request.json)
    return response.json({})


async def sent(request: Request) -> HTTPResponse:
    """What arrived, of everybody or of a `user`."""
    user = request.args.get("user")
    return response.json([each for each in request.app.ctx.platform.sent if user in (None, each["user"])])


async def calls(request: Request) -> HTTPResponse:
    return response.json(request.app.ctx.platform.calls)


async def loaded(deliveries: Iterable[Callable[[], Awaitable[tuple[int, float]]]]) -> HTTPResponse:
    """Makes the deliveries, 100 at once; how many were refused, and how long acknowledging each took."""
    at_once = asyncio.Semaphore(100)

    async def one(deliver: Callable[[], Awaitable[tuple[int, float]]]) -> tuple[int, float]:
        async with at_once:
            return await deliver()

    answers = await asyncio.gather(*map(one, deliveries))
    bad = sum(status != 200 for status, _ in answers)
    return response.json({"bad": bad, "seconds": sorted(took for _, took in answers)})


SWITCHES: tuple[Route, ...] = (
    ("POST", "/test/set", set_up),
    ("GET", "/test/sent", sent),
    ("GET", "/test/calls", calls),
)


def serve(name: str, platform: Callable[[], Switched], routes: Sequence[Route], port: int) -> None:
    """Runs until it is stopped."""
    app = Sanic(name, configure_logging=False)
    app.config.RESPONSE_TIMEOUT = LOAD_TIMEOUT_S

    @app.before_server_start
    async def begin(app: Sanic) -> None:
        app.ctx.platform = platform()

    for method, path, handler in (*routes, *SWITCHES):
        app.add_route(handler, path, methods=[method])
    app.run(host="127.0.0.1", port=port, single_process=True, access_log=False)

"""What the tests' platforms have in common: what they keep, how they are told to fail, and how they run."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

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


@dataclass(frozen=True)
class Delivery:
    """One POST to the callback, made before it is timed."""

    body: bytes
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def request(self, callback: SplitResult) -> bytes:
        path = f"{callback.path}?{self.query}" if self.query else callback.path
        headers = {"Host": callback.netloc, "Content-Length": str(len(self.body)), **self.headers}
        lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


async def loaded(callback: str, deliveries: Iterable[Delivery], at_once: int) -> HTTPResponse:
    """Makes the deliveries over so many connections; how many were refused, and how long acknowledging took.

    By hand, for an HTTP client takes longer over a request than the bot does, and would time itself.
    """
    where = urlsplit(callback)
    left = [each.request(where) for each in deliveries]
    statuses: Counter[int] = Counter()
    seconds: list[float] = []

    async def deliver(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while left:
            request = left.pop()
            began = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            seconds.append(time.perf_counter() - began)
            length = re.search(rb"(?i)content-length: *(\d+)", head)
            await reader.readexactly(int(length[1]) if length else 0)
            statuses[int(head.split(b" ", 2)[1])] += 1
        writer.close()

    connecting = (asyncio.open_connection(where.hostname, where.port) for _ in range(at_once))
    connections = await asyncio.gather(*connecting)
    await asyncio.gather(*(deliver(*each) for each in connections))
    return response.json({"bad": sum(statuses.values()) - statuses[200], "seconds": sorted(seconds)})


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

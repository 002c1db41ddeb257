"""The demo profile's page and its helpers. Outside the demo profile none of these routes exist."""

from __future__ import annotations

import re
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from channels.errors import ChatError
from channels.http import answering
from channels.requests import read_json
from channels.service_client import ServiceClient, ServiceError
from channels.settings import TokenRules

TOKEN_LIFE_S = 600
CUSTOMER = re.compile(r"c-[a-z0-9-]{1,40}")
VISITOR = re.compile(r"[A-Za-z0-9-]{1,59}")
ASSET = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
ANONYMOUS = "anon"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "require-trusted-types-for 'script'; object-src 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


@dataclass(frozen=True)
class DemoPage:
    """Serves the page at `/`, its files, demo tokens, and the service's demo controls."""

    web_dir: Path
    rules: TokenRules
    service: ServiceClient

    def add_routes(self, blueprint: Blueprint) -> None:
        blueprint.add_route(answering(self.asset), "/assets/<name>", methods=["GET"], name="asset")
        blueprint.add_route(answering(self.token), "/demo/token", methods=["POST"], name="demo_token")
        blueprint.add_route(
            answering(self.customers), "/demo/customers", methods=["GET"], name="demo_customers"
        )
        blueprint.add_route(answering(self.account), "/demo/account", methods=["GET"], name="demo_account")
        blueprint.add_route(
            answering(self.control), "/demo/<what:gateway|clock>", methods=["POST"], name="demo_control"
        )

    def serve_root(self, app: Sanic) -> None:
        """Rasa owns the route `/`, so the page is answered before routing."""
        page = answering(self.page)

        async def at_root(request: Request) -> HTTPResponse | None:
            return await page(request) if request.path == "/" and request.method == "GET" else None

        app.register_middleware(at_root, "request")

    async def page(self, _request: Request) -> HTTPResponse:
        return self._file("demo.html")

    async def asset(self, _request: Request, name: str) -> HTTPResponse:
        return self._file(name)

    async def token(self, request: Request) -> HTTPResponse:
        """A ten-minute JWT for a demo customer, or for a visitor who may keep their id."""
        wish = read_json(request.body)
        if not isinstance(wish, dict) or not wish.keys() <= {"customer", "acr", "visitor"}:
            raise ChatError("bad_request", "not a token request")
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.rules.issuer,
            "aud": self.rules.audience,
            "sub": _subject(wish),
            "iat": now,
            "exp": now + TOKEN_LIFE_S,
        }
        if wish.get("acr") == "payment":
            claims |= {"acr": "payment", "auth_time": now}
        return response.json(
            {"token": jwt.encode(claims, self.rules.key, algorithm=self.rules.algorithms[0])}
        )

    async def customers(self, _request: Request) -> HTTPResponse:
        return await self._proxy("GET", "/demo/customers")

    async def account(self, request: Request) -> HTTPResponse:
        customer = request.args.get("customer", "")
        if not CUSTOMER.fullmatch(customer):
            raise ChatError("bad_request", "no such customer")
        return await self._proxy("GET", f"/demo/accounts/{customer}")

    async def control(self, request: Request, what: str) -> HTTPResponse:
        return await self._proxy("POST", f"/demo/{what}", read_json(request.body))

    async def _proxy(self, method: str, path: str, data: Any = None) -> HTTPResponse:
        try:
            status, body = await self.service.call(method, path, data)
        except ServiceError:
            raise ChatError("service_unavailable", path) from None
        return response.json(body, status=status, ensure_ascii=False)

    def _file(self, name: str) -> HTTPResponse:
        """A file of web/dist, or one of web/demo.*; nothing else can be named."""
        kind = TYPES.get(Path(name).suffix)
        if kind is None or not ASSET.fullmatch(name):
            raise ChatError("not_found", "asset")
        homes = [self.web_dir / "dist", *([self.web_dir] if name.startswith("demo.") else [])]
        found = next((home / name for home in homes if (home / name).is_file()), None)
        if found is None:
            raise ChatError("not_built", name)
        return response.raw(found.read_bytes(), content_type=kind, headers=HEADERS)


def _subject(wish: dict[str, Any]) -> str:
    customer, visitor = wish.get("customer"), wish.get("visitor", "")
    if customer == ANONYMOUS and isinstance(visitor, str) and (not visitor or VISITOR.fullmatch(visitor)):
        return f"anon-{visitor or uuid.uuid4()}"
    if isinstance(customer, str) and CUSTOMER.fullmatch(customer):
        return customer
    raise ChatError("bad_request", "no such customer")

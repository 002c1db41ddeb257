"""The host's page by HTTP: links to messaging apps, and decisions that were sent from there to the page."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from channels import http, words
from channels.buttons import Press
from channels.errors import ChatError
from channels.heard import Heard
from channels.identity import Identity, Verifier
from channels.outlets import Outlets
from channels.rate import Rate
from channels.requests import read_json, read_token
from channels.service_client import ServiceClient, ServiceError
from channels.turns import Turns

#: By the decision that a token opens: what shows it, with its button.
SHOWN_BY = {"settle": "offer_settle", "settle_close": "offer_settle_close", "close": "offer_close"}
#: What an app's link calls the token: 微信客服 hands `scene_param` on to us.
TOKEN_NAMES = {"wecom_kf": "scene_param"}
TURN_PREFIX = "decision:"


@dataclass(frozen=True)
class LinkApi:
    """The routes. `link_urls`: by channel the address that opens the chat in its app.

    Of a channel without one the `outlets` ask the platform.
    """

    verifier: Verifier
    service: ServiceClient
    turns: Turns
    rate: Rate
    link_urls: Mapping[str, str]
    outlets: Outlets

    def add_routes(self, blueprint: Blueprint) -> None:
        routes = (
            (self.make, "/chat/links", "POST"),
            (self.listed, "/chat/links", "GET"),
            (self.end, "/chat/links/<link_id:int>", "DELETE"),
            (self.decide, "/chat/decisions", "POST"),
        )
        for handler, path, method in routes:
            blueprint.add_route(
                http.answering(handler), path, methods=[method], name=f"links_{handler.__name__}"
            )

    async def make(self, request: Request) -> HTTPResponse:
        """A token good for minutes and once, and each app's address with it; only after a strong login."""
        who = await self._admitted(request)
        if not who.strong(time.time()):
            raise ChatError("step_up", f"{who.sender}: a link")
        status, made = await self._call("POST", "/links", {"sender": who.sender})
        if status == 404:
            raise ChatError("no_account", who.sender)
        _agreed(status, made, "token", "expires_at")
        token, life_s = made["token"], datetime.fromisoformat(made["expires_at"]).timestamp() - time.time()
        urls = {name: _with_token(name, url, token) for name, url in self.link_urls.items()}
        urls |= await self.outlets.invite(token, life_s, but=urls)
        apps = {name: {"url": url} for name, url in urls.items()}
        return response.json({"token": token, "expires_at": made["expires_at"], "apps": apps})

    async def listed(self, request: Request) -> HTTPResponse:
        """What the customer has linked, each with its `id`, the masked `sender` and `since`."""
        who = await http.speaker(self.verifier, request)
        status, found = await self._call("GET", f"/links?sender={quote(who.sender)}")
        if status == 404:
            return response.json({"links": []})
        _agreed(status, found, "links")
        return response.json({"links": found["links"]})

    async def end(self, request: Request, link_id: int) -> HTTPResponse:
        """From now on that app shows nothing of the account; again, it has ended already."""
        who = await self._admitted(request)
        status, ended = await self._call("POST", "/links/end", {"sender": who.sender, "id": link_id})
        if status in (400, 404):
            raise ChatError("not_found", f"{who.sender}: link {link_id}")
        _agreed(status, ended, "state")
        return response.json({"state": ended["state"]})

    async def decide(self, request: Request) -> HTTPResponse:
        """Shows in this conversation the decision that was begun in an app, or says why not; once a token."""
        who = await self._admitted(request)
        token = read_token(read_json(request.body), who.sender)
        turn_id = TURN_PREFIX + hashlib.sha256(token.encode()).hexdigest()[:32]

        async def find() -> Heard:
            asked = {"sender": who.sender, "token": token}
            status, found = await self._call("POST", "/links/decision/open", asked)
            _agreed(status, found, "state", "decision")
            if found["state"] == "open":
                return Heard("", Press(SHOWN_BY[found["decision"]], "").parse_data())
            return Heard("", refusal=words.DECISION_LINKS[found["state"]])

        shown = await asyncio.shield(self.turns.open(who, turn_id, find))
        return response.json({"messages": shown}, ensure_ascii=False)

    async def _admitted(self, request: Request) -> Identity:
        who = await http.speaker(self.verifier, request)
        await self.rate.admit(who.sender)
        return who

    async def _call(self, method: str, path: str, data: Any = None) -> tuple[int, Any]:
        try:
            return await self.service.call(method, path, data)
        except ServiceError as error:
            raise ChatError("service_unavailable", str(error)) from None


def _agreed(status: int, answer: Any, *names: str) -> None:
    """Raises ChatError for an answer of the service that is not what it should be."""
    if status != 200 or not isinstance(answer, dict) or not answer.keys() >= set(names):
        raise ChatError("service_unavailable", f"the service answered {status}")


def _with_token(channel: str, url: str, token: str) -> str:
    parts = urlsplit(url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), (TOKEN_NAMES.get(channel, "link"), token)]
    return parts._replace(query=urlencode(query)).geturl()

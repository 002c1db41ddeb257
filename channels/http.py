"""The chat by HTTP: one POST is a whole turn, one GET is what came later."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from sanic import Blueprint, Sanic, response
from sanic.exceptions import PayloadTooLarge
from sanic.request import Request
from sanic.response import HTTPResponse

from channels import identity
from channels.errors import ChatError
from channels.mailbox import Mailbox
from channels.rate import RateLimit
from channels.requests import read_asked, read_json, read_since
from channels.settings import TokenRules
from channels.turns import IdConflict, Turns

logger = logging.getLogger(__name__)

Handler = Callable[..., Awaitable[HTTPResponse]]


def reply(error: ChatError) -> HTTPResponse:
    """The one form of every error body."""
    headers = {"Retry-After": str(error.retry_after_s)} if error.retry_after_s else {}
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return response.json({"error": error.body()}, status=error.status, headers=headers, ensure_ascii=False)


def answering(handler: Handler) -> Handler:
    """Turns every failure of a route into the error body; unforeseen ones are logged under its reference."""

    @wraps(handler)
    async def guarded(*args: Any, **kwargs: Any) -> HTTPResponse:
        try:
            return await handler(*args, **kwargs)
        except ChatError as error:
            return reply(error)
        except IdConflict:
            return reply(ChatError("id_conflict"))
        except Exception:
            unforeseen = ChatError("internal")
            logger.exception("[%s] a request failed", unforeseen.reference)
            return reply(unforeseen)

    return guarded


@dataclass(frozen=True)
class ChatApi:
    """The two routes of the chat."""

    rules: TokenRules
    turns: Turns
    mailbox: Mailbox
    rate: RateLimit

    def add_routes(self, blueprint: Blueprint) -> None:
        blueprint.add_route(answering(self.post), "/chat/messages", methods=["POST"], name="post_message")
        blueprint.add_route(answering(self.get), "/chat/messages", methods=["GET"], name="get_messages")

    async def post(self, request: Request) -> HTTPResponse:
        who = self._who(request)
        wait_s = self.rate.wait_s(who.sender, time.monotonic())
        if wait_s:
            raise ChatError("rate_limited", who.sender, retry_after_s=wait_s)
        submitted = await self.turns.submit(who, read_asked(read_json(request.body)))
        said = await asyncio.shield(submitted.answer)
        return response.json({"messages": said}, ensure_ascii=False)

    async def get(self, request: Request) -> HTTPResponse:
        who = self._who(request)
        since, both_roles = read_since(request.args.get("since")), request.args.get("all") == "1"
        found = await asyncio.to_thread(self.mailbox.since, who.sender, since, both_roles)
        return response.json({"messages": found}, ensure_ascii=False)

    def _who(self, request: Request) -> identity.Identity:
        try:
            return identity.verify(identity.bearer(request.headers.get("authorization")), self.rules)
        except identity.Unauthorized as error:
            raise ChatError(error.code) from None


def limit_sizes(app: Sanic, max_body_bytes: int) -> None:
    """Bodies and socket frames above the limit are refused before they are read whole."""
    app.config.REQUEST_MAX_SIZE = max_body_bytes
    app.config.WEBSOCKET_MAX_SIZE = max_body_bytes

    async def too_large(_request: Request, _error: Exception) -> HTTPResponse:
        return reply(ChatError("too_large"))

    app.error_handler.add(PayloadTooLarge, too_large)


def allow_origins(app: Sanic, origins: tuple[str, ...]) -> None:
    """Lets pages of the listed origins use the chat's routes; no other page may.

    Rasa's own CORS extension answers OPTIONS for every route, without a grant; the grant is added here.
    """
    granted = {
        "Access-Control-Allow-Methods": "GET, POST",
        "Access-Control-Allow-Headers": "Authorization, Content-Type",
        "Access-Control-Max-Age": "600",
    }

    async def grant(request: Request, answer: HTTPResponse) -> None:
        if request.path.startswith("/chat/") and request.headers.get("origin") in origins:
            answer.headers["Access-Control-Allow-Origin"] = request.headers["origin"]
            answer.headers["Vary"] = "Origin"
            answer.headers.update(granted if request.method == "OPTIONS" else {})

    app.register_middleware(grant, "response")

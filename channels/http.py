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
from sanic.exceptions import MethodNotSupported, NotFound, PayloadTooLarge
from sanic.request import Request
from sanic.response import HTTPResponse

from channels import identity, logs
from channels.errors import ChatError
from channels.mailbox import Mailbox
from channels.rate import Rate
from channels.rating_desk import RatingDesk
from channels.requests import read_asked, read_json, read_pass, read_query, read_rating
from channels.turns import IdConflict, Turns
from channels.visitors import Visitors

logger = logging.getLogger(__name__)

# RFC 9470: which login would do.
STEP_UP = (
    'Bearer error="insufficient_user_authentication", '
    f'acr_values="payment", max_age="{identity.STRONG_LOGIN_S}"'
)
Handler = Callable[..., Awaitable[HTTPResponse]]


def reply(error: ChatError) -> HTTPResponse:
    """The one form of every error body."""
    headers = {"Retry-After": str(error.retry_after_s)} if error.retry_after_s else {}
    if error.status == 401:
        headers["WWW-Authenticate"] = STEP_UP if error.code == "step_up" else "Bearer"
    return response.json({"error": error.body()}, status=error.status, headers=headers, ensure_ascii=False)


def answering(handler: Handler) -> Handler:
    """Turns every failure of a route into the error body; unforeseen ones are logged under its reference."""

    @wraps(handler)
    async def guarded(*args: Any, **kwargs: Any) -> HTTPResponse:
        logs.end()  # of what came over the same connection before
        try:
            return await handler(*args, **kwargs)
        except ChatError as error:
            return reply(error)
        except IdConflict as conflict:
            return reply(ChatError("id_conflict", str(conflict)))
        except Exception:
            unforeseen = ChatError("internal")
            logger.exception("[%s] a request failed", unforeseen.reference)
            return reply(unforeseen)

    return guarded


@dataclass(frozen=True)
class ChatApi:
    """The routes of the chat."""

    verifier: identity.Verifier
    turns: Turns
    mailbox: Mailbox
    rate: Rate
    ratings: RatingDesk
    visitors: Visitors
    new_visitors: Rate

    def add_routes(self, blueprint: Blueprint) -> None:
        blueprint.add_route(answering(self.visit), "/chat/visitors", methods=["POST"], name="post_visitor")
        blueprint.add_route(answering(self.post), "/chat/messages", methods=["POST"], name="post_message")
        blueprint.add_route(answering(self.get), "/chat/messages", methods=["GET"], name="get_messages")
        blueprint.add_route(answering(self.rating), "/chat/ratings", methods=["POST"], name="post_rating")

    async def post(self, request: Request) -> HTTPResponse:
        who = await self._who(request)
        await self.rate.admit(who.sender)
        submitted = await self.turns.submit(who, read_asked(read_json(request.body), who.sender))
        said = await asyncio.shield(submitted.answer)
        return response.json({"messages": said}, ensure_ascii=False)

    async def get(self, request: Request) -> HTTPResponse:
        who = await self._who(request)
        since, both_roles = read_query(request.get_query_args(keep_blank_values=True), who.sender)
        found = await asyncio.to_thread(self.mailbox.since, who.sender, since, both_roles)
        return response.json({"messages": found}, ensure_ascii=False)

    async def rating(self, request: Request) -> HTTPResponse:
        """What the customer says of a journey that has ended; said again, it replaces what was said."""
        who = await self._who(request)
        await self.rate.admit(who.sender)
        kept = await self.ratings.take(who.sender, read_rating(read_json(request.body), who.sender))
        return response.json(kept, ensure_ascii=False)

    async def visit(self, request: Request) -> HTTPResponse:
        """A pass of ten minutes for somebody not logged in, renewed under the same name by an earlier one."""
        if not self.visitors.a_minute:
            raise ChatError("not_found", "visitors are not let in")
        earlier, now = read_pass(read_json(request.body)), time.time()
        sub = self.visitors.returning(earlier, now)
        if not sub:
            await self.new_visitors.admit("")
        return response.json({"token": self.visitors.issue(now, sub)})

    async def _who(self, request: Request) -> identity.Identity:
        return await speaker(self.verifier, request)


async def speaker(verifier: identity.Verifier, request: Request) -> identity.Identity:
    """Whose token the request has. Raises ChatError."""
    try:
        return await verifier.verify(identity.bearer(request.headers.get("authorization")))
    except identity.Unauthorized as error:
        raise ChatError(error.code, error.why) from None


def refuse_alike(app: Sanic, max_body_bytes: int) -> None:
    """Refusals of the server itself have the same body: too large, no such address, no such method.

    Bodies and socket frames above the limit are refused before they are read whole.
    """
    app.config.REQUEST_MAX_SIZE = max_body_bytes
    app.config.WEBSOCKET_MAX_SIZE = max_body_bytes

    async def too_large(_request: Request, _error: Exception) -> HTTPResponse:
        return reply(ChatError("too_large"))

    async def not_found(request: Request, _error: Exception) -> HTTPResponse:
        return reply(ChatError("not_found", _where(request)))

    async def not_allowed(request: Request, error: Exception) -> HTTPResponse:
        answer = reply(ChatError("method_not_allowed", _where(request)))
        answer.headers.update(getattr(error, "headers", {}))
        return answer

    app.error_handler.add(PayloadTooLarge, too_large)
    app.error_handler.add(NotFound, not_found)
    app.error_handler.add(MethodNotSupported, not_allowed)


def _where(request: Request) -> str:
    """For the log: of an address no more than its first two parts, for further on it may hold a secret."""
    _, *parts = request.path.split("/")
    shown = "/".join(parts[:2])[:80]
    return f"{request.method} /{shown}{'/…' if len(parts) > 2 else ''}"


def allow_origins(app: Sanic, origins: tuple[str, ...]) -> None:
    """Lets pages of the listed origins use the chat's routes; no other page may.

    Rasa's own CORS extension answers OPTIONS for every route, without a grant; the grant is added here.
    """
    granted = {
        "Access-Control-Allow-Methods": "GET, POST, DELETE",
        "Access-Control-Allow-Headers": "Authorization, Content-Type",
        "Access-Control-Max-Age": "600",
    }

    async def grant(request: Request, answer: HTTPResponse) -> None:
        if request.path.startswith("/chat/") and request.headers.get("origin") in origins:
            answer.headers["Access-Control-Allow-Origin"] = request.headers["origin"]
            answer.headers["Vary"] = "Origin"
            answer.headers.update(granted if request.method == "OPTIONS" else {})

    app.register_middleware(grant, "response")

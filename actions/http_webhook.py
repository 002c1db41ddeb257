"""The public listener: health, and what the payment gateway tells: POST /payments/webhook.

Signed by the gateway over timestamp and body (`ledger.gateway.signing`). Delivered at least once, in any
order: 200 says that it need not be told again, anything else asks for another delivery.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Sequence

from sanic import Request, Sanic
from sanic.response import HTTPResponse, json

from actions import http_health, logs, metrics
from actions.http_common import HttpProblem, QuietErrors, in_thread, ledger_of
from ledger import Ledger, hearing, work_items
from ledger.gateway import signing, wire
from ledger.gateway.interface import GatewayGarbled

logger = logging.getLogger(__name__)

LARGEST_BODY_BYTES = 64 * 1024
SLOWEST_BODY_S = 10.0


def build_app(ledger: Ledger, secrets: Sequence[str], shutdown_s: float) -> Sanic:
    """`secrets`: every one with which the gateway may sign; more than one while they change."""
    app = Sanic("yuefu_public")
    app.error_handler = QuietErrors()
    app.config.REQUEST_MAX_SIZE = LARGEST_BODY_BYTES
    app.config.REQUEST_TIMEOUT = SLOWEST_BODY_S
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = shutdown_s
    app.config.TOUCHUP = False  # it rewrites the protocol's code, which one app of a process can do
    app.ctx.ledger = ledger
    app.ctx.webhook_secrets = tuple(secrets)
    app.register_middleware(begin, "request")
    app.register_middleware(count, "response")
    http_health.add_routes(app)
    app.add_route(webhook, "/payments/webhook", methods=["POST"])
    return app


async def begin(_: Request) -> None:
    """Whoever calls from outside does not say what their lines in the log belong to."""
    logs.begin({})


async def count(request: Request, answer: HTTPResponse) -> None:
    if request.path == "/payments/webhook":
        metrics.service().webhooks.labels(str(answer.status)).inc()


def serve_beside(app: Sanic, public: Sanic, host: str, port: int) -> None:
    """Has `public` listen for as long as `app` runs."""

    async def start(app: Sanic) -> None:
        server = await public.create_server(host, port, return_asyncio_server=True, access_log=False)
        assert server is not None
        await server.startup()
        app.ctx.public_server = server

    async def stop(app: Sanic) -> None:
        app.ctx.public_server.close()

    app.register_listener(start, "before_server_start")
    app.register_listener(stop, "before_server_stop")


async def webhook(request: Request) -> HTTPResponse:
    """200 {"status": "taken" | "nothing_new" | "work_item"}; 401 not signed by the gateway, 400 outside of
    the replay window, 413 too long, 422 signed and yet not to be understood (kept as a work item)."""
    try:
        signing.check(request.app.ctx.webhook_secrets, request.headers, request.body, time.time())
    except signing.BadSignature:
        raise HttpProblem(401, "bad_signature", "the signature is missing or wrong") from None
    except signing.Stale:
        raise HttpProblem(400, "stale", "the timestamp is outside of the replay window") from None
    ledger = ledger_of(request)
    try:
        answer = wire.read(request.body)
    except GatewayGarbled as garbled:
        await in_thread(keep, ledger, request.body, str(garbled))
        raise HttpProblem(422, "not_understood", str(garbled)) from None
    heard = await in_thread(hearing.hear, ledger, answer)
    if heard == "work_item":
        logger.error("a webhook told of what is not ours: %s %s", answer.number, answer.state)
    return json({"status": heard})


def keep(ledger: Ledger, body: bytes, why: str) -> None:
    """A signed message that we cannot read may be about money: a person reads it."""
    text = body.decode("utf-8", "backslashreplace").replace("\x00", "\\x00")
    digest = hashlib.sha256(body).hexdigest()
    work_items.open_item(ledger, "not_understood", digest, {"why": why, "body": text})

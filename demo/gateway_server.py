"""The simulated payment gateway over real HTTP, with a store of its own: `python -m demo.gateway_server`.

It speaks what `ledger.gateway.over_http` speaks, sends signed webhooks until they are answered with 2xx,
and serves each day's settlement file (GET /settlement-files/2026-11-03). Its switch is POST /modes {"mode",
"customer"?}.

Reads YUEFU_GATEWAY_STORE (a file; default .run/gateway-server.db), YUEFU_GATEWAY_PORT (default 5057),
YUEFU_GATEWAY_SECRET (signs the calls that it takes), and for webhooks YUEFU_WEBHOOK_URL and
YUEFU_WEBHOOK_SECRET. It listens on the loopback interface only.
"""

from __future__ import annotations

import asyncio
import json as json_text
import logging
import os
import sys
import time
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import httpx
from sanic import Request, Sanic
from sanic.response import HTTPResponse, json, text

from ledger.clock import SystemClock
from ledger.gateway import signing, wire
from ledger.gateway.interface import ChargeAnswer, GatewayConflict, GatewayTimeout
from ledger.gateway.simulated import SimulatedGateway

logger = logging.getLogger(__name__)

_LONGEST_SILENCE_S = 30.0
_TELL_EVERY_S = 0.2
_LONGEST_PAUSE_S = 60.0
_WEBHOOK_TIMEOUT_S = 5.0


@dataclass(frozen=True)
class Keys:
    """Secrets shared with the ledger's side; without a `webhook_url` nobody is told anything."""

    secret: str = field(repr=False)
    webhook_url: str = ""
    webhook_secret: str = field(default="", repr=False)


def build_app(gateway: SimulatedGateway, keys: Keys) -> Sanic:
    """The gateway's listener."""
    app = Sanic("yuefu_gateway")
    app.ctx.gateway, app.ctx.keys = gateway, keys
    app.register_middleware(check, "request")
    app.add_route(charge, "/charges", methods=["POST"])
    app.add_route(query, "/charges/<number>", methods=["GET"])
    app.add_route(cancel, "/charges/<number>/cancel", methods=["POST"])
    app.add_route(refund, "/charges/<number>/refunds", methods=["POST"])
    app.add_route(settlement_file, "/settlement-files/<day>", methods=["GET"])
    app.add_route(set_mode, "/modes", methods=["POST"])
    if keys.webhook_url:
        app.register_listener(_start_telling, "after_server_start")
        app.register_listener(_stop_telling, "before_server_stop")
    return app


async def check(request: Request) -> HTTPResponse | None:
    """401 for a call that is not signed over its method, path and body, or not lately."""
    content = signing.of_call(request.method, request.raw_url.decode("ascii"), request.body)
    try:
        signing.check([request.app.ctx.keys.secret], request.headers, content, time.time())
    except (signing.BadSignature, signing.Stale) as error:
        return json({"error": type(error).__name__}, status=401)
    return None


async def charge(request: Request) -> HTTPResponse:
    sent = request.json
    try:
        asked = (sent["number"], sent["amount_fen"], sent["customer"])
        expires_at = datetime.fromisoformat(sent["expires_at"])
    except (KeyError, TypeError, ValueError):
        return json({"error": "bad_request"}, status=400)
    return await _answered(request.app.ctx.gateway.charge, *asked, expires_at, _LONGEST_SILENCE_S)


async def query(request: Request, number: str) -> HTTPResponse:
    return await _answered(request.app.ctx.gateway.query, number)


async def cancel(request: Request, number: str) -> HTTPResponse:
    return await _answered(request.app.ctx.gateway.cancel, number)


async def refund(request: Request, number: str) -> HTTPResponse:
    sent = request.json
    try:
        asked = (sent["refund_number"], sent["amount_fen"])
    except (KeyError, TypeError):
        return json({"error": "bad_request"}, status=400)
    return await _answered(request.app.ctx.gateway.refund, number, *asked)


async def settlement_file(request: Request, day: str) -> HTTPResponse:
    try:
        asked = date.fromisoformat(day)
    except ValueError:
        return json({"error": "bad_request"}, status=400)
    return text(await asyncio.to_thread(request.app.ctx.gateway.settlement_file, asked))


async def set_mode(request: Request) -> HTTPResponse:
    sent = request.json
    try:
        await asyncio.to_thread(request.app.ctx.gateway.set_mode, sent["mode"], sent.get("customer"))
    except (KeyError, TypeError, AttributeError, ValueError):
        return json({"error": "bad_request"}, status=400)
    return json({})


async def _answered(call: Any, *asked: Any) -> HTTPResponse:
    """409 for a number used for something else, 504 where the gateway itself has no answer."""
    try:
        answer: ChargeAnswer = await asyncio.to_thread(call, *asked)
    except GatewayConflict:
        return json({"error": "conflict"}, status=409)
    except GatewayTimeout:
        return json({"error": "no_answer"}, status=504)
    return json(wire.to_json(answer))


async def _start_telling(app: Sanic) -> None:
    app.ctx.telling = asyncio.create_task(_tell(app.ctx.gateway, app.ctx.keys))


async def _stop_telling(app: Sanic) -> None:
    app.ctx.telling.cancel()


async def _tell(gateway: SimulatedGateway, keys: Keys) -> None:
    """Send what is to be told until it is taken: the oldest first, each again after a growing pause."""
    tries: dict[int, tuple[int, float]] = {}
    async with httpx.AsyncClient(timeout=_WEBHOOK_TIMEOUT_S, trust_env=False) as client:
        while True:
            for answer in await asyncio.to_thread(gateway.notifications):
                assert answer.notification_id is not None
                count, not_before = tries.get(answer.notification_id, (0, 0.0))
                if time.monotonic() < not_before:
                    continue
                if await _deliver(client, keys, answer):
                    await asyncio.to_thread(gateway.acknowledge, [answer.notification_id])
                    tries.pop(answer.notification_id, None)
                else:
                    pause_s = min(_LONGEST_PAUSE_S, _TELL_EVERY_S * 2**count)
                    tries[answer.notification_id] = (count + 1, time.monotonic() + pause_s)
            await asyncio.sleep(_TELL_EVERY_S)


async def _deliver(client: httpx.AsyncClient, keys: Keys, answer: ChargeAnswer) -> bool:
    body = json_text.dumps(wire.to_json(answer)).encode()
    signed = signing.headers(keys.webhook_secret, body, time.time())
    try:
        told = await client.post(keys.webhook_url, content=body, headers=signed)
    except httpx.TransportError as error:
        logger.warning("webhook %s: %s", answer.notification_id, type(error).__name__)
        return False
    return told.is_success


def main() -> int:
    env = os.environ
    missing = [name for name in ("YUEFU_GATEWAY_SECRET",) if not env.get(name)]
    if env.get("YUEFU_WEBHOOK_URL") and not env.get("YUEFU_WEBHOOK_SECRET"):
        missing.append("YUEFU_WEBHOOK_SECRET")
    if missing:
        print(f"{' and '.join(missing)} must be set.", file=sys.stderr)
        return 2
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    store = env.get("YUEFU_GATEWAY_STORE") or ".run/gateway-server.db"
    gateway = SimulatedGateway(store, SystemClock(), tell_all=True)
    keys = Keys(
        env["YUEFU_GATEWAY_SECRET"], env.get("YUEFU_WEBHOOK_URL", ""), env.get("YUEFU_WEBHOOK_SECRET", "")
    )
    app = build_app(gateway, keys)
    port = int(env.get("YUEFU_GATEWAY_PORT") or "5057")
    app.run(host="127.0.0.1", port=port, single_process=True, motd=False, access_log=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())

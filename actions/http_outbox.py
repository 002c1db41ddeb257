"""What customers are still to be told: GET /internal/outbox (long poll), POST /internal/outbox/ack."""

from __future__ import annotations

import asyncio
import time
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sanic import Request, Sanic
from sanic.response import HTTPResponse, json

from actions.http_common import HttpProblem, body, in_thread, ledger_of
from ledger import outbox
from ledger.outbox import OutboxItem

LEASE_S = 60.0
POLL_S = 0.5
MAX_WAIT_S = 30.0
MAX_ITEMS = 200


def add_routes(app: Sanic) -> None:
    app.add_route(claim, "/internal/outbox", methods=["GET"])
    app.add_route(acknowledge, "/internal/outbox/ack", methods=["POST"])


async def claim(request: Request) -> HTTPResponse:
    """Leases items for a minute; answers when there is one or when `wait_s` is over."""
    wait_s = min(_number(request, "wait_s", 0.0), MAX_WAIT_S)
    limit = int(min(max(_number(request, "limit", 50.0), 1.0), MAX_ITEMS))
    until = time.monotonic() + wait_s
    while True:
        items = await in_thread(outbox.claim, ledger_of(request), limit, LEASE_S)
        if items or time.monotonic() >= until:
            now = ledger_of(request).clock.now()
            return json({"items": [_told(item, now) for item in items]})
        await asyncio.sleep(POLL_S)


async def acknowledge(request: Request) -> HTTPResponse:
    ids = body(request).get("ids")
    if not isinstance(ids, list) or not all(type(each) is int for each in ids):
        raise HttpProblem(400, "bad_ids", "ids is a list of integers")
    await in_thread(outbox.ack, ledger_of(request), ids)
    return json({"acked": len(ids)})


def _told(item: OutboxItem, now: datetime) -> dict[str, Any]:
    """Of a link that is over also for how long, in seconds: the bot has another clock."""
    told = asdict(item)
    if item.kind == "link_over":
        told["over_s"] = round(now.timestamp() - float(item.ref.partition(":")[2]), 3)
    return told


def _number(request: Request, name: str, default: float) -> float:
    try:
        value = float(request.args.get(name, default))
    except ValueError as error:
        raise HttpProblem(400, "bad_number", f"{name} is a number") from error
    return max(0.0, value)

"""Levers of the demo profile alone: look at an account, switch the gateway, move the clock."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from sanic import Request, Sanic
from sanic.response import HTTPResponse, json

from actions.http_common import HttpProblem, body, in_thread, ledger_of
from demo import customers
from ledger import Ledger, dump, jobs
from ledger.gateway.simulated import MODES, SimulatedGateway

ADVANCE = re.compile(r"([1-9]\d{0,2})([hdm])")
MAX_DAYS = 400


def add_routes(app: Sanic) -> None:
    app.add_route(account, "/demo/accounts/<customer>", methods=["GET"])
    app.add_route(list_customers, "/demo/customers", methods=["GET"])
    app.add_route(set_gateway, "/demo/gateway", methods=["POST"])
    app.add_route(move_clock, "/demo/clock", methods=["POST"])


async def account(request: Request, customer: str) -> HTTPResponse:
    return json(await in_thread(dump.account_json, ledger_of(request), customer))


async def list_customers(request: Request) -> HTTPResponse:
    listed = [{"id": each.customer_id, "title": each.title} for each in customers.ALL]
    return json({"customers": listed})


async def set_gateway(request: Request) -> HTTPResponse:
    """Body {"mode", "customer"?}: how the simulated gateway answers, for one customer or for all."""
    sent = body(request)
    mode, customer = sent.get("mode"), sent.get("customer")
    if mode not in MODES:
        raise HttpProblem(400, "bad_mode", f"mode is one of {', '.join(MODES)}")
    gateway = ledger_of(request).gateway
    if not isinstance(gateway, SimulatedGateway):
        raise HttpProblem(409, "no_demo_gateway", "this service talks to a real gateway")
    await in_thread(gateway.set_mode, mode, customer)
    return json({"mode": mode, "customer": customer})


async def move_clock(request: Request) -> HTTPResponse:
    """Body {"advance": "12h" | "1d" | "1m"}: forwards only, with the jobs of each day that passes."""
    matched = ADVANCE.fullmatch(str(body(request).get("advance", "")))
    if matched is None:
        raise HttpProblem(400, "bad_advance", "advance is a number and h, d or m, e.g. 12h, 1d, 1m")
    now = await in_thread(advance, ledger_of(request), int(matched[1]), matched[2])
    return json({"now": now.isoformat()})


def advance(ledger: Ledger, amount: int, unit: str) -> datetime:
    """Moves the ledger's clock day by day, so that each day's jobs run on their own day."""
    now = ledger.clock.now()
    goal = now + timedelta(hours=amount) if unit == "h" else _plus_days(now, amount, unit)
    if goal - now > timedelta(days=MAX_DAYS):
        raise HttpProblem(400, "too_far", f"at most {MAX_DAYS} days at once")
    while (left := goal - ledger.clock.now()) > timedelta(0):
        ledger.clock.advance(min(left, timedelta(days=1)))
        jobs.catch_up(ledger)
    return ledger.clock.now()


def _plus_days(now: datetime, amount: int, unit: str) -> datetime:
    """Days, or months to the same day (the last one where a month is shorter)."""
    if unit == "d":
        return now + timedelta(days=amount)
    month = now.month - 1 + amount
    year, month = now.year + month // 12, month % 12 + 1
    first_of_next = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=now.tzinfo)
    last_day = (first_of_next - timedelta(days=1)).day
    return now.replace(year=year, month=month, day=min(now.day, last_day))

"""Levers of the demo profile alone: look at an account, switch the gateway, move the clock."""

from __future__ import annotations

from sanic import Request, Sanic
from sanic.response import HTTPResponse, json

from actions.http_common import body, in_thread, ledger_of
from demo import customers, switches
from ledger import dump


def add_routes(app: Sanic) -> None:
    app.add_route(account, "/demo/accounts/<customer>", methods=["GET"])
    app.add_route(list_customers, "/demo/customers", methods=["GET"])
    app.add_route(set_gateway, "/demo/gateway", methods=["POST"])
    app.add_route(move_clock, "/demo/clock", methods=["POST"])


async def account(request: Request, customer: str) -> HTTPResponse:
    """What the ledger holds of a customer, and `gateway_mode`: how the gateway answers for them."""
    held = await in_thread(dump.account_json, ledger_of(request), customer)
    mode = await in_thread(switches.gateway_mode, ledger_of(request), customer)
    return json({**held, "gateway_mode": mode})


async def list_customers(request: Request) -> HTTPResponse:
    """Whom the page can be looked at as, and what to ask as them."""
    listed = [
        {"id": each.customer_id, "title": each.title, "questions": each.questions} for each in customers.ALL
    ]
    visitor = {"id": "anon", "title": "未登录访客", "questions": customers.VISITOR_QUESTIONS}
    return json({"customers": listed, "visitor": visitor})


async def set_gateway(request: Request) -> HTTPResponse:
    """Body {"mode", "customer"?}: how the simulated gateway answers, for one customer or for all."""
    sent = body(request)
    mode, customer = str(sent.get("mode", "")), sent.get("customer")
    await in_thread(switches.set_gateway_mode, ledger_of(request), mode, customer)
    return json({"mode": mode, "customer": customer})


async def move_clock(request: Request) -> HTTPResponse:
    """Body {"advance": "16min" | "12h" | "1d" | "1m"}: forwards only, with the jobs of each day passed."""
    by = str(body(request).get("advance", ""))
    now = await in_thread(switches.advance_clock, ledger_of(request), by)
    return json({"now": now.isoformat()})

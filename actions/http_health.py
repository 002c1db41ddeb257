"""Alive, and ready: GET /healthz, GET /readyz."""

from __future__ import annotations

from sanic import Request, Sanic
from sanic.response import HTTPResponse, json

from actions.http_common import HttpProblem, in_thread, ledger_of
from ledger import Ledger, links


def add_routes(app: Sanic) -> None:
    app.add_route(healthz, "/healthz", methods=["GET"])
    app.add_route(readyz, "/readyz", methods=["GET"])


async def healthz(request: Request) -> HTTPResponse:
    return json({"status": "ok"})


async def readyz(request: Request) -> HTTPResponse:
    """200 once a read of the ledger succeeds, else 503."""
    try:
        await in_thread(read_once, ledger_of(request))
    except Exception as error:
        raise HttpProblem(503, "not_ready", "the ledger cannot be read") from error
    return json({"status": "ready"})


def read_once(ledger: Ledger) -> None:
    links.customer_of(ledger, "readyz")

"""GET /metrics: what the process counts, and the ledger's figures at this moment."""

from __future__ import annotations

from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from sanic import Request, Sanic
from sanic.response import HTTPResponse, raw

from actions import errors, metrics
from actions.http_common import in_thread
from ledger.errors import LedgerError
from ledger.figures import Watch


def add_routes(app: Sanic) -> None:
    app.ctx.watch = Watch(app.ctx.ledger)
    app.add_route(tell, "/metrics", methods=["GET"])


async def tell(request: Request) -> HTTPResponse:
    """A ledger that cannot be read is told as such; the rest is told all the same."""
    counted = metrics.service()
    try:
        counted.show(await in_thread(request.app.ctx.watch.read))
        counted.ledger_up.set(1)
    except LedgerError as error:
        counted.ledger_up.set(0)
        errors.log_failure(errors.new_reference(), "GET /metrics", error)
    return raw(generate_latest(counted.registry), content_type=CONTENT_TYPE_LATEST)

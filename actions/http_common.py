"""What every route shares: secrets in front, errors in one shape, a thread for each ledger call."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sanic import Request, Sanic
from sanic.exceptions import RequestCancelled, SanicException
from sanic.handlers import ErrorHandler
from sanic.response import HTTPResponse, json

from actions import errors, logs, metrics, traces
from ledger import Ledger, told
from ledger.errors import (
    BadInput,
    Busy,
    Conflict,
    LedgerError,
    NotFound,
    ReadOnlyLedger,
    Refused,
    Unavailable,
)

Result = TypeVar("Result")

OPEN_PATHS = frozenset({"/healthz", "/readyz", "/health"})
STATUS_OF = ((BadInput, 400), (NotFound, 404), (Conflict, 409), (Refused, 409), (Unavailable, 503))


@dataclass(frozen=True)
class Secrets:
    """Shared secrets: of the bot and the demo page's routes, of the staff desk, and of who watches over it.

    While one changes there are two, with a blank between: both are taken. Without any, nobody is let in.
    """

    action: str = field(repr=False)
    staff: str = field(repr=False)
    metrics: str = field(default="", repr=False)

    def let_in(self, request: Request) -> str:
        """Empty when the call has its secret, else the name of the header that is missing or wrong.

        Every secret is compared, each in constant time: how long it takes tells nothing.
        """
        name, wanted, given = "X-Action-Secret", self.action, request.headers.get("X-Action-Secret", "")
        if request.path.startswith("/staff/"):
            name, wanted, given = "X-Staff-Secret", self.staff, request.headers.get("X-Staff-Secret", "")
        elif request.path == "/metrics":
            name, wanted = "Authorization", self.metrics
            kind, _, given = request.headers.get(name, "").partition(" ")
            given = given if kind == "Bearer" else ""
        known = [hmac.compare_digest(given.encode(), each.encode()) for each in wanted.split()]
        return "" if any(known) else name


class HttpProblem(Exception):
    """An answer other than 2xx that a caller can act on."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def problem(status: int, code: str, message: str) -> HTTPResponse:
    """The one shape of every error: {"error": {"code", "message", "reference"}}."""
    return problem_with(status, code, message, errors.new_reference())


def problem_with(status: int, code: str, message: str, reference: str) -> HTTPResponse:
    return json({"error": {"code": code, "message": message, "reference": reference}}, status=status)


class QuietErrors(ErrorHandler):
    """Callers get a code and a reference; the traceback and the request stay in the log.

    The handler that rasa-sdk installs answers with the whole request, the conversation included.
    """

    def response(self, request: Request, exception: Exception) -> HTTPResponse:
        if isinstance(exception, RequestCancelled):  # a bot that stops leaves its long poll
            return problem(499, "caller_gone", "nobody waits for the answer")
        if isinstance(exception, HttpProblem):
            return problem(exception.status, exception.code, exception.message)
        if isinstance(exception, LedgerError):
            status = next((code for kind, code in STATUS_OF if isinstance(exception, kind)), 500)
            if status < 500:
                return problem(status, exception.code, str(exception))
        elif isinstance(exception, SanicException) and exception.status_code < 500:
            return problem(exception.status_code, "bad_request", str(exception))
        reference = errors.new_reference()
        errors.log_failure(reference, f"{request.method} {request.path}", exception)
        if isinstance(exception, ReadOnlyLedger | Busy):
            return problem_with(503, exception.code, told.sentence(exception), reference)
        status = 503 if isinstance(exception, Unavailable) else 500
        return problem_with(status, "internal_error", "the request failed; see the log", reference)


def guard(app: Sanic, secrets: Secrets) -> None:
    """Refuses every call without its secret, of `app.ctx.secrets` as they are then; only health is open."""
    app.ctx.secrets = secrets

    async def check(request: Request) -> HTTPResponse | None:
        logs.begin(request.headers)
        traces.begin(request.headers)
        if request.path in OPEN_PATHS:
            return None
        name = app.ctx.secrets.let_in(request)
        if not name and request.headers.get("content-encoding"):  # a little of it can become very much
            return problem(415, "bad_encoding", "the body must not be compressed")
        if not name:
            return None
        metrics.service().refused.labels(name).inc()
        reference = errors.new_reference()
        where = f"{request.method} {request.path}"
        errors.log_refused(reference, where, f"{name} missing or wrong", request.ip)
        return problem_with(403, "forbidden", f"{name} is missing or wrong", reference)

    app.register_middleware(check, "request")


def body(request: Request) -> dict[str, Any]:
    """The JSON object sent. Raises HttpProblem 400 for anything else."""
    sent = request.json
    if not isinstance(sent, dict):
        raise HttpProblem(400, "bad_json", "a JSON object is expected")
    return sent


async def in_thread(function: Callable[..., Result], *args: Any, **kwargs: Any) -> Result:
    """The ledger is synchronous; its calls never hold up the loop."""
    return await asyncio.to_thread(function, *args, **kwargs)


def ledger_of(request: Request) -> Ledger:
    ledger: Ledger = request.app.ctx.ledger
    return ledger

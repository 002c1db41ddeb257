"""The staff desk: list, read, take, answer and close tickets under /staff/tickets."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sanic import Request, Sanic
from sanic.response import HTTPResponse, json

from actions import errors, masking
from actions.http_common import HttpProblem, body, in_thread, ledger_of
from ledger import tickets

MAX_REPLY_CHARS = 2000


def add_routes(app: Sanic) -> None:
    app.add_route(list_tickets, "/staff/tickets", methods=["GET"])
    app.add_route(show, "/staff/tickets/<ticket_id:int>", methods=["GET"])
    app.add_route(take, "/staff/tickets/<ticket_id:int>/take", methods=["POST"])
    app.add_route(reply, "/staff/tickets/<ticket_id:int>/reply", methods=["POST"])
    app.add_route(close, "/staff/tickets/<ticket_id:int>/close", methods=["POST"])


async def list_tickets(request: Request) -> HTTPResponse:
    state = request.args.get("state")
    if state not in (None, "OPEN", "TAKEN", "CLOSED"):
        raise HttpProblem(400, "bad_state", "state is OPEN, TAKEN or CLOSED")
    found = await in_thread(tickets.list_tickets, ledger_of(request), state=state)
    return json({"tickets": [plain(each) for each in found]})


async def show(request: Request, ticket_id: int) -> HTTPResponse:
    return json(plain(await in_thread(tickets.get, ledger_of(request), ticket_id)))


async def take(request: Request, ticket_id: int) -> HTTPResponse:
    taken = await in_thread(tickets.take, ledger_of(request), ticket_id, staff_name(request))
    return json(plain(taken))


async def reply(request: Request, ticket_id: int) -> HTTPResponse:
    """Body {"text", "key"?}; with a key the same reply is written once however often it is sent.

    No full number of a person is kept of the text.
    """
    sent = body(request)
    text = sent.get("text")
    if not isinstance(text, str) or not text.strip() or len(text) > MAX_REPLY_CHARS:
        raise HttpProblem(400, "bad_text", f"text is 1 to {MAX_REPLY_CHARS} characters")
    key = str(sent.get("key") or errors.new_reference())
    kept = masking.impersonal(text.strip())
    answered = await in_thread(tickets.reply, ledger_of(request), ticket_id, kept, staff_name(request), key)
    return json(plain(answered))


async def close(request: Request, ticket_id: int) -> HTTPResponse:
    return json(plain(await in_thread(tickets.close, ledger_of(request), ticket_id)))


def staff_name(request: Request) -> str:
    """Who of the staff acts, as their desk says; it has the secret, so it is believed."""
    return request.headers.get("X-Staff-Name", "staff")[:64]


def plain(value: Any) -> Any:
    """A frozen answer as JSON: dataclasses as objects, times in ISO format."""
    if hasattr(value, "__dataclass_fields__"):
        return plain(asdict(value))
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value

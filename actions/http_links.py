"""Whose account a sender of a messaging app is: one-time links, their list and end, and decisions' pages."""

from __future__ import annotations

from typing import Any

from sanic import Request, Sanic
from sanic.response import HTTPResponse, json

from actions.host_page import HostPage
from actions.http_common import HttpProblem, body, in_thread, ledger_of
from actions.http_staff import plain, staff_name
from ledger import links, one_time
from ledger.links import Link

#: What the bot hears of a token, by what became of it.
LINKED = {"taken": "linked", "expired": "expired", "used": "used", "unknown": "unknown"}
OPENED = {"taken": "open", "expired": "expired", "used": "used", "other": "other", "unknown": "unknown"}
_SHOWN_CHARS, _SHORT_CHARS = 4, 8


def add_routes(app: Sanic) -> None:
    app.add_route(make, "/links", methods=["POST"])
    app.add_route(list_links, "/links", methods=["GET"])
    app.add_route(redeem, "/links/redeem", methods=["POST"])
    app.add_route(end, "/links/end", methods=["POST"])
    app.add_route(make_decision, "/links/decision", methods=["POST"])
    app.add_route(open_decision, "/links/decision/open", methods=["POST"])
    app.add_route(list_for_staff, "/staff/links", methods=["GET"])
    app.add_route(end_for_staff, "/staff/links/<link_id:int>/end", methods=["POST"])


async def make(request: Request) -> HTTPResponse:
    """Body {"customer"} or a linked {"sender"}: {"token", "expires_at"}; 404 for one that is nobody's."""
    customer = await _customer(request, body(request))
    made = await in_thread(one_time.make_link, ledger_of(request), customer, _page(request).link_life_s)
    return json({"token": made.token, "expires_at": made.expires_at.isoformat()})


async def redeem(request: Request) -> HTTPResponse:
    """Body {"sender", "token"}: {"state": "linked" | "expired" | "used" | "unknown"}, "linked" once."""
    sender, token = _texts(body(request), "sender", "token")
    taken = await in_thread(one_time.redeem_link, ledger_of(request), sender, token)
    return json({"state": LINKED[taken.state]})


async def list_links(request: Request) -> HTTPResponse:
    """Query `customer` or `sender`: {"links": [{"id", "sender", "since"}]}, the customer's own to end."""
    asked = {name: request.args.get(name) for name in ("customer", "sender") if request.args.get(name)}
    customer = await _customer(request, asked)
    found = await in_thread(links.of_customer, ledger_of(request), customer)
    return json({"links": [_shown(each) for each in found if each.made_by == "token"]})


async def end(request: Request) -> HTTPResponse:
    """Body {"sender"}: its own link; {"sender" or "customer", "id"}: one of theirs. {"state": "ended"}.

    404 for a link that is not theirs, or that the host's own login made.
    """
    sent = body(request)
    customer = await _customer(request, sent)
    ledger, by = ledger_of(request), str(sent.get("sender") or customer)
    link_id = sent.get("id")
    if link_id is None and "sender" in sent:
        link_id = (await in_thread(links.current, ledger, by))[0]
    if type(link_id) is not int:
        raise HttpProblem(400, "bad_id", "id is a whole number")
    given: dict[str, Any] = {"link_id": link_id, "by": by, "customer_id": customer}
    await in_thread(links.end, ledger, reason="customer", **given)
    return json({"state": "ended"})


async def make_decision(request: Request) -> HTTPResponse:
    """Body {"sender", "decision": "settle" | "settle_close" | "close"}: {"url", "token", "expires_at"}.

    The url is of the host's page, good for minutes and once; 409 when the service knows no such page.
    """
    page = _page(request)
    if not page.url:
        raise HttpProblem(409, "no_host_page", "YUEFU_HOST_PAGE_URL is not set")
    sent = body(request)
    customer = await _customer(request, sent)
    about = sent.get("decision")
    made = await in_thread(one_time.make_decision, ledger_of(request), customer, about, page.link_life_s)
    told = {"url": page.decision(made.token), "token": made.token, "expires_at": made.expires_at.isoformat()}
    return json(told)


async def open_decision(request: Request) -> HTTPResponse:
    """Body {"sender", "token"}: {"state": "open" | "expired" | "used" | "other" | "unknown", "decision"}.

    "other": it belongs to another customer than the one who is logged in, and stays as it is.
    """
    sender, token = _texts(body(request), "sender", "token")
    taken = await in_thread(one_time.open_decision, ledger_of(request), sender, token)
    return json({"state": OPENED[taken.state], "decision": taken.about})


async def list_for_staff(request: Request) -> HTTPResponse:
    """Query `customer`: every link there was, with its end, by whom and why."""
    (customer,) = _texts({"customer": request.args.get("customer")}, "customer")
    found = await in_thread(links.of_customer, ledger_of(request), customer, ended=True)
    return json({"links": [plain(each) for each in found]})


async def end_for_staff(request: Request, link_id: int) -> HTTPResponse:
    """Ends any link, such as one of a phone that was stolen."""
    by = staff_name(request)
    ended = await in_thread(links.end, ledger_of(request), link_id=link_id, reason="staff", by=by)
    return json(plain(ended))


async def _customer(request: Request, given: dict[str, Any]) -> str:
    """Named outright, or by a sender that is linked. Raises HttpProblem 400, and 404 for nobody's sender."""
    if given.get("customer"):
        return _texts(given, "customer")[0]
    (sender,) = _texts(given, "sender")
    customer = await in_thread(links.customer_of, ledger_of(request), sender)
    if customer is None:
        raise HttpProblem(404, "not_linked", "the sender is no customer's")
    return customer


def _texts(given: dict[str, Any], *names: str) -> list[str]:
    values = [given.get(name) for name in names]
    if not all(isinstance(value, str) and value.strip() for value in values):
        raise HttpProblem(400, "bad_request", f"{' and '.join(names)}: a text each")
    return [str(value) for value in values]


def _shown(link: Link) -> dict[str, Any]:
    return {"id": link.id, "sender": masked(link.sender), "since": link.linked_at.isoformat()}


def masked(sender: str) -> str:
    """wxkf-wmAbCdEf as wxkf-****CdEf; nothing of a short one."""
    prefix, _, name = sender.partition("-")
    return f"{prefix}-****{name[-_SHOWN_CHARS:] if len(name) > _SHORT_CHARS else ''}"


def _page(request: Request) -> HostPage:
    page: HostPage = request.app.ctx.page
    return page

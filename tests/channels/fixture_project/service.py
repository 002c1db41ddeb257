"""A small action server with an outbox, for the channel to meet. Runs in the service's environment.

Usage: python service.py PORT SECRET
"""

from __future__ import annotations

import asyncio
import itertools
import sys
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection
from sanic import Request, Sanic, response
from sanic.response import HTTPResponse

DISPATCHED: dict[str, list[dict[str, Any]]] = {
    "greet": [{"response": "utter_greet"}],
    "crowd": [{"text": "一\n\n二"}, {"text": "三"}, {"text": "四"}],
    "silent": [],
    "hush": [{"json_message": {"type": "silent"}}],
    "finish": [
        {
            "text": "办好了。",
            "json_message": {
                "type": "receipt",
                "journey": {"name": "close", "outcome": "closed", "reference": "GB1"},
            },
        }
    ],
    "offer": [
        {
            "response": "utter_offer",
            "total": "¥12.34",
            "values": {"confirm_settle": {"quote_id": "q1", "amount_fen": 1234}},
            "json_message": {"type": "quote", "room": "u:web-c-other", "total_fen": 1234},
        }
    ],
}


class Said(Action):
    """Says fixed things."""

    def __init__(self, topic: str) -> None:
        self.topic = topic

    def name(self) -> str:
        return f"action_{self.topic}"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list[dict]:
        for message in DISPATCHED[self.topic]:
            dispatcher.utter_message(**message)
        return []


class Echo(Action):
    """Says what reached the conversation."""

    def name(self) -> str:
        return "action_echo"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list[dict]:
        dispatcher.utter_message(text=f"收到：{tracker.latest_message['text']}")
        return []


class ConfirmSettle(Action):
    """Wants a strong login, in an app the page; else says what the button carried and who pressed it."""

    def name(self) -> str:
        return "action_confirm_settle"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list[dict]:
        facts = tracker.latest_message["metadata"]
        if facts["channel"] != "web":
            dispatcher.utter_message(text=f"没有扣款。请点 https://shop.example/yuefu?of={tracker.sender_id}")
            return []
        if facts["acr"] != "payment" or not facts["auth_time"]:
            dispatcher.utter_message(
                response="utter_step_up", json_message={"type": "step_up", "acr": "payment"}
            )
            return []
        values = {entity["entity"]: entity["value"] for entity in tracker.latest_message["entities"]}
        dispatcher.utter_message(
            text=f"{tracker.sender_id} {facts['request_id']} {values['quote_id']} {values['amount_fen']}"
        )
        return []


class Notice(Action):
    """Says what the outbox told; one kind fails the first time it is told."""

    failed = False

    def name(self) -> str:
        return "action_notice"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list[dict]:
        values = {entity["entity"]: entity["value"] for entity in tracker.latest_message["entities"]}
        if values["kind"] == "fails_once" and not self.failed:
            self.failed = True
            raise RuntimeError("as asked")
        dispatcher.utter_message(text=f"通知 {values['kind']} {values['ref']}")
        return []


class Trouble(Action):
    """Fails in the way that its topic says."""

    def __init__(self, topic: str) -> None:
        self.topic = topic

    def name(self) -> str:
        return f"action_{self.topic}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list[dict]:
        if self.topic == "slow":
            await asyncio.sleep(4)
            dispatcher.utter_message(text="久等了。")
            return []
        if self.topic == "rejected":
            raise ActionExecutionRejection(self.name())
        raise RuntimeError(f"trouble with {tracker.sender_id}")


class Outbox:
    """Items wait here until they are acknowledged; a claimed one is lent for a second."""

    def __init__(self) -> None:
        self.ids = itertools.count(1)
        self.items: dict[int, dict[str, Any]] = {}
        self.lent: dict[int, float] = {}
        self.acked: list[int] = []
        self.lost: set[int] = set()  # of an `ack_lost` the first acknowledgement does not arrive

    async def take(self, wait_s: float) -> list[dict[str, Any]]:
        now = asyncio.get_running_loop().time
        until = now() + wait_s
        while True:
            free = [item for key, item in self.items.items() if self.lent.get(key, 0) <= now()]
            if free or now() >= until:
                self.lent |= {item["id"]: now() + 1 for item in free}
                return free
            await asyncio.sleep(0.05)


def add_routes(app: Sanic, secret: str) -> None:
    outbox = Outbox()

    @app.middleware("request")
    async def guard(request: Request) -> HTTPResponse | None:
        if request.path != "/readyz" and request.headers.get("x-action-secret") != secret:
            return response.json(
                {"error": {"code": "forbidden", "message": "", "reference": "S-1"}}, status=403
            )
        return None

    @app.get("/readyz")
    async def ready(_: Request) -> HTTPResponse:
        return response.json({"status": "ok"})

    @app.get("/internal/outbox")
    async def claim(request: Request) -> HTTPResponse:
        return response.json({"items": await outbox.take(float(request.args.get("wait_s")))})

    @app.post("/internal/outbox/ack")
    async def ack(request: Request) -> HTTPResponse:
        for key in request.json["ids"]:
            item = outbox.items.get(key)
            if item is not None and item["kind"] == "ack_lost" and key not in outbox.lost:
                outbox.lost.add(key)
            elif outbox.items.pop(key, None):
                outbox.acked.append(key)
        return response.json({"acked": outbox.acked})

    @app.post("/test/outbox")
    async def put(request: Request) -> HTTPResponse:
        key = next(outbox.ids)
        outbox.items[key] = {"id": key, **request.json}
        return response.json({"id": key})


def add_link_routes(app: Sanic) -> None:
    """`…-c-nobody*` is no customer's; one link, 7, can be ended; a token says what comes of it."""
    refused = {"error": {"code": "not_linked", "message": "", "reference": "S-2"}}

    def whose(sender: str) -> HTTPResponse | None:
        return response.json(refused, status=404) if "-c-nobody" in sender else None

    @app.post("/links")
    async def make(request: Request) -> HTTPResponse:
        made = {"token": "linked-" + request.json["sender"], "expires_at": "2026-11-03T10:10:00+08:00"}
        return whose(request.json["sender"]) or response.json(made)

    @app.get("/links")
    async def listed(request: Request) -> HTTPResponse:
        link = {"id": 7, "sender": "wxkf-****f123", "since": "2026-11-03T10:00:00+08:00"}
        return whose(request.args.get("sender")) or response.json({"links": [link]})

    @app.post("/links/end")
    async def end(request: Request) -> HTTPResponse:
        known = request.json.get("id", 7) == 7
        return response.json({"state": "ended"}) if known else response.json(refused, status=404)

    @app.post("/links/redeem")
    async def redeem(request: Request) -> HTTPResponse:
        """The token says what is to come of it, `linked-token-1` for example."""
        return response.json({"state": request.json["token"].partition("-")[0]})


def add_decision_routes(app: Sanic) -> None:
    opened: set[str] = set()

    @app.post("/links/decision/open")
    async def open_decision(request: Request) -> HTTPResponse:
        token = request.json["token"]
        if token.startswith("broken"):
            return response.json({"error": {}}, status=500)
        state = "used" if token in opened else token.partition("-")[0]
        opened.add(token)
        return response.json({"state": state, "decision": "settle" if state == "open" else ""})


def add_demo_routes(app: Sanic) -> None:
    @app.get("/demo/accounts/<customer:str>")
    async def account(_: Request, customer: str) -> HTTPResponse:
        return response.json({"state": "ACTIVE", "customer": customer})

    @app.post("/demo/clock")
    async def clock(request: Request) -> HTTPResponse:
        return response.json({"now": request.json["advance"]})


def main(port: int, secret: str) -> None:
    executor = ActionExecutor()
    said = [Said(topic) for topic in DISPATCHED]
    trouble = [Trouble(topic) for topic in ("slow", "crash", "rejected")]
    for action in (*said, *trouble, Echo(), ConfirmSettle(), Notice()):
        executor.register_action(action)
    app = create_app(executor)
    add_routes(app, secret)
    add_link_routes(app)
    add_decision_routes(app)
    add_demo_routes(app)
    app.run(host="127.0.0.1", port=port, single_process=True, access_log=False)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])

"""A customer's conversation with the real action executor on a real ledger, without the bot in between.

Responses are read from data/responses and filled like Rasa fills them; slots and events are kept like the
tracker keeps them. What Rasa and the channel add (NLU, signing) is tested in tests/conversations.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from actions.server import Executor

ROOT = Path(__file__).resolve().parents[2]
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Said:
    """One bubble as the customer sees it; `buttons` hold what would be signed: title, intent, values."""

    response: str
    text: str
    card: dict[str, Any]
    buttons: list[dict[str, Any]]


@cache
def responses() -> dict[str, dict[str, Any]]:
    """Each response's one variation, by name."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((ROOT / "data" / "responses").glob("*.yml")):
        for name, variations in yaml.safe_load(path.read_text("utf-8"))["responses"].items():
            assert name not in found, f"{name} twice"
            found[name] = variations[0]
    return found


class Chat:
    """One sender, on the page unless `channel` says another; `customer` None is a visitor."""

    def __init__(
        self, executor: Executor, customer: str | None, sender: str = "", channel: str = "web"
    ) -> None:
        self.executor = executor
        self.sender = sender or (f"web-{customer}" if customer else "web-anon-1")
        self.channel = channel
        self.slots: dict[str, Any] = {"decision": None, "misses": None, "topic": None}
        self.events: list[dict[str, Any]] = []

    def type(self, intent: str, text: str = "", **more: Any) -> list[Said]:
        """Typed words that the classifier took for `intent`; more: see `call_type`."""
        return self._answer(self.call_type(intent, text, **more))

    def press(self, said: list[Said], title: str, **more: Any) -> list[Said]:
        """Presses the button whose title starts so; `strong` with a login for payment `age_s` old."""
        return self._answer(self.call_press(said, title, **more))

    def push(self, kind: str, ref: str, outbox_id: int = 1) -> list[Said]:
        """A notice of the service."""
        values = {"kind": kind, "ref": ref, "outbox_id": outbox_id}
        return self._answer(self._call("notice", "", values, "", {}))

    def call_type(
        self,
        intent: str,
        text: str = "",
        *,
        ranking: tuple[str, ...] = (),
        request_id: str = "",
        confidence: float = 0.9,
        second_question: str = "",
        third_question: str = "",
        **entities: Any,
    ) -> dict[str, Any]:
        """The action call that the bot makes for typed words."""
        names = ranking or (intent, "greet")
        ranked = [{"name": name, "confidence": 0.5} for name in names]
        parsed = {"intent_ranking": ranked, "second_question": second_question or None}
        parsed["third_question"] = third_question or None
        return self._call(intent, text or intent, entities, request_id, {}, confidence=confidence, **parsed)

    def call_press(
        self, said: list[Said], title: str, *, strong: bool = False, request_id: str = "", age_s: float = 1
    ) -> dict[str, Any]:
        """The action call that the bot makes for a pressed button."""
        pressed = [each for bubble in said for each in bubble.buttons if each["title"].startswith(title)]
        assert pressed, f"no button {title!r} in {said}"
        login = {"acr": "payment", "auth_time": time.time() - age_s} if strong else {}
        return self._call(pressed[-1]["intent"], title, pressed[-1]["values"], request_id, login)

    def _call(
        self,
        intent: str,
        text: str,
        entities: dict[str, Any],
        request_id: str,
        login: dict[str, Any],
        confidence: float = 0.9,
        **parsed: Any,
    ) -> dict[str, Any]:
        message = {
            "text": text,
            "intent": {"name": intent, "confidence": confidence},
            "entities": [{"entity": name, "value": value} for name, value in entities.items()],
            "metadata": {"request_id": request_id or f"m{next(_numbers)}", "channel": self.channel, **login},
            **parsed,
        }
        self.events.append({"event": "user", "text": text, "parse_data": message})
        tracker = {
            "sender_id": self.sender,
            "slots": dict(self.slots),
            "latest_message": message,
            "events": list(self.events),
        }
        return {
            "next_action": f"action_{intent}",
            "sender_id": self.sender,
            "tracker": tracker,
            "version": "3.6.21",
        }

    def _answer(self, call: dict[str, Any]) -> list[Said]:
        result = asyncio.run(self.executor.run(call))
        assert result is not None
        for event in result.events:
            assert event["event"] == "slot", event
            self.slots[event["name"]] = event["value"]
            self.events.append(event)
        self.events.append({"event": "action", "name": call["next_action"]})
        said = [seen(each) for each in result.responses if each["custom"].get("type") != "silent"]
        self.events += [{"event": "bot", "text": each.text} for each in said]
        return said


def seen(sent: dict[str, Any]) -> Said:
    """A message of the dispatcher as Rasa would draw it."""
    drawn = responses()[sent["response"]]
    words = {name: value for name, value in sent.items() if isinstance(value, str)}
    values = sent.get("values") or {}
    offered = [*drawn.get("buttons", []), *sent["buttons"]]
    buttons = []
    for each in offered:
        intent = each["payload"].removeprefix("/")
        title = each["title"].format_map(words)
        buttons.append({"title": title, "intent": intent, "values": values.get(intent, {})})
    card = sent["custom"] or drawn.get("custom") or {}
    return Said(sent["response"], drawn["text"].format_map(words), card, buttons)

"""One customer's conversation at one point: what was said, what is shown, and how it goes on from there."""

from __future__ import annotations

import asyncio
import copy
import json
import time
from dataclasses import dataclass
from typing import Any

from ledger import outbox
from tests.actions.chat import Said, seen
from tests.safety import moves
from tests.safety.moves import Move, Press, Say, Staff, Wait, Work
from tests.safety.world import Moment, World

_OLD_BUTTONS = 2  # kept of those that confirm: the newest and the one before
Shown = tuple[tuple[str, str], ...]  # buttons that confirm: intent, and what is signed into it as JSON


@dataclass(frozen=True)
class Talk:
    """Where a conversation stands. `confirming`: the buttons shown that confirm, oldest first; `refused`: the
    customer has said no since the newest."""

    moment: Moment
    slots: dict[str, Any]
    confirming: Shown = ()
    refused: bool = False
    path: tuple[Move, ...] = ()

    def after(self, move: Move, slots: dict[str, Any], shown: Shown, moment: Moment) -> Talk:
        """Where it stands after this move, with the slots as it left them and the buttons shown."""
        no = isinstance(move, (Say, Press)) and move.intent in moves.REFUSING
        old = [each for each in self.confirming if each not in shown]
        return Talk(
            moment,
            slots,
            tuple((*old, *shown)[-_OLD_BUTTONS:]),
            refused=not shown and (no or self.refused),
            path=(*self.path, move),
        )

    def quote_ids(self) -> list[str]:
        """Of the quotes that its buttons name."""
        return [
            json.loads(values)["quote_id"] for kind, values in self.confirming if kind == "confirm_settle"
        ]


@dataclass(frozen=True)
class Step:
    """A move from one point of a conversation, and what was said to it. The world stands at its end."""

    before: Talk
    move: Move
    said: list[Said]
    silent: bool  # meant silence: a person has the conversation
    slots: dict[str, Any]
    by_login: bool = False  # it was asked how the customer had logged in

    @property
    def path(self) -> str:
        return " → ".join(map(str, (*self.before.path, self.move)))

    def signed(self) -> dict[str, Any]:
        """What is signed into the pressed button."""
        assert isinstance(self.move, Press)
        return dict(json.loads(self.move.values))

    def shown(self) -> Shown:
        """The buttons of this reply that confirm."""
        return tuple(
            (each["intent"], json.dumps(each["values"], sort_keys=True))
            for bubble in self.said
            for each in bubble.buttons
            if each["intent"] in moves.CONFIRMING
        )


class _Metadata(dict[str, Any]):
    """Of a message; it notes whether anybody looked at when the customer had logged in."""

    login_asked = False

    def get(self, key: str, default: Any = None) -> Any:
        self.login_asked |= key in ("auth_time", "acr")
        return super().get(key, default)


class Customer:
    """Somebody at the channel, as the bot would pass on what they do."""

    def __init__(self, world: World, runner: asyncio.Runner, customer_id: str) -> None:
        self.world = world
        self.id = customer_id
        self.sender = f"web-{customer_id}"
        self._runner = runner
        self._actions = moves.actions_of()
        self._by_login = False

    def begins(self) -> Talk:
        return Talk(self.world.moment(), {"decision": None, "misses": None, "topic": None})

    def makes(self, talk: Talk, move: Move) -> Step:
        """The world is put back to that point, and moved on."""
        self.world.go_back(talk.moment)
        slots = copy.deepcopy(talk.slots)
        said: list[Said]
        match move:
            case Wait(span):
                self.world.wait(span, self.id)
                said, silent = [], True
            case Work(mode):
                self.world.set_mode(mode, self.id)
                said = [each for item in self.world.work() for each in self._told(item, slots)]
                silent = True
            case Staff():
                self.world.staff_takes(self.sender)
                said, silent = [], True
            case Say():
                entities = {"enters": move.enters} if move.enters else {}
                words = move.text or move.intent
                slots["topic"] = move.topic or None
                said, silent = self._heard(move.intent, words, entities, {}, slots, typed=True)
            case Press():
                if move.intent == "confirm_settle":
                    self.world.set_mode(move.gateway, self.id)
                age_s = moves.LOGIN_AGE_S.get(move.login)
                login = {"acr": "payment", "auth_time": time.time() - age_s} if age_s else {}
                said, silent = self._heard(move.intent, move.intent, json.loads(move.values), login, slots)
        return Step(talk, move, said, silent, slots, self._by_login)

    def _told(self, item: outbox.OutboxItem, slots: dict[str, Any]) -> list[Said]:
        if item.sender != self.sender:
            return []
        values = {"kind": item.kind, "ref": item.ref, "outbox_id": item.id}
        return self._heard("notice", "", values, {}, slots)[0]

    def _heard(
        self,
        intent: str,
        text: str,
        values: dict[str, Any],
        login: dict[str, Any],
        slots: dict[str, Any],
        *,
        typed: bool = False,
    ) -> tuple[list[Said], bool]:
        """What is answered, and whether silence is meant; `slots` are changed as the answer says."""
        ranking = [{"name": intent, "confidence": 0.9}, {"name": "greet", "confidence": 0.05}]
        metadata = _Metadata({"request_id": str(time.monotonic_ns()), "channel": "web", **login})
        message = {
            "text": text,
            "intent": {"name": intent, "confidence": 0.9},
            "entities": [{"entity": name, "value": value} for name, value in values.items()],
            "metadata": metadata,
            "intent_ranking": ranking if typed else [],
        }
        tracker = {"sender_id": self.sender, "slots": dict(slots), "latest_message": message, "events": []}
        call = {"next_action": self._actions[intent], "sender_id": self.sender, "tracker": tracker}
        result = self._runner.run(self.world.executor.run({**call, "version": "3.6.21"}))
        assert result is not None
        self._by_login = metadata.login_asked
        slots |= {event["name"]: event["value"] for event in result.events}
        said = [seen(each) for each in result.responses if each["custom"].get("type") != "silent"]
        return said, len(said) < len(result.responses)

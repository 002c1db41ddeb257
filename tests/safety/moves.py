"""What can happen next in a conversation: words, buttons, time, and what the gateway does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Literal, get_args

import yaml

from actions import follow_up
from tests.actions.chat import ROOT, responses

Login = Literal["weak", "strong", "stale"]

#: A confirmation that the customer made for a payment so long ago is not one any more.
LOGIN_AGE_S: dict[Login, float] = {"strong": 1, "stale": 900}


@dataclass(frozen=True)
class Say:
    """Typed words that were understood as `intent`; `enters`: so surely that they open a decision."""

    intent: str
    text: str = ""
    enters: str = ""
    topic: str = ""  # the last topic that it is said after, whatever that was

    def __str__(self) -> str:
        after = f"after {self.topic}" if self.topic else ""
        return " ".join(part for part in ("says", self.intent, self.text, self.enters, after) if part)


@dataclass(frozen=True)
class Press:
    """A button with what is signed into it; `values` is JSON, so that moves can be compared.

    `gateway`: how it answers the charge that may come of it.
    """

    intent: str
    values: str = "{}"
    login: Login = "weak"
    whose: str = ""  # another customer's button, empty for the customer's own
    gateway: str = "succeed"

    def __str__(self) -> str:
        whose, values = f" of {self.whose}" * bool(self.whose), self.values * (self.values != "{}")
        return f"presses {self.intent}{whose}{values}, {self.login} login, the gateway: {self.gateway}"


@dataclass(frozen=True)
class Wait:
    """Time passes, and nothing runs."""

    span: timedelta

    def __str__(self) -> str:
        return f"waits {self.span}"


@dataclass(frozen=True)
class Work:
    """The jobs run, the gateway is asked and answers so, and the customer is told what came of it."""

    gateway: str = "succeed"

    def __str__(self) -> str:
        return f"the jobs run, the gateway: {self.gateway}"


@dataclass(frozen=True)
class Staff:
    """A person takes the customer's ticket, if there is one."""

    def __str__(self) -> str:
        return "a person takes the ticket"


Move = Say | Press | Wait | Work | Staff

#: A bill falls due, the next one comes out; a quote runs out; and, of a charge, an answer is there.
WAITS = tuple(Wait(timedelta(days=days)) for days in (5, 31))
A_WHILE = Wait(timedelta(minutes=16))
A_MOMENT = Wait(timedelta(seconds=30))
#: How the gateway may answer a charge; and one that it holds, or that an order makes on the due day.
CHARGING = ("succeed", "decline", "timeout", "late", "chargeback", "hold")
WORKING = (Work("succeed"), Work("decline"))
#: Words that are about the last answer, whatever they were understood as; what they ask of it.
FOLLOWING, FOLLOWED = "那手续费呢", "cost"
#: What the gate adds to words that surely ask for it.
ENTERING = {"close": Say("how_to_close", enters="close"), "settle": Say("prepay_all", enters="settle")}
CONFIRMING = ("confirm_settle", "confirm_close", "apply_unfreeze")
REFUSING = ("deny", "decline")
#: Its notices come with the jobs; nobody types it.
_NOT_TYPED = frozenset({"notice", *CONFIRMING})


@cache
def actions_of() -> dict[str, str]:
    """By intent the action that the rules of data/rules run."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "data" / "rules").glob("*.yml")):
        for rule in yaml.safe_load(path.read_text("utf-8"))["rules"]:
            asked, does = rule["steps"]
            assert asked["intent"] not in found, f"two rules for {asked['intent']}"
            found[asked["intent"]] = does["action"]
    return found


@cache
def following() -> tuple[Say, ...]:
    """Short words after a topic of each kind that changes what they mean, and after none."""
    topic_of = {kinds[FOLLOWED]: topic for topic, kinds in follow_up.MEANT.items() if FOLLOWED in kinds}
    return tuple(Say("nlu_fallback", FOLLOWING, topic=topic) for topic in ("", *topic_of.values()))


@cache
def always() -> tuple[Move, ...]:
    """What may happen at any time: any words, and any button that carries no values, however old it is."""
    typed = [Say(intent) for intent in sorted(actions_of()) if intent not in _NOT_TYPED]
    offered = (each for response in responses().values() for each in response.get("buttons", []))
    intents = {each["payload"].removeprefix("/") for each in offered} - set(CONFIRMING)
    return (*typed, *ENTERING.values(), *following(), *map(Press, sorted(intents)), *WAITS)


def pressing(intent: str, values: str, whose: str = "") -> Iterator[Press]:
    """A button that confirms, by each kind of login; and by the right one, however the gateway answers."""
    for login in get_args(Login):
        yield Press(intent, values, login, whose)
    if intent == "confirm_settle" and not whose:
        for mode in CHARGING[1:]:
            yield Press(intent, values, "strong", gateway=mode)

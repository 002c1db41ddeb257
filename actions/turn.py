"""One turn of a conversation: who asks, what the ledger knows of them, and what is said back."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.host_page import NO_PAGE, HostPage
from ledger import Ledger, facts, links, tickets
from ledger.model import AccountFacts
from ledger.tickets import Ticket

STRONG_LOGIN_S = 300  # after RFC 9470: money asks for an authentication at most this old
CLOCK_SKEW_S = 30
MAX_BUBBLES = 2
WEB = "web"
LOGIN, LINK = {"type": "login"}, {"type": "link"}


@dataclass(frozen=True)
class Bubble:
    """One message: a response by name with its words, a card, button values and extra buttons."""

    response: str
    words: dict[str, str]
    card: dict[str, Any] | None = None
    values: dict[str, dict[str, Any]] | None = None
    buttons: list[dict[str, str]] | None = None

    def message(self) -> dict[str, Any]:
        """The keyword arguments of `CollectingDispatcher.utter_message`."""
        kwargs: dict[str, Any] = {"response": self.response or None, **self.words}
        if self.card:
            kwargs["json_message"] = self.card
        if self.values:
            kwargs["values"] = self.values
        if self.buttons:
            kwargs["buttons"] = self.buttons
        return kwargs


@dataclass
class Turn:
    """Built anew for each message; facts are read once, from one transaction.

    `decision` is what the customer is being asked, or None: {"kind": "settle" | "settle_close" | "close" |
    "owing" | "unfreeze" | an offer, "opened": when, "reminded": how often}. It only says
    what is shown; the ledger alone decides whether a confirmation holds.
    """

    ledger: Ledger
    tracker: Tracker
    page: HostPage = NO_PAGE
    bubbles: list[Bubble] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.decision: dict[str, Any] | None = self.tracker.slots.get("decision")
        self.decision_at_start = self.decision
        self.misses: int = int(self.tracker.slots.get("misses") or 0)
        self.misses_at_start = self.misses
        self.decision_shown = False
        self.topic = self.topic_at_start = str(self.tracker.slots.get("topic") or "")
        self.meant = self.follow_up = ""
        self.page = self.page.seen_from(str(self.metadata.get("channel") or WEB))
        self.kept = (self.decision, self.misses, self.topic)
        self.link_at_start: int | None = self.tracker.slots.get("link")
        self.link_id = self.link_at_start

    def follow_link(self) -> None:
        """Begins afresh where the sender is not the customer any more with whom the conversation was begun.

        A phone that has changed hands shows nothing of what its last owner asked, was told or had to decide.
        """
        self.link_id = self.link[0]
        if self.link_at_start not in (None, self.link_id):
            self.decision = self.decision_at_start = None
            self.misses = self.misses_at_start = 0
            self.topic = self.topic_at_start = ""

    # Who and what

    @property
    def sender(self) -> str:
        return str(self.tracker.sender_id)

    @property
    def message(self) -> dict[str, Any]:
        return self.tracker.latest_message

    @property
    def intent(self) -> str:
        """What was understood: of the words alone, or `meant` after the last answer (`actions.follow_up`)."""
        return self.meant or str((self.message.get("intent") or {}).get("name") or "")

    @property
    def confidence(self) -> float:
        """How sure the classifier is of the intent, 0 to 1; a pressed button is meant."""
        return 1.0 if self.pressed else float((self.message.get("intent") or {}).get("confidence") or 0)

    @property
    def text(self) -> str:
        return str(self.message.get("text") or "")

    @property
    def metadata(self) -> dict[str, Any]:
        return self.message.get("metadata") or {}

    @cached_property
    def values(self) -> dict[str, Any]:
        """Values signed into the pressed button, or found in the sentence; by entity."""
        return {entity["entity"]: entity.get("value") for entity in self.message.get("entities") or []}

    @property
    def pressed(self) -> bool:
        """Whether a button was pressed: parse data made by the connector ranks no other intents."""
        return bool(self.metadata.get("button")) or not self.message.get("intent_ranking")

    @property
    def in_messenger(self) -> bool:
        """Whether the customer speaks from a messaging app: no page is around it, nobody logs in there."""
        return str(self.metadata.get("channel") or WEB) != WEB

    @property
    def strong_login(self) -> bool:
        """Whether the customer authenticated for a payment within the last five minutes of real time."""
        if self.in_messenger:
            return False
        age_s = time.time() - float(self.metadata.get("auth_time") or 0)
        return self.metadata.get("acr") == "payment" and -CLOCK_SKEW_S <= age_s <= STRONG_LOGIN_S

    @property
    def key(self) -> str:
        """Idempotency key: the same client message never acts twice."""
        request_id = self.metadata.get("request_id") or self.message.get("message_id") or time.time_ns()
        return f"{self.sender}:{request_id}"

    @cached_property
    def events_of_link(self) -> list[dict[str, Any]]:
        """The conversation since the sender was linked as it is now."""
        events, begins, link = list(self.tracker.events), 0, None
        for number, event in enumerate(events):
            if event.get("event") == "slot" and event.get("name") == "link":
                begins = number if link not in (None, event.get("value")) else begins
                link = event.get("value")
        if link not in (None, self.link_id):
            begins = max(number for number, event in enumerate(events) if event.get("event") == "user")
        return events[begins:]

    # What the ledger says

    @cached_property
    def link(self) -> tuple[int, str] | tuple[None, None]:
        """By which the sender is a customer: its id and the customer's; of a visitor neither."""
        return links.current(self.ledger, self.sender)

    @property
    def customer_id(self) -> str | None:
        return self.link[1]

    @cached_property
    def ticket(self) -> Ticket | None:
        """Of the sender that is open or taken, as it was when it was first asked for in this turn."""
        return tickets.active_for(self.ledger, self.sender)

    @cached_property
    def facts(self) -> AccountFacts | None:
        """The customer's account, or None for a visitor who is not logged in or has none."""
        return None if self.customer_id is None else facts.account_facts(self.ledger, self.customer_id)

    def refresh(self) -> None:
        """Forgets the facts, after a command changed them."""
        self.__dict__.pop("facts", None)

    # What is said

    def say(
        self,
        response: str,
        card: Any = None,  # Any: callers spread mappings of words, which mypy would check against these too
        values: Any = None,
        buttons: Any = None,
        **words: str,
    ) -> None:
        """Adds one bubble of at most one card; `words` fill the response's placeholders.

        `values`: per intent what is signed into its button. `buttons`: [{"title", "payload"}] besides the
        response's own.
        """
        words = {"login": "关联账号" if self.in_messenger else "登录", **words}  # what a visitor has to do
        if self.in_messenger and (card or LOGIN) == LOGIN and self.customer_id is None:
            card = LINK  # in place of the login that a response asks the page for: there is none to open
        self.bubbles.append(Bubble(response, words, card, values, buttons))

    def stay_silent(self) -> None:
        """Says nothing, and tells the channel that this is meant and no failure."""
        self.bubbles = [Bubble("", {}, {"type": "silent"})]

    def ask(self, kind: str) -> None:
        """Notes that the decision `kind` has just been shown: opened now, unless it was open already."""
        opened = self.opened if self.asks(kind) else None
        self.decision = {"kind": kind, "opened": opened or self.ledger.clock.now().isoformat()}
        self.decision_shown = True

    @property
    def opened(self) -> str | None:
        """When the decision that stands open was first shown; signed into its button."""
        return (self.decision or {}).get("opened")

    def asks(self, kind: str) -> bool:
        """Whether this decision is the one that stands open."""
        return (self.decision or {}).get("kind") == kind

    def confirms(self, kind: str) -> bool:
        """Whether the pressed button is of the decision `kind` as it stands open.

        One from before it was cancelled, or before another was shown, is not: pressed twice, its first press
        shows the decision anew, and the second comes before the customer can have read it.
        """
        return self.asks(kind) and self.values.get("opened") == self.opened

    def settle_question(self) -> None:
        """The decision is over: confirmed, declined or out of date."""
        self.decision = None

    def events(self) -> list[dict[str, Any]]:
        now = {"decision": self.decision, "misses": self.misses, "topic": self.topic, "link": self.link_id}
        before = (*self.kept, self.link_at_start)
        changed = zip(now.items(), before, strict=True)
        return [SlotSet(name, value) for (name, value), kept in changed if value != kept]

"""The channel's own sentences, taken from the assistant's responses like every other word."""

from __future__ import annotations

import logging
import uuid
from typing import Any

from rasa.core.agent import Agent
from rasa.shared.core.trackers import DialogueStateTracker

from channels.mailbox import Message

logger = logging.getLogger(__name__)

CHANNEL = "web"
UNAVAILABLE = "utter_service_unavailable"
BROKEN_OFF = "utter_broken_off"
AI_NOTICE = "utter_ai_notice"
TOO_LONG = "utter_message_too_long"
NOTHING_ASKED = "utter_nothing_asked"
BUTTON_EXPIRED = "utter_button_expired"
BUTTON_REFUSED = "utter_button_refused"
NUMBERS_HIDDEN = "utter_numbers_hidden"
# What became of a token that should have opened a decision, by the service's word for it.
DECISION_LINKS = {
    "used": "utter_decision_link_used",
    "expired": "utter_decision_link_expired",
    "other": "utter_decision_link_other",
    "unknown": "utter_decision_link_unknown",
}
TEXT_ONLY = "utter_text_only"
LINKED = "utter_link_linked"
LINK_EXPIRED = "utter_link_expired"
LINK_USED = "utter_link_used"
LINK_UNKNOWN = "utter_link_unknown"
OF_A_DEAD_BUTTON = (BUTTON_EXPIRED, BUTTON_REFUSED)
USED_HERE = (
    UNAVAILABLE,
    BROKEN_OFF,
    AI_NOTICE,
    TOO_LONG,
    NOTHING_ASKED,
    BUTTON_EXPIRED,
    BUTTON_REFUSED,
    NUMBERS_HIDDEN,
    *DECISION_LINKS.values(),
)
USED_IN_MESSAGING = (
    TEXT_ONLY,
    LINKED,
    LINK_EXPIRED,
    LINK_USED,
    LINK_UNKNOWN,
)


def new_reference() -> str:
    """An id that a customer can read out and that finds the log line, such as `E-4F1C09A2`."""
    return f"E-{uuid.uuid4().hex[:8].upper()}"


async def say(agent: Agent, response: str, **variables: Any) -> str:
    """The text of a response, empty (and logged) when the model has no such response."""
    tracker = DialogueStateTracker.from_events("words", [])
    drawn = await agent.nlg.generate(response, tracker, CHANNEL, **variables)
    if not drawn or not drawn.get("text"):
        logger.error("the model has no response %s", response)
        return ""
    return str(drawn["text"])


def apology(text: str, reference: str) -> Message:
    """The bubble for a failure: what to do, and the id under which the cause was logged."""
    return {"text": text, "buttons": [], "custom": {"type": "error", "reference": reference}}


async def apologise(agent: Agent, reference: str, response: str = UNAVAILABLE) -> Message:
    return apology(await say(agent, response, reference=reference), reference)

"""Collects what the assistant says in one turn and makes it fit for the customer."""

from __future__ import annotations

import logging
import re
from typing import Any

from rasa.core.channels.channel import OutputChannel

from channels.buttons import ButtonSigner, Press
from channels.mailbox import Message

logger = logging.getLogger(__name__)

MAX_BUBBLES = 2
BLANK_LINES = re.compile(r"\n\s*\n")
INTENT_PAYLOAD = re.compile(r"/(\w+)")


class TurnOutput(OutputChannel):
    """Rasa's side of one turn: nothing leaves before the turn is over and numbered.

    `send_response` is overridden whole, because Rasa's own splits one message into several and sends custom
    data beside the text instead of with it.
    """

    def __init__(self, sender: str, channel: str, signer: ButtonSigner, now: float) -> None:
        self.sender = sender
        self.channel = channel
        self.failures: list[str] = []
        self.silent = False  # the assistant says nothing on purpose: a person has the conversation
        self._signer = signer
        self._now = now
        self._bubbles: list[Message] = []

    def name(self) -> str:
        """Of the channel by which the customer hears this turn; Rasa asks the object, not its class."""
        return self.channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Takes one message of the assistant: its text, buttons, custom data and the buttons' values."""
        custom = message.get("custom") or {}
        if custom.get("type") == "silent":
            self.silent = True
            return
        if custom.get("type") == "error":
            self.failures.append(str(custom.get("reference", "")))
            if len(self.failures) > 1:  # one apology is enough, the log has both references
                return
        text = BLANK_LINES.sub("\n", (message.get("text") or "").strip())
        buttons = self._signed(message.get("buttons") or [], message.get("values") or {})
        if text or buttons or custom:
            self._bubbles.append({"text": text, "buttons": buttons, "custom": custom})

    def bubbles(self) -> list[Message]:
        """At most two bubbles; what an action said beyond that joins the second, with a warning."""
        if len(self._bubbles) > MAX_BUBBLES:
            logger.warning("a turn of %s said %d bubbles", self.sender, len(self._bubbles))
        kept = [dict(bubble) for bubble in self._bubbles[:MAX_BUBBLES]]
        for extra in self._bubbles[MAX_BUBBLES:]:
            last = kept[-1]
            last["text"] = "\n".join(filter(None, (last["text"], extra["text"])))
            last["buttons"] = last["buttons"] + extra["buttons"]
            last["custom"] = last["custom"] or extra["custom"]
        below: set[str] = set()
        for bubble in reversed(kept):  # a button that is offered again below is offered there alone
            bubble["buttons"] = [each for each in bubble["buttons"] if each["title"] not in below]
            below |= {each["title"] for each in bubble["buttons"]}
        return kept

    def _signed(self, buttons: list[dict[str, Any]], values: dict[str, Any]) -> list[dict[str, str]]:
        """Each with its token. Of two that lead to the same place the later is enough: it says why."""
        signed: dict[str, dict[str, str]] = {}
        for button in buttons:
            title, payload = (
                str(button.get("title", "")),
                INTENT_PAYLOAD.fullmatch(str(button.get("payload", ""))),
            )
            if not title or payload is None:
                logger.error("a button needs a title and a payload of the form /intent")
                continue
            press = Press(payload[1], title, values.get(payload[1]) or {})
            signed[press.intent] = {"title": title, "token": self._signer.sign(self.sender, press, self._now)}
        return list(signed.values())

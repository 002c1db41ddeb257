"""What a message is to the conversation: typed words made harmless, or the button that was pressed."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rasa.core.agent import Agent

from channels import text, words
from channels.buttons import ButtonError, ButtonExpired, ButtonOfAnother, ButtonSigner, Press
from channels.mailbox import Mailbox
from channels.masking import mask_numbers

logger = logging.getLogger(__name__)

TITLE_CHARS = 60  # longer words name no button


@dataclass(frozen=True)
class Asked:
    """A message as the client sent it: its own id, and either typed text or a button's token.

    `told` names the response that answers it whatever the text says: that something is no text, for example.
    """

    client_id: str
    text: str | None = None
    button: str | None = None
    told: str = ""

    def body_hash(self) -> str:
        body = json.dumps([self.text, self.button, *filter(None, [self.told])], ensure_ascii=True)
        return hashlib.sha256(body.encode()).hexdigest()


@dataclass(frozen=True)
class Heard:
    """What we made of it: shown in the history, then either handed on or answered with one response."""

    shown: str
    parse_data: dict[str, Any] | None = None
    refusal: str = ""
    masked: bool = False  # the customer sent a number that does not belong in a chat


@dataclass(frozen=True)
class Hearing:
    """Reads messages. Buttons are only what we signed for this sender, and typed words are only words."""

    mailbox: Mailbox
    signer: ButtonSigner
    max_chars: int
    agent: Callable[[], Agent]

    def hear(self, sender: str, asked: Asked) -> Heard:
        """Never fails: what cannot be used is answered with a sentence, and refused buttons are logged."""
        if asked.button is not None:
            return self._hear_button(sender, asked.button)
        typed = asked.text or ""
        if asked.told:
            return Heard(text.shown(typed), refusal=asked.told)
        try:
            said = text.clean(typed, self.max_chars)
            return Heard(said, self._named(sender, said), masked=mask_numbers(typed) != typed)
        except text.TooLong:
            return Heard(text.shown(typed), refusal=words.TOO_LONG)
        except text.NothingAsked:
            return Heard(text.shown(typed), refusal=words.NOTHING_ASKED)

    def _named(self, sender: str, said: str) -> dict[str, Any] | None:
        """A shown button that the words name is pressed by them, unless it charges or closes."""
        for button in self.mailbox.offered(sender) if len(said) <= TITLE_CHARS else []:
            if not text.same_words(said, button["title"]):
                continue
            try:
                press = self._pressed(sender, button["token"])
            except ButtonError:
                continue
            return None if press.by_click_only else press.parse_data()
        return None

    def _hear_button(self, sender: str, token: str) -> Heard:
        try:
            press = self._pressed(sender, token)
        except ButtonExpired as error:
            return Heard(error.title, refusal=words.BUTTON_EXPIRED)
        except ButtonError as error:
            owner = f" of {error.owner}" if isinstance(error, ButtonOfAnother) else ""
            reference = words.new_reference()
            logger.warning(
                "[%s] refused: %s pressed a button%s (%s)", reference, sender, owner, type(error).__name__
            )
            return Heard("", refusal=words.BUTTON_REFUSED)
        return Heard(press.title, press.parse_data())

    def _pressed(self, sender: str, token: str) -> Press:
        """Raises ButtonError; ButtonExpired also for an intent that a newer version no longer has."""
        press = self.signer.read(sender, token, time.time())
        if press.intent not in self.agent().domain.intents:
            raise ButtonExpired(press.title)
        return press

"""Buttons leave as signed tokens; only a token that we signed for this sender runs an intent.

HMAC-SHA256 over sender, intent, values, title and expiry. What a button may do is inside it, so a client can
neither invent an action nor change its amount, nor press another customer's button.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

DECISION_LIFE_S = 15 * 60
MENU_LIFE_S = 24 * 60 * 60
DECISION_PREFIXES = ("confirm_", "apply_")
MONEY_PREFIX = "confirm_"
MAX_TOKEN_CHARS = 4096


class ButtonError(Exception):
    """A token that does nothing. Subclasses say why."""


class ButtonForged(ButtonError):
    """Not a token of ours, or changed on its way."""


class ButtonOfAnother(ButtonError):
    """Ours, but signed for another sender: `owner`."""

    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self.owner = owner


class ButtonExpired(ButtonError):
    """Ours and the sender's, but past its time: `title` is what it said."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.title = title


@dataclass(frozen=True)
class Press:
    """What a good token means: an intent with its values, shown to the customer as `title`."""

    intent: str
    title: str
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def by_click_only(self) -> bool:
        """Whether it charges or closes: typing what the button says does not press it."""
        return self.intent.startswith(MONEY_PREFIX)

    def parse_data(self) -> dict[str, Any]:
        """The form in which Rasa takes an intent from us, in place of reading text."""
        return {
            "text": self.title,
            "intent": {"name": self.intent, "confidence": 1.0},
            "entities": [{"entity": name, "value": value} for name, value in self.values.items()],
        }


@dataclass(frozen=True)
class ButtonSigner:
    """Signs and reads button tokens with one secret. While it changes there are two, the new one first."""

    secret: str = field(repr=False)

    def sign(self, sender: str, press: Press, now: float) -> str:
        """A token good for 15 minutes for decisions (`confirm_*`, `apply_*`), 24 hours for the rest.

        Args:
            sender: the only conversation in which the button works.
            press: the intent with its values and the title.
            now: epoch seconds.
        """
        life_s = DECISION_LIFE_S if press.intent.startswith(DECISION_PREFIXES) else MENU_LIFE_S
        claims = [sender, press.intent, press.title, press.values, int(now) + life_s]
        payload = json.dumps(claims, ensure_ascii=False, separators=(",", ":")).encode()
        return _encode(_mac(self.secret.split()[0], payload) + payload)

    def read(self, sender: str, token: str, now: float) -> Press:
        """The press behind a token.

        Raises:
            ButtonForged: unreadable or not signed with our secret.
            ButtonOfAnother: signed for another sender.
            ButtonExpired: past its time.
        """
        if len(token) > MAX_TOKEN_CHARS:
            raise ButtonForged
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise ButtonForged from None
        mac, payload = raw[:32], raw[32:]
        known = [hmac.compare_digest(mac, _mac(secret, payload)) for secret in self.secret.split()]
        if not any(known):
            raise ButtonForged
        owner, intent, title, values, expires_at = json.loads(payload)
        if owner != sender:
            raise ButtonOfAnother(owner)
        if now >= expires_at:
            raise ButtonExpired(title)
        return Press(intent, title, values)


def _mac(secret: str, payload: bytes) -> bytes:
    return hmac.new(secret.encode(), b"button\0" + payload, hashlib.sha256).digest()


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

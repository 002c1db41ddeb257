"""Passes for visitors who have not logged in: a name of our own making, and nothing of an account.

A pass is no JWT and is signed with a secret of ours for this one purpose, so neither can be taken for the
other. Whoever logs in later is another sender: what a visitor said stays the visitor's.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import uuid
from dataclasses import dataclass, field

LIFE_S = 600
RETURN_S = 24 * 60 * 60
SUBJECT_PREFIX = "anon-"
HEAD = "visitor"  # where a JWT has its header; the middle part has `sub` and `exp` as a JWT's has
MAX_PASS_CHARS = 512


@dataclass(frozen=True)
class Visitor:
    """`sub` is `anon-<uuid>`; `exp` in epoch seconds."""

    sub: str
    exp: int


@dataclass(frozen=True)
class Visitors:
    """Issues and reads passes. With a limit of 0 a minute there are no visitors: none is issued or taken.

    While the secret changes there are two of them with a blank between, the new one first.
    """

    secret: str = field(repr=False)
    a_minute: int

    def returning(self, earlier: str, now: float) -> str:
        """The `sub` of an earlier pass, good until a day after its end; empty for anything else."""
        known = self._signed(earlier)
        return known.sub if known is not None and now < known.exp + RETURN_S else ""

    def issue(self, now: float, sub: str = "") -> str:
        """A pass of ten minutes, for a new name unless one is given."""
        claims = {"sub": sub or f"{SUBJECT_PREFIX}{uuid.uuid4()}", "exp": int(now) + LIFE_S}
        payload = json.dumps(claims, separators=(",", ":")).encode()
        return ".".join((HEAD, _encode(payload), _encode(_mac(self.secret.split()[0], payload))))

    def read(self, token: str, now: float) -> Visitor | None:
        """Who holds this pass; None for anything else, past its time, or where visitors are not let in."""
        found = self._signed(token) if self.a_minute else None
        return found if found is not None and now < found.exp else None

    def _signed(self, token: str) -> Visitor | None:
        head, _, rest = token.partition(".")
        body, _, signature = rest.partition(".")
        if head != HEAD or len(token) > MAX_PASS_CHARS:
            return None
        try:
            payload, mac = _decode(body), _decode(signature)
        except (binascii.Error, ValueError):
            return None
        known = [hmac.compare_digest(mac, _mac(secret, payload)) for secret in self.secret.split()]
        if not any(known):
            return None
        claims = json.loads(payload)
        return Visitor(claims["sub"], claims["exp"])


def _mac(secret: str, payload: bytes) -> bytes:
    return hmac.new(secret.encode(), b"visitor\0" + payload, hashlib.sha256).digest()


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)

"""Who is speaking: a verified JWT becomes an `Identity`. Nothing else names a customer."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any

import jwt

from channels.settings import TokenRules

SUBJECT = re.compile(r"[A-Za-z0-9_-]{1,64}")
SENDER_PREFIX = "web-"
MAX_CLOCK_SKEW_S = 60


@dataclass(frozen=True)
class Identity:
    """A verified speaker.

    Attributes:
        sender: the conversation's id, `web-<sub>`.
        acr: `payment` after a strong login (after RFC 9470), else empty.
        auth_time: when that login happened, epoch seconds; 0 when the token does not say.
        exp: when the token ends, epoch seconds.
    """

    sender: str
    acr: str
    auth_time: int
    exp: int


class Unauthorized(Exception):
    """The token is missing or cannot be trusted. `code` is `unauthorized` or `expired`."""

    def __init__(self, code: str = "unauthorized") -> None:
        super().__init__(code)
        self.code = code


def verify(token: object, rules: TokenRules) -> Identity:
    """Decodes a JWT with a fixed list of algorithms and requires exp, sub, aud and iss.

    Raises:
        Unauthorized: with code `expired` for a good token past its time, else `unauthorized`.
    """
    if not isinstance(token, str) or not token:
        raise Unauthorized()
    try:
        claims = jwt.decode(
            token,
            rules.key,
            algorithms=list(rules.algorithms),
            audience=rules.audience,
            issuer=rules.issuer,
            options={"require": ["exp", "sub", "aud", "iss"]},
        )
    except jwt.ExpiredSignatureError:
        raise Unauthorized("expired") from None
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise Unauthorized() from None
    if not SUBJECT.fullmatch(claims["sub"]):
        raise Unauthorized()
    return Identity(SENDER_PREFIX + claims["sub"], _acr(claims), _auth_time(claims), int(claims["exp"]))


def bearer(header: str | None) -> str:
    """The token of an `Authorization: Bearer …` header, empty when there is none."""
    scheme, _, token = (header or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _acr(claims: dict[str, Any]) -> str:
    return "payment" if claims.get("acr") == "payment" else ""


def _auth_time(claims: dict[str, Any]) -> int:
    """A login in the future would stay recent for ever, so it counts as none."""
    value = claims.get("auth_time", 0)
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float))
        or value > time.time() + MAX_CLOCK_SKEW_S
    ):
        return 0
    return int(value)

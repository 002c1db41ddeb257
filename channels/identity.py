"""Who is speaking: a verified token becomes an `Identity`. Nothing else names a customer."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any

import jwt

from channels.jwks import KeySet, KeysUnavailable
from channels.settings import TokenRules
from channels.visitors import Visitors

SUBJECT = re.compile(r"[A-Za-z0-9_-]{1,64}")
SENDER_PREFIX = "web-"
MAX_CLOCK_SKEW_S = 60
MAX_LIFE_S = 600
MAX_TOKEN_CHARS = 8192
STRONG_LOGIN_S = 300  # after RFC 9470, as the service asks for it where money moves
MAX_KID_CHARS = 128


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

    def strong(self, now: float) -> bool:
        """Whether they logged in strongly a moment ago; `now` in epoch seconds."""
        return self.acr == "payment" and now - self.auth_time <= STRONG_LOGIN_S


class Unauthorized(Exception):
    """The token is missing or cannot be trusted.

    Attributes:
        code: `unauthorized`, `expired`, or `service_unavailable` when no key to check it with can be had.
        why: for the log alone; a caller is never told which check failed.
    """

    def __init__(self, why: str, code: str = "unauthorized") -> None:
        super().__init__(why)
        self.why = why
        self.code = code


@dataclass(frozen=True)
class Verifier:
    """Checks tokens: the host's JWTs, and the passes of visitors where these are let in."""

    rules: TokenRules
    keys: KeySet | None
    visitors: Visitors

    async def verify(self, token: object) -> Identity:
        """A JWT signed by a listed algorithm with a key of the host's, for us, of at most ten minutes' life.

        Raises:
            Unauthorized: with code `expired` for a good token past its time.
        """
        if not isinstance(token, str) or not token or len(token) > MAX_TOKEN_CHARS:
            raise Unauthorized("no token")
        visitor = self.visitors.read(token, time.time())
        if visitor is not None:
            return Identity(SENDER_PREFIX + visitor.sub, "", 0, visitor.exp)
        claims = self._decode(token, *await self._key(token))
        _check_life(claims)
        if not SUBJECT.fullmatch(claims["sub"]):
            raise Unauthorized("subject")
        return Identity(SENDER_PREFIX + claims["sub"], _acr(claims), _auth_time(claims), int(claims["exp"]))

    async def _key(self, token: str) -> tuple[Any, str]:
        """The key and the one algorithm by which this token is to be checked; its header only chooses."""
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.PyJWTError, ValueError, RecursionError):
            raise Unauthorized("not a token") from None
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in self.rules.algorithms:
            raise Unauthorized("algorithm")
        if self.keys is None:
            return self.rules.key, algorithm
        if not isinstance(kid, str) or not 0 < len(kid) <= MAX_KID_CHARS:
            raise Unauthorized("no key id")
        try:
            key = await self.keys.find(kid, algorithm)
        except KeysUnavailable:
            raise Unauthorized("no keys", "service_unavailable") from None
        if key is None:
            raise Unauthorized("unknown key")
        return key, algorithm

    def _decode(self, token: str, key: Any, algorithm: str) -> dict[str, Any]:
        try:
            return jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=self.rules.audience,
                issuer=self.rules.issuer,
                options={
                    "require": ["exp", "sub", "aud", "iss"],
                    "verify_iat": False,  # with our own allowance for clocks: `_check_life`
                    "verify_nbf": False,
                },
            )
        except jwt.ExpiredSignatureError:
            raise Unauthorized("expired", "expired") from None
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise Unauthorized(type(error).__name__) from None


def bearer(header: str | None) -> str:
    """The token of an `Authorization: Bearer …` header, empty when there is none."""
    scheme, _, token = (header or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _check_life(claims: dict[str, Any]) -> None:
    """Ten minutes from its issue, and from now; neither issued nor valid only in the future.

    A minute is allowed for clocks that differ.

    Raises:
        Unauthorized
    """
    latest = time.time() + MAX_CLOCK_SKEW_S
    exp = int(claims["exp"])
    begun = [claims[name] for name in ("iat", "nbf") if claims.get(name) is not None]
    if not all(isinstance(value, (int, float)) and value <= latest for value in begun):
        raise Unauthorized("from the future")
    if exp > latest + MAX_LIFE_S or exp - (claims.get("iat") or exp) > MAX_LIFE_S:
        raise Unauthorized("lives too long")


def _acr(claims: dict[str, Any]) -> str:
    return "payment" if claims.get("acr") == "payment" else ""


def _auth_time(claims: dict[str, Any]) -> int:
    """A login in the future would stay recent for ever, so it counts as none."""
    value = claims.get("auth_time", 0)
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float))
        or not 0 <= value <= time.time() + MAX_CLOCK_SKEW_S
    ):
        return 0
    return int(value)

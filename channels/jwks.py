"""The public keys of whoever logs customers in, fetched from their JWKS URL (RFC 7517) and kept.

PyJWT reads the keys. Its own client is not used: it holds a thread through every fetch, asks anew for each
request while the host is down, and has no keys at all once they have aged.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

logger = logging.getLogger(__name__)

FRESH_S = 300  # a key that its owner took back is refused after this at the latest
STALE_S = 3600  # how long the last known keys hold while their host does not answer
PAUSE_S = 10  # between two fetches: unknown key ids must not make us a nuisance to the host
TIMEOUT_S = 3
MAX_BYTES = 64 * 1024
MIN_RSA_BITS = 2048
CURVE = "secp256r1"  # ES256 is this curve alone (RFC 7518, 3.4)


class KeysUnavailable(Exception):
    """There are no keys that may still be used: nobody can be told apart from anybody else."""


@dataclass
class KeySet:
    """Keys by their id. One fetch at a time, whoever asks; `clock` is in seconds and never goes back."""

    url: str
    algorithms: tuple[str, ...]
    clock: Callable[[], float] = time.monotonic
    _keys: dict[str, jwt.PyJWK] = field(default_factory=dict)
    _fetched_at: float = float("-inf")
    _tried_at: float = float("-inf")
    _fetch: asyncio.Task[None] | None = None

    async def find(self, kid: str, algorithm: str) -> Any:
        """The key of this id for this algorithm, or None when the host has none.

        Keys older than five minutes are fetched again first; an unknown id is looked for once more at the
        host, unless that was asked in the last ten seconds.

        Raises:
            KeysUnavailable: none were ever fetched, or the last ones are more than an hour old.
        """
        if kid not in self._keys or self._age_s() > FRESH_S:
            await self.refresh()
        if self._age_s() > STALE_S:
            raise KeysUnavailable
        found = self._keys.get(kid)
        return found.key if found is not None and found.algorithm_name == algorithm else None

    async def refresh(self) -> None:
        """Fetches the keys, or waits for the fetch under way; a failure is logged and keeps those we have."""
        if self._fetch is None:
            if self.clock() - self._tried_at < PAUSE_S:
                return
            self._tried_at = self.clock()
            self._fetch = asyncio.create_task(self._fetch_once())
        await asyncio.shield(self._fetch)  # one who hangs up must not take the others' answer along

    def _age_s(self) -> float:
        return self.clock() - self._fetched_at

    async def _fetch_once(self) -> None:
        try:
            keys = read_keys(await download(self.url), self.algorithms)
            if not keys:
                raise ValueError("no key in it can be used")
            self._keys, self._fetched_at = keys, self.clock()
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError, jwt.PyJWTError) as error:
            kept_s = max(0.0, STALE_S - self._age_s())
            logger.error(
                "the keys at %s cannot be fetched (%s); the known ones hold for %.0f s",
                self.url,
                type(error).__name__,
                kept_s,
            )
        finally:
            self._fetch = None


async def download(url: str) -> bytes:
    """At most 64 kB within 3 s, from this address and no other.

    Raises:
        aiohttp.ClientError, asyncio.TimeoutError, OSError: no answer, or another status than 200.
        ValueError: too long.
    """
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.get(url, allow_redirects=False) as answer,
    ):
        if answer.status != 200:
            raise aiohttp.ClientError(f"status {answer.status}")
        body = bytearray()
        async for part in answer.content.iter_chunked(MAX_BYTES):
            body += part
            if len(body) > MAX_BYTES:
                raise ValueError("too long")
        return bytes(body)


def read_keys(body: bytes, algorithms: tuple[str, ...]) -> dict[str, jwt.PyJWK]:
    """The public signing keys with an id that fit one of the algorithms; others are left out.

    Raises:
        ValueError, jwt.PyJWTError: not a key set.
    """
    data = json.loads(body)
    if not isinstance(data, dict):
        raise ValueError("not a key set")
    keys = jwt.PyJWKSet.from_dict(data).keys
    return {str(key.key_id): key for key in keys if key.key_id and _usable(key, algorithms)}


def _usable(key: jwt.PyJWK, algorithms: tuple[str, ...]) -> bool:
    """A shared secret or a private key in a public place is none."""
    if key.public_key_use not in (None, "sig") or key.algorithm_name not in algorithms:
        return False
    if isinstance(key.key, RSAPublicKey):
        return key.key.key_size >= MIN_RSA_BITS
    return isinstance(key.key, EllipticCurvePublicKey) and key.key.curve.name == CURVE

"""Calls to a platform's HTTP interface: JSON as raw UTF-8, an access token fetched once at a time.

Failures say what may be done about them; their texts hold neither tokens nor what was said. How a platform
says that something failed is its `Dialect`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

logger = logging.getLogger(__name__)

TIMEOUT_S = 10
EARLY_S = 300  # a token is replaced before it ends: the platform lets both work for five minutes
MAX_ANSWER_BYTES = 4 * 1024 * 1024


class PlatformError(Exception):
    """The platform did not do it. `sure` is false when it may have, and nobody knows."""

    def __init__(self, why: str, code: int = 0, sure: bool = True) -> None:
        super().__init__(why)
        self.code = code
        self.sure = sure


class TryAgain(PlatformError):
    """Later it may work: the line, a busy platform, too many calls. `wait_s`: asked for by the platform."""

    def __init__(self, why: str, code: int = 0, sure: bool = True, wait_s: float = 0.0) -> None:
        super().__init__(why, code, sure)
        self.wait_s = wait_s


class QuotaUsed(PlatformError):
    """Nothing more before the customer writes again."""


class WithPerson(PlatformError):
    """A person has the conversation, or it has ended: it is not the bot's turn."""


class NoMenu(PlatformError):
    """It takes no menus, or none like this: numbers have to do."""


@dataclass(frozen=True)
class Dialect:
    """How a platform is given an access token, and how its answers say what went wrong.

    Attributes:
        code_of: the error code in an answer, 0 where there is none; raises ValueError, TypeError or
            AttributeError for what is no answer at all.
        token_errors: the access token has ended.
        busy_errors: later it may work; after how many seconds, 0 where nobody says.
        token_header: carries the access token; without one it is `access_token` in the query.
    """

    code_of: Callable[[Any], int]
    token_errors: Collection[int]
    busy_errors: Mapping[int, float]
    token_header: str = ""


def _errcode(answer: Any) -> int:
    return int(answer.get("errcode") or 0)


#: WeCom and WeChat.
TENCENT = Dialect(_errcode, (40001, 40014, 42001), {-1: 0, 45009: 60, 45011: 0})

Fetch = Callable[[], Awaitable[tuple[str, float]]]


@dataclass
class AccessToken:
    """A platform's token, fetched by one caller while the others wait for it.

    `fetch` gives a token and its life in seconds.
    """

    fetch: Fetch
    now: Callable[[], float] = time.monotonic
    _value: str = ""
    _until: float = 0.0
    _lock: asyncio.Lock | None = None

    async def get(self, refused: str = "") -> str:
        """A token that should work, and is not the one that was just `refused`.

        Raises:
            PlatformError: none was given.
        """
        self._lock = self._lock or asyncio.Lock()
        async with self._lock:
            if not self._value or self._value == refused or self.now() >= self._until:
                self._value = ""
                value, life_s = await self.fetch()
                self._value, self._until = value, self.now() + max(life_s - EARLY_S, life_s / 2)
            return self._value


async def granted(channel: str, asked: Awaitable[dict[str, Any]]) -> tuple[str, float]:
    """The access token and its life in seconds from the platform's answer.

    Raises:
        TryAgain: there is none; why not is in the log.
    """
    try:
        answer = await asked
        return str(answer["access_token"]), float(answer["expires_in"])
    except TryAgain:
        raise
    except (PlatformError, LookupError, ValueError, TypeError) as error:
        logger.error("%s: the platform gives no access token: %s", channel, error)
        raise TryAgain("no access token", wait_s=30) from None


@dataclass
class PlatformApi:
    """One platform's interface at `base_url`."""

    base_url: str
    dialect: Dialect = TENCENT
    _session: aiohttp.ClientSession | None = field(default=None, repr=False)

    async def call(
        self, token: AccessToken, path: str, data: dict[str, Any], query: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """POSTs with the access token; once more with a new one when that was refused.

        Raises:
            PlatformError: TryAgain where that may help.
        """
        value = await token.get()
        try:
            return await self._post(value, path, data, query)
        except PlatformError as error:
            if error.code not in self.dialect.token_errors:
                raise
        value = await token.get(refused=value)
        try:
            return await self._post(value, path, data, query)
        except PlatformError as error:
            if error.code in self.dialect.token_errors:
                raise TryAgain("a new access token was refused", error.code, wait_s=60) from None
            raise

    async def plain(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        data: dict[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """One call. Raises PlatformError as `call` does."""
        self._session = self._session or aiohttp.ClientSession()
        body = None if data is None else json.dumps(data, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
        limit = aiohttp.ClientTimeout(total=TIMEOUT_S)
        url = f"{self.base_url}/{path}"
        try:
            async with self._session.request(
                method, url, params=query, data=body, headers=headers, timeout=limit, allow_redirects=False
            ) as answer:
                raw = await _whole(answer)
                status, after = answer.status, answer.headers.get("Retry-After", "")
        except aiohttp.ClientConnectorError as error:
            raise TryAgain(f"no connection ({type(error).__name__})") from None
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            raise TryAgain(f"no answer ({type(error).__name__})", sure=False) from None
        if status != 200:
            wait_s = float(after) if after.isdecimal() else 0.0
            raise TryAgain(f"status {status}", sure=status < 500, wait_s=wait_s)
        return self._checked(raw)

    async def _post(
        self, value: str, path: str, data: dict[str, Any], query: Mapping[str, str] | None
    ) -> dict[str, Any]:
        if self.dialect.token_header:
            return await self.plain("POST", path, query or {}, data, {self.dialect.token_header: value})
        return await self.plain("POST", path, {**(query or {}), "access_token": value}, data)

    def _checked(self, raw: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(raw)
            code = self.dialect.code_of(answer)
        except (ValueError, AttributeError, TypeError, RecursionError):
            raise TryAgain("no JSON", sure=False) from None
        if code in self.dialect.busy_errors:
            raise TryAgain(f"errcode {code}", code, wait_s=self.dialect.busy_errors[code])
        if code:
            raise PlatformError(f"errcode {code}", code)
        return dict(answer)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


async def _whole(answer: aiohttp.ClientResponse) -> bytes:
    """The body to its end; one read of a stream gives only what has come so far."""
    raw = bytearray()
    async for part in answer.content.iter_any():
        raw += part
        if len(raw) > MAX_ANSWER_BYTES:
            raise TryAgain("the answer is too large", sure=False)
    return bytes(raw)

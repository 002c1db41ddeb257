"""The bot's calls to the service, beside Rasa's own action calls."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import aiohttp

SHORT_TIMEOUT_S = 10
READY_TIMEOUT_S = 3


class ServiceError(Exception):
    """The service did not answer as agreed. The message holds no part of its answer."""


@dataclass
class ServiceClient:
    """Speaks to the service's internal listener with the shared secret."""

    base_url: str
    secret: str = field(repr=False)
    _session: aiohttp.ClientSession | None = None

    async def outbox(self, wait_s: int, limit: int = 50) -> list[dict[str, Any]]:
        """Items to tell customers of, waiting up to `wait_s` seconds for the first.

        Raises:
            ServiceError: no connection, another status than 200, or another shape.
        """
        query = f"/internal/outbox?wait_s={wait_s}&limit={limit}"
        status, body = await self.call("GET", query, timeout_s=wait_s + SHORT_TIMEOUT_S)
        if status != 200 or not isinstance(body, dict) or not isinstance(body.get("items"), list):
            raise ServiceError(f"the outbox answered {status}")
        return body["items"]

    async def ack(self, ids: list[Any]) -> None:
        """Raises ServiceError when the service did not take it; acknowledging again is harmless."""
        status, _ = await self.call("POST", "/internal/outbox/ack", {"ids": ids})
        if status >= 300:
            raise ServiceError(f"the acknowledgement answered {status}")

    async def ready(self) -> bool:
        """Whether the service says it can read the ledger."""
        try:
            status, _ = await self.call("GET", "/readyz", timeout_s=READY_TIMEOUT_S)
        except ServiceError:
            return False
        return status == 200

    async def call(
        self, method: str, path: str, data: Any = None, timeout_s: float = SHORT_TIMEOUT_S
    ) -> tuple[int, Any]:
        """Status and JSON body of one call.

        Raises:
            ServiceError: no connection, no answer in time, or no JSON.
        """
        if self._session is None:
            self._session = aiohttp.ClientSession(headers={"X-Action-Secret": self.secret})
        try:
            async with self._session.request(
                method, self.base_url + path, json=data, timeout=aiohttp.ClientTimeout(total=timeout_s)
            ) as answer:
                return answer.status, await answer.json(content_type=None)
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError) as error:
            raise ServiceError(f"the service gave no answer ({type(error).__name__})") from None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

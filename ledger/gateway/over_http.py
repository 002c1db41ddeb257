"""A payment gateway behind HTTP.

Calls, all JSON and signed (`ledger.gateway.signing`); each answers with `ledger.gateway.wire`'s object:

POST /charges                     {"number", "amount_fen", "customer", "expires_at"}
GET  /charges/<number>
POST /charges/<number>/cancel
POST /charges/<number>/refunds    {"refund_number", "amount_fen"}

409: the number was used for something else. Other 4xx: the call itself is refused. 5xx, 429 and every
failure of the connection: nothing is known. What happens to charges unasked comes by webhook
(`actions.http_webhook`).
"""

from __future__ import annotations

import asyncio
import json
import os
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from ledger.gateway import signing, wire
from ledger.gateway.interface import (
    ChargeAnswer,
    GatewayConflict,
    GatewayGarbled,
    GatewayMisconfigured,
    GatewayRefused,
    GatewayTimeout,
)

_CALL_TIMEOUT_S = 8.0
_LARGEST_ANSWER_BYTES = 64 * 1024
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class HttpSettings:
    """Where the gateway listens and the secret with which our calls are signed."""

    url: str
    secret: str = field(repr=False)
    call_timeout_s: float = _CALL_TIMEOUT_S  # of calls whose caller names no deadline

    def __post_init__(self) -> None:
        """Raises GatewayMisconfigured: without TLS only a gateway on this machine is spoken to."""
        parts = urlsplit(self.url)
        local = parts.scheme == "http" and parts.hostname in _LOOPBACK
        if not (local or (parts.scheme == "https" and parts.hostname)) or parts.query or parts.fragment:
            raise GatewayMisconfigured("YUEFU_GATEWAY_URL must be an https address.")
        if not self.secret:
            raise GatewayMisconfigured("YUEFU_GATEWAY_SECRET is not set.")


def from_environment() -> HttpGateway:
    """YUEFU_GATEWAY_URL and YUEFU_GATEWAY_SECRET. Raises GatewayMisconfigured."""
    env = os.environ
    return HttpGateway(HttpSettings(env.get("YUEFU_GATEWAY_URL", ""), env.get("YUEFU_GATEWAY_SECRET", "")))


class HttpGateway:
    """`ledger.gateway.interface.Gateway` over HTTP; safe to use from several threads.

    The calls run in an event loop of their own: only there one deadline can hold for all of a call, from the
    connection to the last byte of the answer, however slowly the bytes come.
    """

    def __init__(self, settings: HttpSettings) -> None:
        self._settings = settings
        self._base = settings.url.rstrip("/")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="gateway", daemon=True)
        self._thread.start()
        # Not through a proxy that the environment happens to name, and never to where an answer redirects.
        self._client = httpx.AsyncClient(timeout=None, trust_env=False, follow_redirects=False)

    def close(self) -> None:
        """End the connections; what is still being asked is given up."""
        asyncio.run_coroutine_threadsafe(self._client.aclose(), self._loop).result(_CALL_TIMEOUT_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def charge(
        self, number: str, amount_fen: int, customer_id: str, expires_at: datetime, timeout_s: float
    ) -> ChargeAnswer:
        """See `Gateway.charge`."""
        body = {"number": number, "amount_fen": amount_fen, "customer": customer_id}
        body["expires_at"] = expires_at.isoformat()
        return self._call("POST", "/charges", number, body, timeout_s)

    def query(self, number: str) -> ChargeAnswer:
        """See `Gateway.query`."""
        return self._call("GET", f"/charges/{quote(number, safe='')}", number)

    def cancel(self, number: str) -> ChargeAnswer:
        """See `Gateway.cancel`."""
        return self._call("POST", f"/charges/{quote(number, safe='')}/cancel", number, {})

    def refund(self, number: str, refund_number: str, amount_fen: int) -> ChargeAnswer:
        """See `Gateway.refund`."""
        body = {"refund_number": refund_number, "amount_fen": amount_fen}
        answer = self._call("POST", f"/charges/{quote(number, safe='')}/refunds", number, body)
        if answer.refund_number != refund_number:
            raise GatewayGarbled(f"another refund than {refund_number} was answered for")
        return answer

    def notifications(self) -> list[ChargeAnswer]:
        """None: they come by webhook."""
        return []

    def acknowledge(self, notification_ids: list[int]) -> None:
        """Nothing: a webhook is acknowledged by its answer."""

    def _call(
        self, method: str, path: str, number: str, body: dict[str, Any] | None = None, timeout_s: float = 0.0
    ) -> ChargeAnswer:
        """Raises GatewayTimeout, GatewayConflict, GatewayRefused, GatewayGarbled."""
        deadline_s = timeout_s or self._settings.call_timeout_s
        content = b"" if body is None else json.dumps(body).encode()
        status, answered = self._within(deadline_s, method, path, content)
        _raise_for(status, f"{method} {path}")
        answer = wire.read(answered)
        if answer.number != number:
            raise GatewayGarbled(f"another charge than {number} was answered for")
        return answer

    def _within(self, deadline_s: float, method: str, path: str, content: bytes) -> tuple[int, bytes]:
        """Raises GatewayTimeout after `deadline_s` seconds, or when the connection fails."""
        call = asyncio.run_coroutine_threadsafe(self._send(deadline_s, method, path, content), self._loop)
        try:
            return call.result(deadline_s + 5)  # the loop keeps the deadline; this is for a loop that is gone
        except (TimeoutError, httpx.TransportError) as error:
            # No cause is chained: what was sent stays out of the log.
            raise GatewayTimeout(f"{method} {path}: {type(error).__name__}") from None

    async def _send(self, deadline_s: float, method: str, path: str, content: bytes) -> tuple[int, bytes]:
        url = httpx.URL(self._base + path)
        signed = signing.of_call(method, url.raw_path.decode("ascii"), content)
        headers = signing.headers(self._settings.secret, signed, time.time())
        headers["Content-Type"] = "application/json"
        answered = b""
        async with (
            asyncio.timeout(deadline_s),
            self._client.stream(method, url, content=content, headers=headers) as response,
        ):
            async for chunk in response.aiter_bytes():
                answered += chunk
                if len(answered) > _LARGEST_ANSWER_BYTES:
                    raise GatewayGarbled(f"{method} {path}: the answer is too long")
        return response.status_code, answered


def _raise_for(status: int, call: str) -> None:
    if status >= 500 or status == 429:
        raise GatewayTimeout(f"{call}: status {status}")
    if status == 409:
        raise GatewayConflict(call)
    if status != 200:
        raise GatewayRefused(f"{call}: status {status}")

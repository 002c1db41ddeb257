"""`GET /metrics`: what this process counts, for whoever has the secret of those who watch over it."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from channels import metrics
from channels.errors import ChatError
from channels.http import answering
from channels.mailbox import Mailbox


@dataclass(frozen=True)
class MetricsRoute:
    """Asked with `Authorization: Bearer <secret>`; without a secret there is no such route.

    While the secret changes there are two of them, with a blank between.
    """

    secret: str = field(repr=False)
    mailbox: Mailbox
    count_sockets: Callable[[], int]

    def add_routes(self, blueprint: Blueprint) -> None:
        if self.secret:
            blueprint.add_route(answering(self.tell), "/metrics", methods=["GET"], name="metrics")

    async def tell(self, request: Request) -> HTTPResponse:
        given = request.headers.get("authorization", "").encode()
        known = [hmac.compare_digest(given, f"Bearer {each}".encode()) for each in self.secret.split()]
        if not any(known):
            raise ChatError("unauthorized", "GET /metrics")
        waiting = await asyncio.to_thread(self.mailbox.unanswered, time.time())
        counted = metrics.bot()
        counted.sockets.set(self.count_sockets())
        counted.unanswered.set(waiting.messages)
        counted.unanswered_s.set(waiting.oldest_s)
        return response.raw(generate_latest(counted.registry), content_type=CONTENT_TYPE_LATEST)

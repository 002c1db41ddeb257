"""Whether the bot is alive, and whether it can serve."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from rasa.core.agent import Agent
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from channels.fleet import Fleet
from channels.http import answering
from channels.service_client import ServiceClient

logger = logging.getLogger(__name__)

PROBE = "你好"


@dataclass(frozen=True)
class Health:
    """`/healthz`: the process answers. `/readyz`: the model parses, the service reads its ledger, the other
    bots can be reached, and nobody has asked this one to stop."""

    agent: Callable[[], Agent]
    service: ServiceClient
    fleet: Fleet
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def add_routes(self, blueprint: Blueprint) -> None:
        blueprint.add_route(answering(self.healthz), "/healthz", methods=["GET"], name="healthz")
        blueprint.add_route(answering(self.readyz), "/readyz", methods=["GET"], name="readyz")

    async def healthz(self, _request: Request) -> HTTPResponse:
        return response.json({"status": "ok"})

    async def readyz(self, _request: Request) -> HTTPResponse:
        checks = {
            "model": await self._parses(),
            "service": await self.service.ready(),
            "fleet": await self.fleet.reachable(),
            "staying": not self.stopping.is_set(),
        }
        ready = all(checks.values())
        return response.json(
            {"status": "ok" if ready else "unavailable", **checks}, status=200 if ready else 503
        )

    async def _parses(self) -> bool:
        try:
            parsed = await self.agent().parse_message(PROBE)
        except Exception:
            logger.exception("the model cannot parse")
            return False
        return bool(parsed and parsed["intent"].get("name"))

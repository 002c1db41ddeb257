"""Connections to the actions are kept: Rasa 3.6.21 opens a new one for each action and closes it again."""

from __future__ import annotations

import asyncio

import aiohttp
from rasa.core.constants import DEFAULT_REQUEST_TIMEOUT
from rasa.utils.endpoints import EndpointConfig

from channels import rasa_version

_open: dict[asyncio.AbstractEventLoop, aiohttp.TCPConnector] = {}


def install() -> None:
    """Changes `EndpointConfig.session` for this process; again, it changes nothing.

    Raises:
        WrongRasa: Rasa is not 3.6.21.
    """
    rasa_version.require(__name__)
    EndpointConfig.session = _session


async def close() -> None:
    """Lets the connections of the running loop go."""
    connector = _open.pop(asyncio.get_running_loop(), None)
    if connector is not None:
        await connector.close()


def _session(self: EndpointConfig) -> aiohttp.ClientSession:
    """What Rasa makes for a request, but with connections that outlive it."""
    loop = asyncio.get_running_loop()
    if loop not in _open:
        _open[loop] = aiohttp.TCPConnector(limit=0)
    login = self.basic_auth
    return aiohttp.ClientSession(
        headers=self.headers,
        auth=aiohttp.BasicAuth(login["username"], login["password"]) if login else None,
        timeout=aiohttp.ClientTimeout(total=DEFAULT_REQUEST_TIMEOUT),
        connector=_open[loop],
        connector_owner=False,
    )

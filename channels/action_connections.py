"""How the actions are asked: over connections that are kept, and without what none of them reads.

Rasa 3.6.21 opens a new connection for each action and closes it again. With each it sends the conversation,
and with each event of that all that is known of it: what was guessed of a message, every word that was put
into an answer. The actions read who said what, and which actions ran; of the last message they are told all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import aiohttp
import ujson
from rasa.core.actions.action import RemoteAction
from rasa.core.constants import DEFAULT_REQUEST_TIMEOUT
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from channels import logs, rasa_version

#: What the actions read of the events before the last message.
_READ: Final = ("event", "timestamp", "name", "value", "text")
_open: dict[asyncio.AbstractEventLoop, aiohttp.TCPConnector] = {}


def install() -> None:
    """Changes `EndpointConfig` and `RemoteAction` for this process; again, it changes nothing.

    Raises:
        WrongRasa: Rasa is not 3.6.21.
    """
    rasa_version.require(__name__)
    EndpointConfig.session = _session
    EndpointConfig.request = _saying_which_request(EndpointConfig.request)
    found: Any = RemoteAction._action_call_format
    original: Callable[..., dict[str, Any]] = getattr(found, "original", found)

    def call_format(self: RemoteAction, tracker: DialogueStateTracker, domain: Domain) -> dict[str, Any]:
        call = original(self, tracker, domain)
        state = call["tracker"]
        state["events"] = [
            {name: event[name] for name in _READ if name in event} for event in state["events"]
        ]
        return call

    call_format.original = original  # type: ignore[attr-defined]
    RemoteAction._action_call_format = call_format


async def close() -> None:
    """Lets the connections of the running loop go."""
    connector = _open.pop(asyncio.get_running_loop(), None)
    if connector is not None:
        await connector.close()


def _saying_which_request(found: Any) -> Callable[..., Awaitable[Any]]:
    """`EndpointConfig.request` with the headers that name the customer's request.

    They are a call's own: what a session says of itself is part of what aiohttp knows its connections by, and
    a connection known by a request's id is never asked for again.
    """
    original: Callable[..., Awaitable[Any]] = getattr(found, "original", found)

    async def request(
        self: EndpointConfig, *args: Any, headers: dict[str, str] | None = None, **kwargs: Any
    ) -> Any:
        return await original(self, *args, headers={**(headers or {}), **logs.request_headers()}, **kwargs)

    request.original = original  # type: ignore[attr-defined]
    return request


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
        json_serialize=ujson.dumps,
        connector_owner=False,
    )

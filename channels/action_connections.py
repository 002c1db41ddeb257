"""How the actions are asked: over connections that are kept, and without what none of them reads.

Rasa 3.6.21 opens a new connection for each action and closes it again. With each it sends the conversation,
and with each event of that all that is known of it: what was guessed of a message, every word that was put
into an answer. The actions read who said what, and which actions ran; of the last message they are told all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import rasa
import ujson
from rasa.core.actions.action import RemoteAction
from rasa.core.constants import DEFAULT_REQUEST_TIMEOUT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.utils.endpoints import EndpointConfig

from channels import logs, rasa_version

_open: dict[asyncio.AbstractEventLoop, aiohttp.TCPConnector] = {}


def install() -> None:
    """Changes `EndpointConfig` and `RemoteAction` for this process; again, it changes nothing.

    Raises:
        WrongRasa: Rasa is not 3.6.21.
    """
    rasa_version.require(__name__)
    EndpointConfig.session = _session
    EndpointConfig.request = _saying_which_request(EndpointConfig.request)
    RemoteAction._action_call_format = _call_format


def _call_format(self: RemoteAction, tracker: DialogueStateTracker, domain: Domain) -> dict[str, Any]:
    """As `RemoteAction._action_call_format`, but for the events."""
    state = tracker.current_state(EventVerbosity.NONE)
    state["events"] = [_told(event) for event in tracker.events]
    call = {
        "next_action": self.name(),
        "sender_id": tracker.sender_id,
        "tracker": state,
        "version": rasa.__version__,
    }
    asks = domain.does_custom_action_explicitly_need_domain(self.name())
    if asks or not self._is_selective_domain_enabled():
        call["domain"] = domain.as_dict()
    return call


def _told(event: Event) -> dict[str, Any]:
    """Of `Event.as_dict` what the actions read."""
    told = {"event": event.type_name, "timestamp": event.timestamp}
    if isinstance(event, (UserUttered, BotUttered)):
        told["text"] = event.text
    elif isinstance(event, ActionExecuted):
        told["name"] = event.action_name
    elif isinstance(event, SlotSet):
        told |= {"name": event.key, "value": event.value}
    return told


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

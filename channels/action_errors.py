"""What happens when the service fails: the customer is told, with an id that finds the cause in the log.

Rasa 3.6.21 drops a failed action's events and says nothing, waits 300 s for a slow one, and checks its own
JSON schema again for every result (74 % of a reply's time). `install` mends these three in `RemoteAction`.
"""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import aiohttp
from jsonschema.validators import validator_for
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction, create_bot_utterance
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import ClientResponseError

from channels import metrics, rasa_version, words

logger = logging.getLogger(__name__)


def install(timeout_s: float) -> None:
    """Changes `RemoteAction` for this process; again, it only sets the time-out.

    Args:
        timeout_s: how long one action may take; well below the 60 s of Rasa's conversation lock.

    Raises:
        WrongRasa: Rasa is not 3.6.21.
    """
    rasa_version.require(__name__)
    original = getattr(RemoteAction.run, "original", RemoteAction.run)

    async def run(
        self: RemoteAction,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        tracker: DialogueStateTracker,
        domain: Domain,
    ) -> list[Event]:
        if tracker.latest_message is not None:
            metrics.understood(tracker.latest_message.parse_data)
        try:
            with metrics.took("action"):
                return await asyncio.wait_for(original(self, output_channel, nlg, tracker, domain), timeout_s)
        except ActionExecutionRejection:
            raise  # a form's way of saying 'not mine'
        except Exception as error:
            reference = _service_reference(error) or words.new_reference()
            metrics.bot().failures.labels(self.name()).inc()
            logger.error("[%s] action %s failed: %s", reference, self.name(), _cause(error))
            return [await _apology(reference, output_channel, nlg, tracker)]

    run.original = original  # type: ignore[attr-defined]
    RemoteAction.run = run
    schema = RemoteAction.action_response_format_spec()
    validator = validator_for(schema)(schema)
    kinds = _validators_by_kind(schema["properties"]["events"]["items"])

    def validate(_self: RemoteAction, result: Any) -> bool:
        if not _is_plainly_valid(result, kinds):
            validator.validate(result)
        return True

    RemoteAction._validate_action_result = validate


def _validators_by_kind(schema: dict[str, Any]) -> dict[str, Any]:
    """By the event's name what it has to be: the schema tries each event as all 23 kinds that there are."""
    kinds: dict[str, list[Any]] = {}
    for kind in schema["oneOf"]:
        kinds.setdefault(kind["properties"]["event"]["const"], []).append(kind)
    made = validator_for(schema)
    return {name: made({**schema, "oneOf": alike}) for name, alike in kinds.items()}


def _is_plainly_valid(result: Any, kinds: dict[str, Any]) -> bool:
    """Whether it is valid at first sight; of what is not, the schema says what is wrong, if anything."""
    if not isinstance(result, dict):
        return False
    events, responses = result.get("events", []), result.get("responses", [])
    if not isinstance(events, list) or not isinstance(responses, list):
        return False
    if not all(isinstance(each, dict) for each in (*events, *responses)):
        return False
    return all(
        isinstance(name := event.get("event"), str) and name in kinds and kinds[name].is_valid(event)
        for event in events
    )


async def _apology(
    reference: str,
    output_channel: OutputChannel,
    nlg: NaturalLanguageGenerator,
    tracker: DialogueStateTracker,
) -> Event:
    drawn = await nlg.generate(words.UNAVAILABLE, tracker, output_channel.name(), reference=reference) or {}
    return create_bot_utterance(words.apology(drawn.get("text", ""), reference))


def _cause(error: BaseException) -> str:
    """Kind and status only: the text of such errors can hold the tracker or the service's answer."""
    if isinstance(error, asyncio.TimeoutError):
        return "no answer in time"
    root = error.__cause__ or error.__context__ or error
    status = getattr(root, "status", None)
    if isinstance(root, aiohttp.ClientConnectionError):
        return "no connection to the service"
    return f"{type(root).__name__} {status}" if status else type(root).__name__


def _service_reference(error: BaseException) -> str:
    """The id under which the service logged the same failure, if its answer had one."""
    for seen in (error, error.__cause__, error.__context__):
        if isinstance(seen, ClientResponseError):
            try:
                return str(json.loads(seen.text)["error"]["reference"] or "")[:32]
            except (ValueError, LookupError, TypeError):
                return ""
    return ""

"""The changes to Rasa's action calls: which Rasa they fit, and what the log says of a failure."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import rasa
from rasa.core.actions.action import RemoteAction
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from channels import action_errors, rasa_version


@pytest.fixture
def installed() -> Iterator[None]:
    run, validate = RemoteAction.run, RemoteAction._validate_action_result
    action_errors.install(timeout_s=1)
    yield
    RemoteAction.run, RemoteAction._validate_action_result = run, validate


def test_the_changes_fit_this_rasa_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    assert rasa.__version__ == rasa_version.RASA_VERSION
    before = RemoteAction.run
    monkeypatch.setattr(rasa, "__version__", "3.6.22")
    with pytest.raises(rasa_version.WrongRasa, match=r"3\.6\.22"):
        action_errors.install(timeout_s=1)
    assert RemoteAction.run is before


def test_installing_again_does_not_wrap_twice(installed: None) -> None:
    original = RemoteAction.run.original
    action_errors.install(timeout_s=2)
    assert RemoteAction.run.original is original


class FailingEndpoint(EndpointConfig):
    """Answers every call with an error of the service."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__("http://127.0.0.1:9/webhook")
        self.failure = ClientResponseError(status, "reason", body)

    async def request(self, *_args: object, **_more: object) -> None:
        raise self.failure


def failed(status: int, body: str) -> dict:
    words = {"utter_service_unavailable": [{"text": "编号{reference}"}]}
    tracker = DialogueStateTracker.from_events("web-c-secret", [])
    action, nlg = (
        RemoteAction("action_x", FailingEndpoint(status, body)),
        TemplatedNaturalLanguageGenerator(words),
    )
    [event] = asyncio.run(action.run(CollectingOutputChannel(), nlg, tracker, Domain.empty()))
    return event.message()


@pytest.mark.parametrize("status", [400, 403, 404, 500, 503])
def test_a_failure_keeps_the_services_reference(
    installed: None, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    body = {"error": {"code": "x", "message": "private words", "reference": "S-7"}}
    message = failed(status, json.dumps(body))
    assert message["text"] == "编号S-7"
    assert message["custom"] == {"type": "error", "reference": "S-7"}
    assert "[S-7] action action_x failed" in caplog.text
    assert "private words" not in caplog.text and "web-c-secret" not in caplog.text


@pytest.mark.parametrize(
    "body", ["", "no json", "[]", "{}", '{"error": "text"}', '{"error": {"reference": null}}']
)
def test_a_failure_without_a_reference_gets_one(installed: None, body: str) -> None:
    message = failed(500, body)
    assert message["text"] == f"编号{message['custom']['reference']}"
    assert message["custom"]["reference"].startswith("E-")


def test_the_compiled_schema_refuses_what_rasas_does(installed: None) -> None:
    action = RemoteAction("action_x", None)
    assert action._validate_action_result({"events": [], "responses": []})
    assert action._validate_action_result(
        {"events": [{"event": "slot", "name": "a", "value": 1}], "responses": []}
    )
    refused: list[Any] = [None, [], {"events": 1}, {"events": [{"event": "none"}]}, {"responses": [1]}]
    refused += [{"events": [each]} for each in (1, {}, {"event": 1}, {"event": ["slot"]})]
    for bad in refused:
        with pytest.raises(jsonschema.ValidationError):
            action._validate_action_result(bad)


VALUES = (None, 1, "字", [], {}, {"name": "a"})
FIELDS = ("timestamp", "metadata", "name", "value", "text", "parse_data", "entities", "policy", "data")


def test_of_every_kind_of_event_it_says_what_rasa_says(installed: None) -> None:
    """Each of the 23 kinds with each field of each type: valid and not, each as Rasa's own check has it."""
    right: dict[bool, int] = {True: 0, False: 0}
    schema = RemoteAction.action_response_format_spec()
    rasas = jsonschema.validators.validator_for(schema)(schema)
    for kind in schema["properties"]["events"]["items"]["oneOf"]:
        plain = {"event": kind["properties"]["event"]["const"], "name": "a", "value": 1}
        for event in (plain, *({**plain, field: value} for field in FIELDS for value in VALUES)):
            result = {"events": [event], "responses": []}
            valid = rasas.is_valid(result)
            right[valid] += 1
            try:
                assert RemoteAction("action_x", None)._validate_action_result(result) is valid
            except jsonschema.ValidationError:
                assert not valid, event
    assert min(right.values()) > 100

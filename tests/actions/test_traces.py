"""Spans of the actions, in the trace that the bot's request began, with nobody's words in them."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sanic import Sanic

from actions import traces
from actions.http_common import Secrets
from actions.server import build_app, build_executor
from ledger import Ledger
from tests.actions.chat import Chat
from tests.actions.test_logs import REQUEST, SECRET, TRACEPARENT
from tests.serving import serving


@pytest.fixture
def app(ledger: Ledger) -> Iterator[Sanic]:
    Sanic.test_mode = True
    yield build_app(ledger, Secrets(SECRET, "staff-secret"), demo=True)
    Sanic._app_registry.clear()
    traces._provider.clear()


def ask(app: Sanic, ledger: Ledger) -> None:
    call = Chat(build_executor(ledger), "c-owing").call_type("why_unusable", "为什么用不了13812345678")
    headers = {"X-Action-Secret": SECRET, "traceparent": TRACEPARENT}
    with serving(app) as url, httpx.Client(base_url=url, trust_env=False, headers=headers) as client:
        assert client.post("/webhook", json=call).status_code == 200


@pytest.mark.filterwarnings("ignore:Your versions of rasa")
def test_an_action_is_a_span_of_the_bots_trace(app: Sanic, ledger: Ledger) -> None:
    exporter = InMemorySpanExporter()
    traces.set_up(app, exporter)
    ask(app, ledger)
    traces._provider[-1].force_flush()
    [span] = exporter.get_finished_spans()
    assert span.name == "action_why_unusable" and f"{span.context.trace_id:032x}" == REQUEST
    assert not span.attributes and not span.events


@pytest.mark.filterwarnings("ignore:Your versions of rasa")
def test_without_a_collector_there_are_none(
    app: Sanic, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    traces.set_up(app)
    ask(app, ledger)
    assert traces._provider == []


def test_a_failure_is_marked_by_its_kind_alone(app: Sanic) -> None:
    exporter = InMemorySpanExporter()
    traces.set_up(app, exporter)
    with pytest.raises(ValueError), traces.span("action_greet"):
        raise ValueError("13812345678")
    traces._provider[-1].force_flush()
    [span] = exporter.get_finished_spans()
    assert span.status.description == "ValueError" and not span.events

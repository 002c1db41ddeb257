"""OpenTelemetry: each action is a span, in the trace that the bot's request id names.

`OTEL_EXPORTER_OTLP_ENDPOINT` says where spans go; without it none is made. rasa-sdk's own tracing stays off:
it writes down who the sender is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from opentelemetry import context, trace
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from sanic import Sanic

_PROPAGATOR: Final = TraceContextTextMapPropagator()
_provider: Final[list[TracerProvider]] = []  # of this process, if spans are wanted


def set_up(app: Sanic, exporter: SpanExporter | None = None) -> None:
    """Spans go to `exporter`, or to the collector of the environment; without either none is made."""
    if exporter is None and os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        exporter = OTLPSpanExporter()
    if exporter is None:
        return
    resource = Resource.create({SERVICE_NAME: os.environ.get("OTEL_SERVICE_NAME", "yuefu-service")})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    _provider.append(provider)

    async def stop(_: Sanic) -> None:
        _provider.remove(provider)
        provider.shutdown()

    app.register_listener(stop, "after_server_stop")


def begin(headers: Mapping[str, str]) -> None:
    """What this task does from now on belongs to the trace that came with the request."""
    if _provider:
        context.attach(_PROPAGATOR.extract(dict(headers), context.Context()))


@contextmanager
def span(name: str) -> Iterator[None]:
    """What is done inside, as one span; a failure is marked by its kind alone."""
    if not _provider:
        yield
        return
    tracer = _provider[-1].get_tracer("yuefu")
    with tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False) as one:
        try:
            yield
        except Exception as error:
            one.set_status(trace.StatusCode.ERROR, type(error).__name__)
            raise

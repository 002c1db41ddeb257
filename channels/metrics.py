"""What the bot counts for Prometheus. `channels.metrics_route` tells it.

No label names a person or holds a word of theirs: intents, codes and kinds are ours.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Final, Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

Stage = Literal["turn", "understand", "decide", "action", "store"]

_SECONDS: Final = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20)
_CONFIDENCES: Final = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1)


class Metrics:
    """Everything that this process counts; one object a process, `bot()`."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        here: dict[str, Any] = {"registry": self.registry}
        self.messages = Counter(
            "yuefu_messages", "Messages of customers, by what became of them", ["kind", "outcome"], **here
        )
        seconds = Histogram(
            "yuefu_stage_seconds", "How long a stage of a turn took", ["stage"], buckets=_SECONDS, **here
        )
        self.stages = {stage: seconds.labels(stage) for stage in get_args(Stage)}
        self.intents = Counter(
            "yuefu_intents", "What messages were understood as, or pressed", ["intent", "by"], **here
        )
        self.confidence = Histogram(
            "yuefu_confidence", "How sure the classifier was of words", buckets=_CONFIDENCES, **here
        )
        self.refused = Counter("yuefu_refused", "Requests that were refused", ["code"], **here)
        self.failures = Counter(
            "yuefu_action_failures", "Actions that the service did not answer", ["action"], **here
        )
        self.notices = Counter(
            "yuefu_notices", "What customers were to be told unasked", ["kind", "outcome"], **here
        )
        self.sockets = Gauge("yuefu_sockets", "Tabs that are open", **here)
        self.unanswered = Gauge("yuefu_unanswered", "Messages taken in and not answered yet", **here)
        self.unanswered_s = Gauge(
            "yuefu_unanswered_oldest_seconds", "How long the oldest of them has waited", **here
        )


@cache
def bot() -> Metrics:
    return Metrics()


@contextmanager
def took(stage: Stage) -> Iterator[None]:
    """Times what is done inside, whether it fails or not."""
    began = time.perf_counter()
    try:
        yield
    finally:
        bot().stages[stage].observe(time.perf_counter() - began)


def answered(pressed: bool, refusal: str, bubbles: Sequence[Mapping[str, Any]]) -> None:
    """A message of a customer has got its answer: `bubbles`, or the response `refusal`."""
    failed = any(bubble["custom"].get("type") == "error" for bubble in bubbles)
    outcome = "refused" if refusal else "failed" if failed else "answered" if bubbles else "silent"
    bot().messages.labels("button" if pressed else "text", outcome).inc()


def understood(message: Mapping[str, Any]) -> None:
    """What is acted on: the parse data of a message of words, or of a pressed button, which ranks nothing."""
    intent = message.get("intent") or {}
    by_words = bool(message.get("intent_ranking"))
    bot().intents.labels(str(intent.get("name")), "words" if by_words else "button").inc()
    if by_words:
        bot().confidence.observe(float(intent.get("confidence") or 0))


@contextmanager
def noticed(kind: str) -> Iterator[None]:
    """A notice is told inside, or its telling fails."""
    outcome = "failed"
    try:
        yield
        outcome = "told"
    finally:
        bot().notices.labels(kind, outcome).inc()

"""What the service counts for Prometheus. `actions.http_metrics` tells it.

No label names a person or holds a word of theirs: actions, guards and states are ours.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from actions import traces
from actions.turn import Turn
from ledger.errors import LedgerError
from ledger.figures import Figures

_SECONDS: Final = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20)
_NO: Final = frozenset({"decline", "deny"})  # the intents


class Metrics:
    """Everything that this process counts; one object a process, `service()`."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        here: dict[str, Any] = {"registry": self.registry}
        self.actions = Histogram(
            "yuefu_action_seconds", "How long an action took", ["action"], buckets=_SECONDS, **here
        )
        self.apologies = Counter(
            "yuefu_apologies", "Actions that failed, and were apologised for", ["action", "cause"], **here
        )
        self.steps = Counter(
            "yuefu_journey_steps", "Steps of settling, closing and unfreezing", ["journey", "step"], **here
        )
        self.guards = Counter("yuefu_guard_refusals", "Guards that stood in the way", ["guard"], **here)
        self.refused = Counter("yuefu_refused_calls", "Calls without the right secret", ["secret"], **here)
        self.webhooks = Counter("yuefu_webhooks", "What the gateway told, by our answer", ["status"], **here)
        self.tasks = Counter("yuefu_task_runs", "Rounds of the background tasks", ["task", "outcome"], **here)
        self.task_done = Gauge(
            "yuefu_task_last_success_timestamp_seconds", "When a task last ended well", ["task"], **here
        )
        self.ledger_up = Gauge("yuefu_ledger_up", "Whether the ledger could be read", **here)
        self.settlements = Gauge("yuefu_settlements", "Settlements by state", ["state"], **here)
        self.charges = Gauge(
            "yuefu_open_charges", "Charges whose outcome is not known yet", ["state"], **here
        )
        self.queue = Gauge("yuefu_queue_length", "How many wait", ["queue"], **here)
        self.queue_s = Gauge(
            "yuefu_queue_oldest_seconds", "How long the oldest has waited", ["queue"], **here
        )

    def show(self, figures: Figures) -> None:
        """The ledger's figures, each state too that nothing is in now."""
        for state in ("CREATED", "SENT", "SETTLED", "FAILED", "UNKNOWN"):
            self.settlements.labels(state).set(figures.settlements.get(state, 0))
        for state in ("CREATED", "SENT", "UNKNOWN"):
            self.charges.labels(state).set(figures.open_charges.get(state, 0))
        for name, queue in figures.queues.items():
            self.queue.labels(name).set(queue.length)
            self.queue_s.labels(name).set(queue.oldest_s)


@cache
def service() -> Metrics:
    return Metrics()


@contextmanager
def acting(action: str) -> Iterator[None]:
    """Times an action, whether it fails or not; it is a span too."""
    began = time.perf_counter()
    try:
        with traces.span(action):
            yield
    finally:
        service().actions.labels(action).observe(time.perf_counter() - began)


def apologised(action: str, error: Exception) -> None:
    cause = error.code if isinstance(error, LedgerError) else type(error).__name__
    service().apologies.labels(action, cause).inc()


def walked(turn: Turn) -> None:
    """Which steps of a journey this turn was: begun, at the login, with the bank, ended or left."""
    before, now = _journey(turn.decision_at_start), _journey(turn.decision)
    shown = [bubble.card or {} for bubble in turn.bubbles]
    if now and now != before:
        _step(now, "started")
    if any(card.get("type") == "step_up" for card in shown):
        _step(before or turn.intent, "login_asked")
    ended = [card["journey"] for card in shown if "journey" in card]
    if ended and (before or turn.intent == "notice"):  # else it is told once more
        _step(ended[0]["name"], ended[0]["outcome"])
    elif before and now != before:
        checking = any(card.get("state") == "checking" for card in shown)
        _step(before, "checking" if checking else "cancelled" if turn.intent in _NO else "dropped")


def _journey(decision: dict[str, Any] | None) -> str:
    return str((decision or {}).get("kind") or "")


def _step(journey: str, step: str) -> None:
    service().steps.labels(journey, step).inc()

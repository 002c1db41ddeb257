"""A turn without four things that cost Rasa 3.6.21 much and change nothing of the outcome.

The graph of a model has the same few nodes for every message, yet dask plans and schedules them anew each
time. A response is drawn through an array of NumPy, also where there is only one to draw. For each action the
whole conversation is lived through again, to have a copy of it. And what a line of the debug log would show
is copied deeply before it is known that nobody reads that line.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from graphlib import TopologicalSorter
from types import SimpleNamespace
from typing import Any

from rasa.core import processor
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.engine.constants import PLACEHOLDER_MESSAGE
from rasa.engine.graph import GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.trackers import DialogueStateTracker

from channels import metrics, rasa_version

_Plan = list[tuple[str, tuple[str, ...]]]  # each node after those that it needs


def install() -> None:
    """Changes all four for this process; again, it changes nothing.

    Raises:
        WrongRasa: Rasa is not 3.6.21.
    """
    rasa_version.require(__name__)
    DaskGraphRunner.run = _run
    drawn: Any = TemplatedNaturalLanguageGenerator._random_response_for
    draw: Callable[..., dict[str, Any] | None] = getattr(drawn, "original", drawn)

    def choose(
        self: TemplatedNaturalLanguageGenerator, name: str, channel: str, slots: dict[str, Any]
    ) -> dict[str, Any] | None:
        all_of_it: list[dict[str, Any]] = self.responses.get(name, [])
        if len(all_of_it) == 1 and all_of_it[0].keys().isdisjoint({"channel", "condition"}):
            return all_of_it[0]
        return draw(self, name, channel, slots)

    choose.original = draw  # type: ignore[attr-defined]
    TemplatedNaturalLanguageGenerator._random_response_for = choose
    DialogueStateTracker.copy = _copy
    processor.copy = SimpleNamespace(deepcopy=_itself)  # there it is only used for what is logged


def _run(
    self: DaskGraphRunner, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
) -> dict[str, Any]:
    """As `DaskGraphRunner.run`: the outputs of the targets by their nodes' names."""
    wanted = tuple(targets or self._graph_schema.target_names)
    plans: dict[tuple[str, ...], _Plan] = vars(self).setdefault("plans", {})
    if wanted not in plans:
        plans[wanted] = _planned(self._graph_schema.minimal_graph_schema(list(wanted)))
    outputs = {name: (name, value) for name, value in (inputs or {}).items()}
    with metrics.took("understand" if PLACEHOLDER_MESSAGE in outputs else "decide"):
        for name, needed in plans[wanted]:
            # What nobody has put out is told by its name; the node complains of it.
            outputs[name] = self._instantiated_nodes[name](*(outputs.get(each, each) for each in needed))
    return dict(outputs[name] for name in wanted)


def _planned(schema: GraphSchema) -> _Plan:
    """The nodes in an order in which each finds what it needs."""
    needs = {name: tuple(node.needs.values()) for name, node in schema.nodes.items()}
    return [(name, needs[name]) for name in TopologicalSorter(needs).static_order() if name in needs]


def _copy(self: DialogueStateTracker) -> DialogueStateTracker:
    """As `DialogueStateTracker.copy`: its events are shared, and what happens to it later is not."""
    copied = copy.copy(self)
    copied.events = copy.copy(self.events)
    copied.slots = {name: copy.copy(slot) for name, slot in self.slots.items()}
    copied.active_loop = copy.copy(self.active_loop)
    return copied


def _itself(shown: Any) -> Any:
    return shown

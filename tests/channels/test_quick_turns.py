"""The graph runs as Rasa runs it, and responses are drawn as Rasa draws them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
import rasa
from rasa.core import processor
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.engine.exceptions import GraphComponentException, GraphRunError
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.shared.core import events
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity

from channels import quick_turns, rasa_version

Run = Callable[..., dict[str, Any]]


class Part(GraphComponent):
    """Does sums; `ran` says in which order."""

    ran: ClassVar[list[str]] = []

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: Any, resource: Any, execution_context: Any
    ) -> Part:
        return cls()

    def double(self, number: int) -> int:
        Part.ran.append("double")
        return number * 2

    def add(self, one: int, other: int) -> int:
        Part.ran.append("add")
        return one + other


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    drawn = TemplatedNaturalLanguageGenerator._random_response_for
    monkeypatch.setattr(TemplatedNaturalLanguageGenerator, "_random_response_for", drawn)
    monkeypatch.setattr(DaskGraphRunner, "run", DaskGraphRunner.run)
    monkeypatch.setattr(DialogueStateTracker, "copy", DialogueStateTracker.copy)
    monkeypatch.setattr(processor, "copy", processor.copy)
    quick_turns.install()
    Part.ran = []
    yield


def node(function: str, **needs: str) -> SchemaNode:
    return SchemaNode(needs=needs, uses=Part, constructor_name="create", fn=function, config={})


def runner(folder: Path, nodes: dict[str, SchemaNode]) -> DaskGraphRunner:
    return DaskGraphRunner.create(
        GraphSchema(nodes), LocalModelStorage.create(folder), ExecutionContext(GraphSchema({}))
    )


NODES = {
    "sum": node("add", one="twice", other="__number__"),
    "again": node("double", number="sum"),
    "twice": node("double", number="__number__"),
}


@pytest.mark.parametrize("targets", [["sum"], ["again"], ["sum", "again"], ["twice"]])
def test_the_outputs_are_rasas(quick: None, tmp_path: Path, targets: list[str]) -> None:
    made = runner(tmp_path, NODES)
    for number in (5, 7):
        found = made.run({"__number__": number}, targets)
        right = {"twice": 2 * number, "sum": 3 * number, "again": 6 * number}
        assert found == {name: right[name] for name in targets}
        assert found == _rasas_run(made, {"__number__": number}, targets)


def test_only_what_a_target_needs_is_run(quick: None, tmp_path: Path) -> None:
    runner(tmp_path, NODES).run({"__number__": 1}, ["sum"])
    assert Part.ran == ["double", "add"]


def test_a_missing_input_and_a_failing_node_are_told_as_ever(quick: None, tmp_path: Path) -> None:
    made = runner(tmp_path, NODES)
    with pytest.raises(GraphRunError, match="__number__"):
        made.run({}, ["sum"])
    with pytest.raises(GraphComponentException):
        made.run({"__number__": None}, ["twice"])


def test_a_response_of_one_variation_is_that_one(quick: None) -> None:
    responses = {"utter_one": [{"text": "甲"}], "utter_two": [{"text": "甲"}, {"text": "乙"}]}
    nlg = TemplatedNaturalLanguageGenerator(responses)
    assert nlg.generate_from_slots("utter_one", {}, "web") == {"text": "甲"}
    drawn = {nlg.generate_from_slots("utter_two", {}, "web")["text"] for _ in range(100)}
    assert drawn == {"甲", "乙"}
    assert nlg.generate_from_slots("utter_none", {}, "web") is None


def test_a_response_of_one_channel_or_under_a_condition_stays_rasas(quick: None) -> None:
    unmet = [{"type": "slot", "name": "vip", "value": True}]
    responses = {
        "utter_elsewhere": [{"text": "甲", "channel": "other"}],
        "utter_unmet": [{"text": "甲", "condition": unmet}],
    }
    nlg = TemplatedNaturalLanguageGenerator(responses)
    assert nlg.generate_from_slots("utter_elsewhere", {}, "web") is None
    assert nlg.generate_from_slots("utter_elsewhere", {}, "other")["text"] == "甲"
    assert nlg.generate_from_slots("utter_unmet", {"vip": False}, "web") is None


def test_what_is_filled_in_does_not_stay_in_the_response(quick: None) -> None:
    nlg = TemplatedNaturalLanguageGenerator(
        {"utter_one": [{"text": "{amount}", "custom": {"a": ["{amount}"]}}]}
    )
    first = nlg.generate_from_slots("utter_one", {}, "web", amount="1")
    first["custom"]["a"].append("2")
    assert nlg.generate_from_slots("utter_one", {}, "web", amount="3")["custom"] == {"a": ["3"]}


def test_a_copy_of_a_conversation_is_as_if_it_was_lived_through_again(quick: None) -> None:
    happened = [
        events.ActionExecuted("action_session_start"),
        events.SessionStarted(),
        events.ActionExecuted("action_listen"),
        events.UserUttered("字", {"name": "bill", "confidence": 1.0}, [{"entity": "amount", "value": "1"}]),
        events.DefinePrevUserUtteredFeaturization(False),
        events.ActionExecuted("action_bill"),
        events.SlotSet("topic", "bill"),
        events.BotUttered("字", {"buttons": [{"title": "字"}]}),
        events.ActiveLoop("form"),
        events.LoopInterrupted(True),
    ]
    for length in range(len(happened) + 1):
        tracker = DialogueStateTracker.from_events("c", happened[:length], [AnySlot("topic", [{}])])
        again = tracker.travel_back_in_time(float("inf"))
        copied = tracker.copy()
        assert copied.current_state(EventVerbosity.ALL) == again.current_state(EventVerbosity.ALL)
        assert vars(copied).keys() == vars(again).keys()


def test_what_happens_to_a_copy_does_not_happen_to_the_conversation(quick: None) -> None:
    tracker = DialogueStateTracker.from_events("c", [events.ActiveLoop("form")], [AnySlot("topic", [{}])])
    before = tracker.current_state(EventVerbosity.ALL)
    copied = tracker.copy()
    copied.update(events.SlotSet("topic", "bill"))
    copied.update(events.ActionExecutionRejected("form"))
    copied.update(events.ConversationPaused())
    assert tracker.current_state(EventVerbosity.ALL) == before != copied.current_state(EventVerbosity.ALL)
    assert (tracker.active_loop.rejected, copied.active_loop.rejected) == (False, True)


def test_rasa_copies_deeply_in_its_processor_only_for_its_debug_log(quick: None) -> None:
    """Each use is an argument of a debug line: where another comes, it has to be a real copy again."""
    source = ast.parse(Path(processor.__file__).read_text("utf-8"))
    calls = [node for node in ast.walk(source) if isinstance(node, ast.Call)]
    logged = [call for call in calls if ast.unparse(call.func) == "structlogger.debug"]
    within = [each for call in logged for each in ast.walk(call) if isinstance(each, ast.Name)]
    used = [node for node in ast.walk(source) if isinstance(node, ast.Name) and node.id == "copy"]
    assert used and {id(node) for node in used} <= {id(node) for node in within}
    event = events.SlotSet("topic", "bill")
    assert processor.copy.deepcopy(event) is event


def test_it_fits_this_rasa_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rasa, "__version__", "3.6.22")
    with pytest.raises(rasa_version.WrongRasa, match=r"3\.6\.22"):
        quick_turns.install()


def _rasas_run(made: DaskGraphRunner, inputs: dict[str, Any], targets: list[str]) -> dict[str, Any]:
    """The same by the way Rasa takes: dask."""
    import dask

    graph = made._build_dask_graph(made._graph_schema.minimal_graph_schema(targets))
    made._add_inputs_to_graph(inputs, graph)
    return dict(dask.get(graph, targets))

"""The quick prediction is Rasa's own wherever it is made."""

from __future__ import annotations

import json
import random
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import rasa
import yaml
from rasa.core.policies.rule_policy import (
    RULES,
    RULES_FOR_LOOP_UNHAPPY_PATH,
    RULES_NOT_IN_STORIES,
    RulePolicy,
)
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core import events
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker

from channels import quick_rules, rasa_version

INTENTS = ("bill", "limit", "restart")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Rasa says of every domain with slots what was new in 3.0
    DOMAIN = Domain.from_dict(
        {
            "version": "3.1",
            "intents": [*INTENTS, "unruled"],
            "actions": ["form", *(f"action_{name}" for name in INTENTS)],
            "entities": ["amount"],
            "slots": {"topic": {"type": "any", "mappings": [{"type": "custom"}]}},
        }
    )


def rules_of(intent: str) -> dict[str, str]:
    """What Rasa learns from a rule of an intent and its action."""
    asked = {"prev_action": {"action_name": "action_listen"}, "user": {"intent": intent}}
    done = {"prev_action": {"action_name": f"action_{intent}"}, "user": {"intent": intent}}
    return {json.dumps([asked]): f"action_{intent}", json.dumps([asked, done]): "action_listen"}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(RulePolicy, "_predict", RulePolicy._predict)
    quick_rules.install()
    yield


@pytest.fixture
def policy(tmp_path: Path) -> RulePolicy:
    made = RulePolicy(
        {**RulePolicy.get_default_config(), "enable_fallback_prediction": False},
        LocalModelStorage.create(tmp_path),
        Resource("rules"),
        ExecutionContext(GraphSchema({})),
    )
    made.lookup = {RULES: {key: action for name in INTENTS for key, action in rules_of(name).items()}}
    made.lookup |= {RULES_NOT_IN_STORIES: list(made.lookup[RULES])[:3], RULES_FOR_LOOP_UNHAPPY_PATH: {}}
    return made


def said(intent: str | None, text: str = "字") -> events.UserUttered:
    return events.UserUttered(text, {"name": intent, "confidence": 1.0}, [{"entity": "amount", "value": "1"}])


KINDS: list[Callable[[random.Random], Event]] = [
    lambda draw: said(draw.choice([*INTENTS, "unruled", None]), draw.choice(["字", "字", ""])),
    lambda draw: said(draw.choice(INTENTS)),
    lambda draw: events.ActionExecuted("action_listen"),
    lambda draw: events.ActionExecuted("action_listen"),
    lambda draw: events.ActionExecuted(f"action_{draw.choice(INTENTS)}"),
    lambda draw: events.ActionExecuted(action_text="字"),
    lambda draw: events.BotUttered("字"),
    lambda draw: events.SlotSet("topic", "bill"),
    lambda draw: events.DefinePrevUserUtteredFeaturization(draw.random() < 0.2),
    lambda draw: draw.choice([events.SessionStarted(), events.Restarted(), events.UserUtteranceReverted()]),
    lambda draw: draw.choice([events.ActionReverted(), events.ActiveLoop("form"), events.ActiveLoop(None)]),
]


def conversation(happened: list[Event]) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("c", happened, DOMAIN.slots)


def told(predicted: Any) -> Any:
    prediction, rule = predicted
    return prediction, prediction.events, prediction.hide_rule_turn, prediction.policy_name, rule


def test_whatever_happened_the_prediction_is_rasas(quick: None, policy: RulePolicy) -> None:
    """5,000 conversations of random events, many of which no assistant has."""
    draw = random.Random(1)
    quickly = 0
    for _ in range(5_000):
        happened = [draw.choice(KINDS)(draw) for _ in range(draw.randrange(1, 9))]
        if draw.random() < 0.5:  # most end as real ones do
            intent = draw.choice(INTENTS)
            happened += [events.ActionExecuted("action_listen"), said(intent)]
            happened += draw.choice(
                [[], [events.ActionExecuted(f"action_{intent}"), events.BotUttered("字")]]
            )
        tracker = conversation(happened)
        quickly += quick_rules.last_step(tracker) is not None
        found = policy._predict(tracker, DOMAIN)
        assert told(found) == told(RulePolicy._predict.original(policy, tracker, DOMAIN)), happened
    assert 2_000 < quickly < 4_500


def test_a_turn_asks_for_no_replay(quick: None, policy: RulePolicy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RulePolicy, "_prediction_states", lambda *_, **__: pytest.fail("replayed"))
    happened: list[Event] = [events.ActionExecuted("action_listen"), said("bill")]
    assert policy._predict(conversation(happened), DOMAIN)[1] == next(iter(rules_of("bill")))
    happened += [events.DefinePrevUserUtteredFeaturization(False), events.ActionExecuted("action_bill")]
    prediction, _ = policy._predict(conversation(happened), DOMAIN)
    assert DOMAIN.action_names_or_texts[prediction.max_confidence_index] == "action_listen"


@pytest.mark.parametrize(
    "other",
    [
        [
            {
                "prev_action": {"action_name": "action_listen"},
                "user": {"intent": "bill", "entities": ["amount"]},
            }
        ],
        [
            {
                "prev_action": {"action_name": "action_listen"},
                "user": {"intent": "bill"},
                "slots": {"topic": [1.0]},
            }
        ],
        [{"prev_action": {"action_name": "action_listen"}, "user": {"text": "字"}}],
        [{"prev_action": {"action_name": "action_bill"}, "user": {"intent": "bill"}}],
        [{}, {"prev_action": {"action_name": "action_listen"}, "user": {"intent": "bill"}}],
    ],
)
def test_one_rule_of_another_kind_leaves_everything_to_rasa(
    quick: None, policy: RulePolicy, other: list[Any]
) -> None:
    assert quick_rules._answers(policy)
    policy.lookup[RULES] = {**policy.lookup[RULES], json.dumps(other): "action_limit"}
    assert not quick_rules._answers(policy)
    tracker = conversation([events.ActionExecuted("action_listen"), said("bill")])
    assert told(policy._predict(tracker, DOMAIN)) == told(
        RulePolicy._predict.original(policy, tracker, DOMAIN)
    )


def test_the_rules_of_the_project_are_all_of_this_kind() -> None:
    """Else its turns are as slow as Rasa's: the one that is different is to be found, or this file to go."""
    files = sorted((Path(__file__).resolve().parents[2] / "data" / "rules").glob("*.yml"))
    rules = [rule for file in files for rule in yaml.safe_load(file.read_text("utf-8"))["rules"]]
    assert len(rules) > 40
    for rule in rules:
        assert [[*step] for step in rule["steps"]] == [["intent"], ["action"]], rule["rule"]


def test_it_fits_this_rasa_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rasa, "__version__", "3.6.22")
    with pytest.raises(rasa_version.WrongRasa, match=r"3\.6\.22"):
        quick_rules.install()

"""The next action where every rule is one question and its one answer: told by the last step alone.

For each of the two predictions of a turn `RulePolicy` of Rasa 3.6.21 replays the whole conversation twice,
copies it for a debug line that nobody reads, and compares it with every rule. Where all rules say "this
intent, this action, then listen", as ours do, the intent and the action since then decide. Whatever is out of
the ordinary (a loop, a default action, an event that takes something back, a rule of another kind) is
predicted as ever.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import DEFAULT_ACTION_MAPPINGS, RULES, RulePolicy
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from channels import rasa_version

_Step = tuple[str, str]  # the intent, and the action executed since: empty for none
_Answers = Mapping[_Step, tuple[str, str]]  # the next action, and the rule that says so
_Predicted = tuple[PolicyPrediction, Any]  # and the rule, or what it was looked up by
_IN_BETWEEN = (BotUttered, SlotSet)


def install() -> None:
    """Changes `RulePolicy` for this process; again, it changes nothing.

    Raises:
        WrongRasa: Rasa is not 3.6.21.
    """
    rasa_version.require(__name__)
    found: Any = RulePolicy._predict
    original: Callable[..., _Predicted] = getattr(found, "original", found)

    def predict(self: RulePolicy, tracker: DialogueStateTracker, domain: Domain) -> _Predicted:
        answer = None if domain.form_names else _answers(self).get(last_step(tracker) or ("", ""))
        if answer is None:
            return original(self, tracker, domain)
        action, rule = answer
        return self._rule_prediction(self._prediction_result(action, tracker, domain), rule), rule

    predict.original = original  # type: ignore[attr-defined]
    RulePolicy._predict = predict


def last_step(tracker: DialogueStateTracker) -> _Step | None:
    """What was asked last, and the one action executed since; None where more or something else happened."""
    if tracker.active_loop is not None:
        return None
    asked: UserUttered | None = None
    action = ""
    for event in reversed(tracker.events):
        if isinstance(event, _IN_BETWEEN):
            continue
        if isinstance(event, DefinePrevUserUtteredFeaturization):
            if event.use_text_for_featurization:
                return None
        elif isinstance(event, UserUttered) and asked is None:
            asked = event
        elif isinstance(event, ActionExecuted) and asked is not None:
            listened = event.action_name == ACTION_LISTEN_NAME
            return (str(asked.intent_name or ""), action) if listened else None
        elif isinstance(event, ActionExecuted) and not action and event.action_name:
            action = event.action_name
        else:
            return None
    return None


def _answers(policy: RulePolicy) -> _Answers:
    """Of all the policy's rules; none when one of them is of another kind."""
    rules = policy.lookup[RULES]
    kept: tuple[Any, _Answers] | None = vars(policy).get("quick_answers")
    if kept is None or kept[0] is not rules:
        kept = rules, _read(rules)
        vars(policy)["quick_answers"] = kept
    return kept[1]


def _read(rules: Mapping[str, str]) -> _Answers:
    answers: dict[_Step, tuple[str, str]] = {}
    for rule, action in rules.items():
        states = json.loads(rule)
        intent = states[0].get("user", {}).get("intent", "")
        done = states[-1].get("prev_action", {}).get("action_name", "") if len(states) == 2 else ""
        after = [_state(intent, done)] if done else []
        if not intent or states != [_state(intent, ACTION_LISTEN_NAME), *after] or action is None:
            return {}
        if intent not in DEFAULT_ACTION_MAPPINGS:
            answers[intent, done] = (action, rule)
    return answers


def _state(intent: str, action: str) -> dict[str, dict[str, str]]:
    return {"prev_action": {"action_name": action}, "user": {"intent": intent}}

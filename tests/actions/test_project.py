"""Intents, rules, answers and words fit together, whatever topic is added."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions import registry, words
from tests.actions.chat import ROOT, responses

DOMAIN: dict[str, Any] = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
INTENTS: list[str] = DOMAIN["intents"]
MAX_CHARS = 200


def source() -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "actions").glob("*.py")))


def test_every_intent_has_one_rule_one_answer_and_one_action() -> None:
    steps = [
        tuple(step[kind] for step in rule["steps"] for kind in step)
        for path in sorted((ROOT / "data" / "rules").glob("*.yml"))
        for rule in yaml.safe_load(path.read_text("utf-8"))["rules"]
    ]
    assert sorted(steps) == sorted((intent, f"action_{intent}") for intent in INTENTS)
    assert sorted(registry.replies()) == sorted(INTENTS)
    assert sorted(DOMAIN["actions"]) == sorted(f"action_{intent}" for intent in INTENTS)


@pytest.mark.parametrize("name", sorted(responses()))
def test_a_response_is_short_polite_and_leads_to_known_intents(name: str) -> None:
    response = responses()[name]
    text = response["text"]
    assert "\n\n" not in text and len(re.sub(r"\{\w+\}", "", text)) <= MAX_CHARS
    assert "退还" not in text.replace("待退还款项", "")
    for button in response.get("buttons", []):
        assert button["payload"].startswith("/") and button["payload"][1:] in INTENTS


def test_every_response_is_used_and_every_used_one_exists() -> None:
    said_by_channel = (ROOT / "channels" / "words.py").read_text("utf-8")
    used = set(re.findall(r"\butter_\w+", source() + said_by_channel)) - {"utter_message"}
    families = tuple(prefix for prefix in used if prefix.endswith("_"))
    exact = used - set(families)
    quoted = {f"{name}_close" for name in exact if name.startswith("utter_quote")}
    for name in responses():
        assert name in exact | quoted or name.startswith(families), f"nothing says {name}"
    for name in exact:
        assert name in responses(), f"{name} has no words"


def test_questions_offered_for_clarity_are_intents() -> None:
    assert set(words.QUESTION_TITLES) <= set(INTENTS)


def test_no_file_of_the_service_grows_past_its_size() -> None:
    for path in Path(ROOT / "actions").glob("*.py"):
        assert len(path.read_text("utf-8").splitlines()) <= 300, path.name

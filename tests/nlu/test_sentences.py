"""The training sentences: who may have which, and none twice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from rasa.shared.utils.io import read_yaml_file

from nlu.text import normalise

ROOT = Path(__file__).parents[2]
WITHOUT_SENTENCES = {  # decisions and the system's own: only a signed button or a connector brings them
    "confirm_settle",
    "confirm_close",
    "offer_settle",
    "offer_settle_close",
    "offer_close",
    "steps_close",
    "decline",
    "apply_unfreeze",
    "resume_bot",
    "login",
    "menu",
    "notice",
    "register_hardship",
    "unlink",
    "end_link",
}
LEAST = 60
SMALL_TALK = {"greet", "goodbye", "thanks", "affirm", "deny", "bot_challenge"}


def yaml_of(file: Path) -> Any:
    """A YAML file's content."""
    return read_yaml_file(str(file))


def intents_of_the_domain() -> set[str]:
    """The names of the intents that domain.yml lists."""
    listed = yaml_of(ROOT / "domain.yml")["intents"]
    return {next(iter(entry)) if isinstance(entry, dict) else entry for entry in listed}


def test_no_sentence_is_there_twice(sentences: list[tuple[str, str]]) -> None:
    counts = Counter(text for text, _ in sentences)
    assert [text for text, count in counts.items() if count > 1] == []


def test_no_sentence_teaches_two_intents(sentences: list[tuple[str, str]]) -> None:
    intents: dict[str, set[str]] = {}
    for text, intent in sentences:
        intents.setdefault(normalise(text), set()).add(intent)
    assert {text: names for text, names in intents.items() if len(names) > 1} == {}


def test_every_intent_of_a_customer_has_enough_sentences(sentences: list[tuple[str, str]]) -> None:
    counts = Counter(intent for _, intent in sentences)
    expected = intents_of_the_domain() - WITHOUT_SENTENCES - {"nlu_fallback"}
    assert {intent: counts[intent] for intent in expected if counts[intent] < LEAST} == {}


def test_decisions_and_system_intents_cannot_be_typed(sentences: list[tuple[str, str]]) -> None:
    assert {intent for _, intent in sentences} & (WITHOUT_SENTENCES | {"nlu_fallback"}) == set()


def test_the_domain_knows_every_intent(sentences: list[tuple[str, str]]) -> None:
    assert {intent for _, intent in sentences} <= intents_of_the_domain()

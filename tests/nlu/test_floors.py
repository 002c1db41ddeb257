"""How often the assistant understands: what floors.yml asks, of questions.tsv and of the training sentences.

In scope is what accepts any intent but `out_of_scope`. A question about another product is an `out_of_scope`
one that names one of floors.yml's `other_products`: a list apart from the model's own, which is judged here.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import read_yaml_file

from nlu.classifier import NgramClassifier
from nlu.normaliser import Normaliser
from nlu.other_product import OtherProduct
from nlu.report import Question, Understood, right_in_two, summary
from nlu.text import normalise
from tests.nlu.conftest import QUESTIONS

FLOORS: dict[str, Any] = read_yaml_file(str(Path(__file__).parent / "floors.yml"))
ASKED, HELD_OUT = FLOORS["questions"], FLOORS["cross_validation"]
OUT_OF_SCOPE = frozenset({"out_of_scope"})
FOLDS = 3
LEAST_QUESTIONS = 15
LEAST_ABOUT_OTHER_PRODUCTS = 100


def in_scope(understood: list[Understood]) -> tuple[list[Question], list[Understood]]:
    """The questions that are 月付's to answer, and what was made of them."""
    kept = [pair for pair in zip(QUESTIONS, understood, strict=True) if pair[0].accepted != OUT_OF_SCOPE]
    return [question for question, _ in kept], [row for _, row in kept]


def names_another(question: Question) -> bool:
    """Whether the question is about another product."""
    return question.accepted == OUT_OF_SCOPE and any(
        name in question.text for name in FLOORS["other_products"]
    )


def below(measured: dict[str, float], floors: dict[str, float]) -> dict[str, float]:
    """What fell below its floor, or has none."""
    return {name: value for name, value in measured.items() if value < floors.get(name, 1.01)}


def recalls(report: dict[str, Any]) -> dict[str, float]:
    """The recall of each intent of a `summary`."""
    return {intent: row["accuracy"] for intent, row in report["intents"].items()}


def test_every_intent_is_asked_for_often_enough() -> None:
    asked = Counter(label for question in QUESTIONS for label in question.accepted)
    assert set(asked) == set(ASKED["recall"]) == set(HELD_OUT["recall"])
    assert len(asked) == 37 and min(asked.values()) >= LEAST_QUESTIONS
    assert sum(map(names_another, QUESTIONS)) >= LEAST_ABOUT_OTHER_PRODUCTS


def test_no_question_is_asked_twice_or_taught(sentences: list[tuple[str, str]]) -> None:
    taught = {normalise(text) for text, _ in sentences}
    asked = Counter(normalise(question.text) for question in QUESTIONS)
    assert [text for text, count in asked.items() if count > 1 or text in taught] == []


def test_each_intent_is_understood(understood: list[Understood]) -> None:
    assert below(recalls(summary(QUESTIONS, understood)), ASKED["recall"]) == {}


def test_an_answer_about_money_is_what_was_asked(understood: list[Understood]) -> None:
    pairs = list(zip(QUESTIONS, understood, strict=True))
    answered = {
        intent: [intent in question.accepted for question, row in pairs if row.predicted == intent]
        for intent in ASKED["precision"]
    }
    assert (
        below({name: sum(right) / len(right) for name, right in answered.items()}, ASKED["precision"]) == {}
    )


def test_what_is_in_scope_is_understood_at_first_or_second(understood: list[Understood]) -> None:
    questions, rows = in_scope(understood)
    report = summary(questions, rows)
    assert report["overall"]["accuracy"] >= ASKED["first"]
    assert right_in_two(questions, rows) >= ASKED["first_or_second"]
    assert report["ece"] <= ASKED["calibration_error_at_most"]


def test_other_products_are_not_answered_as_ours(understood: list[Understood]) -> None:
    about = [row for question, row in zip(QUESTIONS, understood, strict=True) if names_another(question)]
    ours = [row for row in about if row.predicted not in ("out_of_scope", "nlu_fallback")]
    assert len(ours) <= len(about) * ASKED["other_products_as_ours_at_most"]
    assert [row for row in about if row.enters] == []


def test_who_did_not_ask_for_it_is_offered_no_decision(understood: list[Understood]) -> None:
    wrong = summary(QUESTIONS, understood)["enters_wrong"]
    assert wrong <= len(QUESTIONS) * ASKED["entered_wrongly_at_most"]


@pytest.mark.slow
def test_sentences_held_out_are_understood(sentences: list[tuple[str, str]], tmp_path: Path) -> None:
    questions = [Question(text, frozenset({intent})) for text, intent in sentences]
    rows = cross_validated(sentences, tmp_path)
    report = summary(questions, rows)
    assert below(recalls(report), HELD_OUT["recall"]) == {}
    assert report["overall"]["accuracy"] >= HELD_OUT["first"]
    assert right_in_two(questions, rows) >= HELD_OUT["first_or_second"]


def cross_validated(sentences: list[tuple[str, str]], folder: Path) -> list[Understood]:
    """What a classifier that was taught the other folds makes of each sentence."""
    from sklearn.model_selection import StratifiedKFold

    messages = [Message(data={"text": text, "intent": intent}) for text, intent in sentences]
    Normaliser().process(messages)
    rows: dict[int, Understood] = {}
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    for fold, (taught, kept) in enumerate(folds.split(messages, [intent for _, intent in sentences])):
        (place := folder / str(fold)).mkdir()
        storage = LocalModelStorage.create(place)
        context = ExecutionContext(GraphSchema({}), "test")
        settings = NgramClassifier.get_default_config()
        classifier = NgramClassifier.create(settings, storage, Resource("classifier"), context)
        classifier.train(TrainingData([messages[i] for i in taught]))
        asked = [Message(data={**messages[i].data, "intent": None}) for i in kept]
        OtherProduct(OtherProduct.get_default_config()).process(classifier.process(asked))
        for i, message in zip(kept, asked, strict=True):
            first, *others = message.get("intent_ranking")
            second = others[0]["name"] if others else ""  # emoji alone have no second
            rows[int(i)] = Understood(first["name"], first["confidence"], second, "")
    return [rows[i] for i in range(len(messages))]

"""Where the parts are read from, and what a changed word trains again."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message

from nlu.importer import TopicImporter

if TYPE_CHECKING:
    from rasa.model_training import TrainingResult

CONFIG = """
recipe: default.v1
language: zh
assistant_id: test
importers:
  - name: nlu.importer.TopicImporter
pipeline:
  - name: nlu.normaliser.Normaliser
  - name: nlu.classifier.NgramClassifier
policies:
  - name: RulePolicy
    enable_fallback_prediction: false
"""
DOMAIN = """
version: "3.1"
intents: [how_to_close, prepay_all]
responses:
  utter_other: [{text: 其他}]
"""
NLU = """
version: "3.1"
nlu:
- intent: how_to_close
  examples: |
    - 怎么关闭月付
    - 注销月付
- intent: prepay_all
  examples: |
    - 提前还清月付
    - 一次还完
"""
RULES = """
version: "3.1"
rules:
- rule: close
  steps:
  - intent: how_to_close
  - action: utter_close
"""
RESPONSES = """
version: "3.1"
responses:
  utter_close: [{text: WORDS}]
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one topic, its own cache, and itself as working directory."""
    files = {
        "config.yml": CONFIG,
        "domain.yml": DOMAIN,
        "data/nlu/close.yml": NLU,
        "data/rules/close.yml": RULES,
    }
    for name, text in files.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    say(tmp_path, "可以关闭")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RASA_CACHE_DIRECTORY", str(tmp_path / "cache"))
    monkeypatch.setenv("RASA_TELEMETRY_ENABLED", "false")
    return tmp_path


def say(project: Path, words: str) -> None:
    """Writes the response of the topic."""
    file = project / "data" / "responses" / "close.yml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(RESPONSES.replace("WORDS", words), encoding="utf-8")


def importer(project: Path) -> TopicImporter:
    """As Rasa makes it."""
    return TopicImporter(str(project / "config.yml"), str(project / "domain.yml"), [str(project / "data")])


def test_responses_are_part_of_the_domain_beside_its_own(project: Path) -> None:
    responses = importer(project).get_domain().responses
    assert responses["utter_close"] == [{"text": "可以关闭"}]
    assert responses["utter_other"] == [{"text": "其他"}]


def test_responses_are_not_read_as_training_data_too(project: Path) -> None:
    training_data = importer(project).get_nlu_data("zh")
    assert training_data.responses == {}
    assert sorted(training_data.intents) == ["how_to_close", "prepay_all"]


def test_sentences_are_read_once(project: Path) -> None:
    reading = importer(project)
    assert reading.get_nlu_data("zh") is reading.get_nlu_data("zh")


def test_a_copied_sentence_shares_nothing_that_can_change(project: Path) -> None:
    importer(project)
    entity = {"entity": "month", "start": 0, "end": 2, "value": "六月"}
    features = Features(np.zeros((1, 2)), "sentence", "text", "test")
    sentence = Message({"text": "六月的账单", "entities": [entity]}, features=[features])
    copied = copy.deepcopy([sentence])[0]
    assert copied == sentence
    assert vars(copied).keys() == vars(sentence).keys()
    copied.set("text", "七月的账单", add_to_output=True)
    copied.get("entities")[0]["value"] = "七月"
    copied.features[0].features[0, 0] = 1.0
    copied.output_properties.add("other")
    assert sentence.data == {"text": "六月的账单", "entities": [{**entity, "value": "六月"}]}
    assert sentence.features[0].features[0, 0] == 0.0
    assert sentence.output_properties == {"text"}


def test_rules_know_the_responses(project: Path) -> None:
    steps = importer(project).get_stories().story_steps
    assert [event.action_name for event in steps[0].events if hasattr(event, "action_name")][
        -1
    ] == "utter_close"


def test_without_a_domain_file_there_is_no_domain(project: Path) -> None:
    alone = TopicImporter(str(project / "config.yml"), None, [str(project / "data")])
    assert alone.get_domain().is_empty()


def train() -> TrainingResult:
    """Trains the project of the working directory."""
    from rasa import model_training

    return model_training.train("domain.yml", "config.yml", ["data"], output="models", fixed_model_name="m")


def would_train() -> set[str]:
    """The components that are not in the cache as they would have to be."""
    from rasa import model_training

    result = model_training.train("domain.yml", "config.yml", ["data"], output="models", dry_run=True)
    statuses = result.dry_run_results or {}
    return {
        name.partition("_")[2] for name, status in statuses.items() if not getattr(status, "is_hit", True)
    }


@pytest.mark.slow
def test_a_changed_word_takes_the_classifier_from_the_cache(project: Path) -> None:
    train()
    assert would_train() == set()
    say(project, "现在就可以关闭")
    assert would_train() == set()
    sentences = project / "data/nlu/close.yml"
    sentences.write_text(NLU.replace("注销月付", "注销抖音月付"), encoding="utf-8")
    assert any("NgramClassifier" in name for name in would_train())


@pytest.mark.slow
def test_a_changed_word_is_in_the_next_model(project: Path) -> None:
    from rasa.core.agent import Agent

    train()
    say(project, "现在就可以关闭")
    domain = Agent.load(str(train().model)).domain
    assert domain is not None
    assert domain.responses["utter_close"] == [{"text": "现在就可以关闭"}]

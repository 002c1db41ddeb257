"""Latin letters and other scripts: known words are understood, a guess at the rest is not acted on."""

from __future__ import annotations

import json
import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.fingerprint import source_of
from nlu.normaliser import NORMALISED
from nlu.text import normalise

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[^\W\d_]+")
_FILE = "words.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class OtherScript(GraphComponent, IntentClassifier):
    """Takes a message without a Chinese character for its intent only if it knows its words from there.

    The classifier reads pairs of characters, of which Latin letters have few: whatever is written in them
    resembles some greeting. So each word must occur in a sentence of that intent; `nlu_fallback` otherwise.
    """

    def __init__(self, model_storage: ModelStorage, resource: Resource, words: dict[str, list[str]]) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._words = words

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> OtherScript:
        """Creates an untrained component, which knows no word."""
        return cls(model_storage, resource, {})

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> OtherScript:
        """Loads what `train` stored.

        Raises:
            ValueError: nothing was stored.
        """
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, json.loads((folder / _FILE).read_text(encoding="utf-8")))

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """A change in how a message is read asks for a new training."""
        return source_of("text")

    def train(self, training_data: TrainingData) -> Resource:
        """Keeps the words of each intent's sentences that have no Chinese character."""
        found: dict[str, set[str]] = {}
        for example in training_data.intent_examples:
            text = example.get(NORMALISED) or normalise(example.get("text"))
            if not _CHINESE.search(text):
                found.setdefault(example.get(INTENT), set()).update(_WORD.findall(text))
        self._words = {intent: sorted(words) for intent, words in sorted(found.items()) if words}
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _FILE).write_text(json.dumps(self._words, ensure_ascii=False), encoding="utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Looks at each message."""
        for message in messages:
            text = message.get(NORMALISED) or ""
            words = [] if _CHINESE.search(text) else _WORD.findall(text)
            if words and not set(words) <= set(self._words.get(message.get(INTENT)[INTENT_NAME_KEY], [])):
                self._doubt(message)
        return messages

    @staticmethod
    def _doubt(message: Message) -> None:
        fallback = {INTENT_NAME_KEY: DEFAULT_NLU_FALLBACK_INTENT_NAME, PREDICTED_CONFIDENCE_KEY: 1.0}
        ranking = [
            each
            for each in message.get(INTENT_RANKING_KEY)
            if each[INTENT_NAME_KEY] != DEFAULT_NLU_FALLBACK_INTENT_NAME
        ]
        message.set(INTENT, fallback, add_to_output=True)
        message.set(INTENT_RANKING_KEY, [dict(fallback), *ranking], add_to_output=True)

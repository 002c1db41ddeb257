"""Latin letters and other scripts: known words are understood, a guess at the rest is not acted on."""

from __future__ import annotations

import json
import re
from collections import Counter
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
_EVERYWHERE = 5  # intents whose sentences hold a word that belongs to none of them: how, my, zenme


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class OtherScript(GraphComponent, IntentClassifier):
    """Takes a message without a Chinese character for the likeliest intent that knows all of its words.

    The classifier reads pairs of characters, of which Latin letters have few: whatever is written in them
    resembles some greeting. So each word must occur in a sentence of the intent, or in those of many, and one
    of them in few: `nlu_fallback` otherwise.
    """

    def __init__(self, model_storage: ModelStorage, resource: Resource, words: dict[str, list[str]]) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._words = {intent: set(known) for intent, known in words.items()}
        held = Counter(word for known in self._words.values() for word in known)
        self._everywhere = {word for word, intents in held.items() if intents >= _EVERYWHERE}

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
        words = {intent: sorted(known) for intent, known in sorted(found.items()) if known}
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _FILE).write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Looks at each message."""
        for message in messages:
            text = message.get(NORMALISED) or ""
            words = set() if _CHINESE.search(text) else set(_WORD.findall(text))
            if words:
                ranked = (entry[INTENT_NAME_KEY] for entry in message.get(INTENT_RANKING_KEY))
                known = (intent for intent in ranked if self._knows(intent, words))
                self._put_first(message, next(known, DEFAULT_NLU_FALLBACK_INTENT_NAME))
        return messages

    def _knows(self, intent: str, words: set[str]) -> bool:
        """Whether all words are the intent's or everybody's, and not everybody's alone."""
        return words <= self._words.get(intent, set()) | self._everywhere and not words <= self._everywhere

    @staticmethod
    def _put_first(message: Message, intent: str) -> None:
        ranking = message.get(INTENT_RANKING_KEY)
        if ranking[0][INTENT_NAME_KEY] == intent:
            return
        sure = intent == DEFAULT_NLU_FALLBACK_INTENT_NAME
        confidence = 1.0 if sure else ranking[0][PREDICTED_CONFIDENCE_KEY]
        first = {INTENT_NAME_KEY: intent, PREDICTED_CONFIDENCE_KEY: confidence}
        unlike = (intent, DEFAULT_NLU_FALLBACK_INTENT_NAME)
        others = [entry for entry in ranking if entry[INTENT_NAME_KEY] not in unlike]
        message.set(INTENT, dict(first), add_to_output=True)
        message.set(INTENT_RANKING_KEY, [first, *others], add_to_output=True)

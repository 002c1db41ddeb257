"""The intent of a message by its character n-grams."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.clauses import questions
from nlu.fingerprint import source_of
from nlu.ngrams import NgramModel
from nlu.normaliser import NORMALISED
from nlu.places import sign_of_place
from nlu.products import with_others_alike
from nlu.ranking import put_first
from nlu.text import content, normalise, whole

OUT_OF_SCOPE = "out_of_scope"
# Never a question of its own.
NO_QUESTION = frozenset({"greet", "goodbye", "thanks", "affirm", "deny", "bot_challenge", OUT_OF_SCOPE})
FIRST_IS_MEANT = 0.75  # how often, of held-out sentences where a later question's intent had won
CLAUSES = "clauses"  # the best intent of each question of a message that asks several


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class NgramClassifier(GraphComponent, IntentClassifier):
    """TF-IDF of character n-grams and a support-vector classifier for each intent against the rest.

    It reads what carries the question, and beside it all of the message with particles and the place where
    the product is named: the former knows 关了 and 关 for one wish, the latter tells 怎么关 from 怎么关了.

    Settings: `ngram_max` (characters), `min_count` (sentences an n-gram must occur in),
    `inverse_regularisation` (scikit-learn's C), `sharpness` (what a score is worth as a confidence: the value
    at which held-out sentences are right as often as it says), `odds` (what an intent's odds are multiplied
    by, 1 where it is not named: customers ask some things more rarely than the sentences teach them),
    `sure_clause` (the least confidence of a question in a message of several to be answered by itself),
    `ranking_length` (intents in the answer).
    """

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: NgramModel | None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The settings and their defaults."""
        return {
            "ngram_max": 2,
            "min_count": 2,
            "inverse_regularisation": 1.0,
            "sharpness": 6.0,
            "odds": {},
            "sure_clause": 0.95,
            "ranking_length": 10,
        }

    @staticmethod
    def required_packages() -> list[str]:
        """What must be installed; its version is part of the training's fingerprint."""
        return ["sklearn"]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """A change in how features are made asks for a new training."""
        return source_of("text", "ngrams", "products", "places")

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> NgramClassifier:
        """Creates an untrained classifier."""
        return cls(config, model_storage, resource, None)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> NgramClassifier:
        """Loads what `train` stored.

        Raises:
            ValueError: nothing was stored.
        """
        with model_storage.read_from(resource) as folder:
            description = json.loads((folder / "model.json").read_text(encoding="utf-8"))
            with np.load(folder / "weights.npz", allow_pickle=False) as parts:
                model = NgramModel.from_parts(description, parts["idf"], parts["weights"], parts["bias"])
        return cls(config, model_storage, resource, model)

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from the sentences of all intents and stores the result."""
        examples = [example for example in training_data.intent_examples if example.get(INTENT)]
        self._model = NgramModel.fit(
            [views(example.get(NORMALISED) or normalise(example.get("text"))) for example in examples],
            [example.get(INTENT) for example in examples],
            ngram_max=self._config["ngram_max"],
            min_count=self._config["min_count"],
            inverse_regularisation=self._config["inverse_regularisation"],
        )
        self._store(self._model)
        return self._resource

    def _store(self, model: NgramModel) -> None:
        with self._model_storage.write_to(self._resource) as folder:
            description = json.dumps(model.description(), ensure_ascii=False)
            (folder / "model.json").write_text(description, encoding="utf-8")
            np.savez(folder / "weights.npz", idf=model.idf, weights=model.weights, bias=model.bias)

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets `intent` and `intent_ranking` (best first, confidences are probabilities), and `clauses`."""
        for message in messages:
            text = message.get(NORMALISED) or ""
            clauses = [self._rank(clause)[0] for clause in questions(text)]
            ranking = self._first_asked(self._rank(text), clauses)
            message.set(CLAUSES, clauses)
            message.set(INTENT, dict(ranking[0]), add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def _first_asked(
        self, ranking: list[dict[str, Any]], clauses: list[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """The ranking, with the first question's intent at its head where a later one's had won.

        Of two questions the first is answered and the second offered; read as one they are a mixture, in
        which the rarer words win. Both must be plain by themselves: a clause may only tell what happened.
        """
        sure = [each for each in clauses if each[PREDICTED_CONFIDENCE_KEY] >= self._config["sure_clause"]]
        later = {each[INTENT_NAME_KEY] for each in sure if each is not clauses[0]}
        if not sure or sure[0] is not clauses[0] or ranking[0][INTENT_NAME_KEY] not in later:
            return ranking
        first = clauses[0][INTENT_NAME_KEY]
        return ranking if first in NO_QUESTION else put_first(ranking, first, FIRST_IS_MEANT)

    def _rank(self, normalised: str) -> list[dict[str, Any]]:
        if self._model is None:
            raise RuntimeError("The intent classifier has not been trained.")
        if not normalised:  # emoji or punctuation alone: no question that can be understood
            return [{INTENT_NAME_KEY: OUT_OF_SCOPE, PREDICTED_CONFIDENCE_KEY: 1.0}]
        odds = np.array([self._config["odds"].get(label, 1.0) for label in self._model.labels])
        probabilities = odds * self._model.probabilities(views(normalised), self._config["sharpness"])
        probabilities /= probabilities.sum()
        order = np.argsort(-probabilities, kind="stable")[: self._config["ranking_length"]]
        return [
            {INTENT_NAME_KEY: self._model.labels[i], PREDICTED_CONFIDENCE_KEY: float(probabilities[i])}
            for i in order
        ]


def views(normalised: str) -> tuple[str, str]:
    """What the model reads of a message: what carries the question, and all of it."""
    alike = with_others_alike(normalised)
    return sign_of_place(alike) + content(alike), whole(alike)

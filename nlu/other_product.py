"""A message about another product is out of scope, whatever it asks: closing 放心借 must never close 月付."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY
from rasa.shared.nlu.training_data.message import Message

from nlu.fingerprint import source_of
from nlu.normaliser import NORMALISED
from nlu.products import is_about_other_product
from nlu.ranking import put_first

OUT_OF_SCOPE = "out_of_scope"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class OtherProduct(GraphComponent, IntentClassifier):
    """Puts `out_of_scope` first where another product is named and 月付 is not.

    Setting: `confidence` of `out_of_scope` then.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        self._confidence: float = config["confidence"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The settings and their defaults."""
        return {"confidence": 0.95}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> OtherProduct:
        """Creates the component."""
        return cls(config)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The list of products is part of the component."""
        return source_of("products", "ranking")

    def process(self, messages: list[Message]) -> list[Message]:
        """Looks at each message."""
        for message in messages:
            text = message.get(NORMALISED) or ""
            if is_about_other_product(text):
                put_out_of_scope(message, self._confidence)
        return messages


def put_out_of_scope(message: Message, confidence: float) -> None:
    """Ranks `out_of_scope` first; the other intents keep their order and share what `confidence` leaves."""
    ranking = message.get(INTENT_RANKING_KEY)
    if ranking[0][INTENT_NAME_KEY] == OUT_OF_SCOPE and ranking[0][PREDICTED_CONFIDENCE_KEY] >= confidence:
        return
    changed = put_first(ranking, OUT_OF_SCOPE, confidence)
    message.set(INTENT, dict(changed[0]), add_to_output=True)
    message.set(INTENT_RANKING_KEY, changed, add_to_output=True)

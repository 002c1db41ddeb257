"""Whether a message may open a decision about money at once."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    INTENT,
    INTENT_NAME_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

from nlu.fingerprint import source_of
from nlu.normaliser import NORMALISED
from nlu.products import names_other_product

ENTERS = "enters"
DECISIONS = {"how_to_close": "close", "prepay_all": "settle"}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class DecisionGate(GraphComponent, EntityExtractorMixin):
    """Adds the entity `enters` = `close` or `settle` where the assistant is sure enough of the wish.

    Without it the conversation answers the question and asks first. A message that also names another product
    never enters: which of the two is meant is the customer's to say.

    Settings: `close` and `settle`, the least confidences (0 to 1).
    """

    def __init__(self, config: dict[str, Any]) -> None:
        self._least: dict[str, float] = {decision: config[decision] for decision in DECISIONS.values()}

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The settings and their defaults."""
        return {"close": 0.8, "settle": 0.8}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DecisionGate:
        """Creates the component."""
        return cls(config)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The list of products is part of the component."""
        return source_of("products")

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the entity where it is due."""
        for message in messages:
            decision = self._decision(message)
            if decision:
                entity = {
                    ENTITY_ATTRIBUTE_TYPE: ENTERS,
                    ENTITY_ATTRIBUTE_VALUE: decision,
                    ENTITY_ATTRIBUTE_START: 0,
                    ENTITY_ATTRIBUTE_END: len(message.get(TEXT) or ""),
                }
                found = [*message.get(ENTITIES, []), *self.add_extractor_name([entity])]
                message.set(ENTITIES, found, add_to_output=True)
        return messages

    def _decision(self, message: Message) -> str | None:
        intent = message.get(INTENT) or {}
        decision = DECISIONS.get(intent.get(INTENT_NAME_KEY, ""))
        if decision is None or intent[PREDICTED_CONFIDENCE_KEY] < self._least[decision]:
            return None
        return None if names_other_product(message.get(NORMALISED) or "") else decision

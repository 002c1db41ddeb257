"""A message that asks two or three things: the first is answered, the others are offered."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_TYPE,
    INTENT,
    INTENT_NAME_KEY,
    PREDICTED_CONFIDENCE_KEY,
)
from rasa.shared.nlu.training_data.message import Message

from nlu.classifier import CLAUSES, NO_QUESTION
from nlu.decision_gate import ENTERS

SECOND, THIRD = "second_question", "third_question"  # intents
PERSON = "talk_to_human"  # stays within reach, whatever else was understood


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class SecondQuestion(GraphComponent, EntityExtractorMixin):
    """Sets `second_question`, and `third_question`, to the intents of clauses that ask something else than
    was understood.

    Such a message opens no decision: the customer has more to ask first.

    Setting: `least`, the least confidence (0 to 1) of the second.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        self._least: float = config["least"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The settings and their defaults."""
        return {"least": 0.6}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SecondQuestion:
        """Creates the component."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Looks at each message."""
        for message in messages:
            others = self._others(message)
            for key, other in zip((SECOND, THIRD), others, strict=False):
                message.set(key, other, add_to_output=True)
            if others:
                kept = [each for each in message.get(ENTITIES, []) if each[ENTITY_ATTRIBUTE_TYPE] != ENTERS]
                message.set(ENTITIES, kept, add_to_output=True)
        return messages

    def _others(self, message: Message) -> list[str]:
        """The intents of the other questions, each once, in their order."""
        understood = (message.get(INTENT) or {}).get(INTENT_NAME_KEY)
        clauses = message.get(CLAUSES) or []
        if understood not in {each[INTENT_NAME_KEY] for each in clauses}:  # then only a person is offered
            clauses = [each for each in clauses if each[INTENT_NAME_KEY] == PERSON]
        others = (
            each[INTENT_NAME_KEY]
            for each in clauses
            if each[PREDICTED_CONFIDENCE_KEY] >= self._least
            and each[INTENT_NAME_KEY] not in NO_QUESTION | {understood}
        )
        return list(dict.fromkeys(others))

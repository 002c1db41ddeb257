"""The values in a sentence that an answer depends on: how much, which month or day, how many periods."""

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
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

from nlu import spoken
from nlu.fingerprint import source_of


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class Values(GraphComponent, EntityExtractorMixin):
    """Adds the entities `money` (fen), `month`, `day` and `periods`, as `nlu.spoken` finds them."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Values:
        """Creates the component; it has no settings and no state."""
        return cls()

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """How numbers are read is part of the component."""
        return source_of("spoken")

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds what each message says."""
        for message in messages:
            entities = [
                {
                    ENTITY_ATTRIBUTE_TYPE: each.kind,
                    ENTITY_ATTRIBUTE_VALUE: each.value,
                    ENTITY_ATTRIBUTE_START: each.start,
                    ENTITY_ATTRIBUTE_END: each.end,
                }
                for each in spoken.find(message.get(TEXT) or "")
            ]
            if entities:
                found = [*message.get(ENTITIES, []), *self.add_extractor_name(entities)]
                message.set(ENTITIES, found, add_to_output=True)
        return messages

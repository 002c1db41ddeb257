"""What a domain says is found out once: Rasa 3.6.21 does so with each message, though a domain never changes.

To know that the domain is not empty it makes an empty one and compares the two. And it looks through all
mappings of all slots for values, also where none of them takes any from what was said, as with ours.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from rasa.core.actions.action import ActionExtractSlots
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.constants import (
    ACTION_VALIDATE_SLOT_MAPPINGS,
    DEFAULT_SLOT_NAMES,
    MAPPING_TYPE,
    SlotMappingType,
)
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker

from channels import rasa_version

_Run = Callable[..., Coroutine[Any, Any, list[Event]]]


def install() -> None:
    """Changes `Domain.is_empty` and `ActionExtractSlots.run` for this process; again, it changes nothing.

    Raises:
        WrongRasa: Rasa is not 3.6.21.
    """
    rasa_version.require(__name__)
    looked: Any = Domain.is_empty
    look: Callable[[Domain], bool] = getattr(looked, "original", looked)
    extracted: Any = ActionExtractSlots.run
    extract: _Run = getattr(extracted, "original", extracted)

    def is_empty(self: Domain) -> bool:
        return _once(self, "quick_is_empty", look)

    async def run(
        self: ActionExtractSlots,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        tracker: DialogueStateTracker,
        domain: Domain,
    ) -> list[Event]:
        if _once(domain, "quick_takes_nothing", takes_nothing):
            return []
        return await extract(self, output_channel, nlg, tracker, domain)

    is_empty.original = look  # type: ignore[attr-defined]
    run.original = extract  # type: ignore[attr-defined]
    Domain.is_empty = is_empty
    ActionExtractSlots.run = run


def takes_nothing(domain: Domain) -> bool:
    """Whether no slot is ever set by what was said: only actions set them, each by its own result."""
    mappings = [
        mapping for slot in domain.slots if slot.name not in DEFAULT_SLOT_NAMES for mapping in slot.mappings
    ]
    custom = all(
        mapping.get(MAPPING_TYPE) == str(SlotMappingType.CUSTOM) and not mapping.get("action")
        for mapping in mappings
    )
    return custom and ACTION_VALIDATE_SLOT_MAPPINGS not in domain.user_actions


def _once(domain: Domain, name: str, find: Callable[[Domain], bool]) -> bool:
    kept = vars(domain)
    if name not in kept:
        kept[name] = find(domain)
    return bool(kept[name])

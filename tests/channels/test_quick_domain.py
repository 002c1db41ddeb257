"""What is known of a domain without looking again is what Rasa finds by looking."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import rasa
from rasa.core.actions.action import ActionExtractSlots
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core import events
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from channels import quick_domain, rasa_version

CUSTOM = {"type": "custom"}


def domain(*mappings: dict[str, Any], actions: tuple[str, ...] = ()) -> Domain:
    slots = {f"slot{n}": {"type": "any", "mappings": [each]} for n, each in enumerate(mappings)}
    told = {
        "version": "3.1",
        "intents": ["bill"],
        "entities": ["amount"],
        "slots": slots,
        "actions": [*actions],
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Rasa says of every domain with slots what was new in 3.0
        return Domain.from_dict(told)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(Domain, "is_empty", Domain.is_empty)
    monkeypatch.setattr(ActionExtractSlots, "run", ActionExtractSlots.run)
    quick_domain.install()
    yield


def extracted(of: Domain) -> list[tuple[str, Any]]:
    """The slots that a message with an amount sets."""
    said = events.UserUttered("字", {"name": "bill", "confidence": 1.0}, [{"entity": "amount", "value": "1"}])
    tracker = DialogueStateTracker.from_events("c", [events.ActionExecuted("action_listen"), said], of.slots)
    nlg = TemplatedNaturalLanguageGenerator({})
    run = ActionExtractSlots(None).run(CollectingOutputChannel(), nlg, tracker, of)
    return [(event.key, event.value) for event in asyncio.run(run) if isinstance(event, events.SlotSet)]


def test_an_empty_domain_and_another_are_told_apart_and_looked_at_once(
    quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    full, empty = domain(CUSTOM), Domain.empty()
    assert (full.is_empty(), empty.is_empty()) == (False, True)
    monkeypatch.setattr(Domain, "as_dict", lambda _: pytest.fail("looked again"))
    assert (full.is_empty(), empty.is_empty()) == (False, True)


@pytest.mark.parametrize(
    ("mapping", "right"),
    [
        ({"type": "from_entity", "entity": "amount"}, "1"),
        ({"type": "from_text"}, "字"),
        ({"type": "from_intent", "intent": "bill", "value": 5}, 5),
    ],
)
def test_a_slot_that_takes_from_what_was_said_still_does(
    quick: None, mapping: dict[str, Any], right: Any
) -> None:
    assert extracted(domain(CUSTOM, mapping)) == [("slot1", right)]


def test_nothing_is_looked_for_where_only_actions_set_slots(
    quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ActionExtractSlots, "_verify_mapping_conditions", lambda *_: pytest.fail("looked"))
    assert extracted(domain(CUSTOM, CUSTOM)) == []


def test_a_mappings_own_action_and_the_validating_one_are_run() -> None:
    assert not quick_domain.takes_nothing(domain({"type": "custom", "action": "action_of_slot"}))
    assert not quick_domain.takes_nothing(domain(CUSTOM, actions=("action_validate_slot_mappings",)))
    assert quick_domain.takes_nothing(domain(CUSTOM, actions=("action_bill",)))


def test_it_fits_this_rasa_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rasa, "__version__", "3.6.22")
    with pytest.raises(rasa_version.WrongRasa, match=r"3\.6\.22"):
        quick_domain.install()

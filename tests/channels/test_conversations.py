"""Long conversations: what a turn reads back of them, and that nothing is lost or kept twice."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import rasa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from channels import rasa_version
from channels.conversations import Conversations

# Rasa says so of every domain whose slots no entity fills.
pytestmark = pytest.mark.filterwarnings("ignore:Slot auto-fill has been removed:UserWarning")
ROOT = Path(__file__).resolve().parents[2]
WHO = "web-c-1"


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(ROOT / "domain.yml"))


@pytest.fixture
def store(domain: Domain, tmp_path: Path) -> Conversations:
    return Conversations(domain, dialect="sqlite", db=str(tmp_path / "chat.db"), recent_events=20)


def turn(number: int, *more: Event) -> list[Event]:
    said = UserUttered(f"question {number}", {"name": "greet", "confidence": 1.0})
    return [said, *more, BotUttered(f"answer {number}"), ActionExecuted("action_listen")]


def read(store: SQLTrackerStore) -> DialogueStateTracker:
    tracker = asyncio.run(store.retrieve(WHO))
    assert tracker is not None
    return tracker


def begin(store: SQLTrackerStore) -> None:
    events = [SessionStarted(), ActionExecuted("action_listen")]
    tracker = DialogueStateTracker.from_events(WHO, events, store.domain.slots)
    asyncio.run(store.save(tracker))


def say(store: SQLTrackerStore, number: int, *more: Event) -> None:
    """One turn as Rasa runs it: read, saved once the message is logged, and again when it is answered."""
    tracker = read(store)
    said, *answered = turn(number, *more)
    tracker.update(said)
    asyncio.run(store.save(tracker))
    tracker.update_with_events(answered, store.domain)
    asyncio.run(store.save(tracker))


def texts(tracker: DialogueStateTracker) -> list[str]:
    return [event.text for event in tracker.events if isinstance(event, (UserUttered, BotUttered))]


def everything(count: int) -> list[str]:
    return [f"{kind} {number}" for number in range(count) for kind in ("question", "answer")]


def test_a_long_conversation_is_read_back_by_its_last_events(store: Conversations) -> None:
    begin(store)
    for number in range(40):
        say(store, number)
    tracker = read(store)
    assert len(tracker.events) == 20
    assert texts(tracker) == everything(40)[-len(texts(tracker)) :]
    assert tracker.latest_message.text == "question 39"


def test_what_was_said_is_read_back_as_it_was(store: Conversations) -> None:
    begin(store)
    odd = '</a> "\\" 😀 \u2028 \ud83d ¥1,488.76'
    value = {"opened": 1796068055.0740597, "fen": 2**53 + 1, "of": [None, True, 0.1]}
    say(store, 0, SlotSet("decision", value), BotUttered(odd, {"text": odd}))
    tracker = read(store)
    assert odd in texts(tracker)
    assert tracker.get_slot("decision") == value


def test_what_only_makes_a_turn_long_is_not_kept(store: Conversations) -> None:
    """The turn itself goes on with all of it."""
    begin(store)
    ranking = [{"name": name, "confidence": 0.1} for name in ("greet", "query_bill", "refund", "overdue")]
    parsed = {"intent": ranking[0], "entities": [{"entity": "date", "value": "6"}], "intent_ranking": ranking}
    heard = UserUttered("question 0", ranking[0], parsed["entities"], parsed)
    card = {"buttons": [{"title": "怎么还款"}], "custom": {"type": "bill"}, "image": None}
    answer = BotUttered("answer 0", card, {"utter_action": "utter_bill", "total": "¥5,357.36"})
    tracker = read(store)
    tracker.update_with_events([heard, answer], store.domain)
    asyncio.run(store.save(tracker))
    assert heard.parse_data["intent_ranking"] == ranking and answer.data == card
    *_, heard_again, answer_again = read(store).events
    assert heard_again.parse_data == {**heard.parse_data, "intent_ranking": ranking[:2]}
    assert heard_again.entities == parsed["entities"] and heard_again.intent == ranking[0]
    assert answer_again.data["buttons"] == card["buttons"] and "custom" not in str(answer_again.as_dict())
    assert answer_again.metadata["utter_action"] == "utter_bill" and "total" not in answer_again.metadata


def test_nothing_is_lost_or_kept_twice(store: Conversations) -> None:
    begin(store)
    for number in range(40):
        say(store, number)
    full = asyncio.run(store.retrieve_full_tracker(WHO))
    assert texts(full) == everything(40)
    assert len(full.events) == 2 + 40 * 3


def test_a_slot_set_long_ago_keeps_its_newest_value(store: Conversations) -> None:
    begin(store)
    say(store, 0, SlotSet("topic", "fees"), SlotSet("decision", {"kind": "close"}))
    say(store, 1, SlotSet("topic", "bill"))
    say(store, 2, SlotSet("decision", None))
    for number in range(3, 30):
        say(store, number)
    tracker = read(store)
    assert (tracker.get_slot("topic"), tracker.get_slot("decision")) == ("bill", None)
    assert len(tracker.events) == 20 + 2


def test_a_new_session_forgets_the_one_before(store: Conversations) -> None:
    begin(store)
    say(store, 0, SlotSet("topic", "fees"))
    tracker = read(store)
    tracker.update_with_events([SessionStarted(), ActionExecuted("action_listen")], store.domain)
    asyncio.run(store.save(tracker))
    for number in range(1, 30):
        say(store, number)
        assert read(store).get_slot("topic") is None
    assert texts(asyncio.run(store.retrieve_full_tracker(WHO))) == everything(30)


def test_a_conversation_of_rasas_own_store_goes_on(store: Conversations, tmp_path: Path) -> None:
    old = SQLTrackerStore(store.domain, dialect="sqlite", db=str(tmp_path / "chat.db"))
    begin(old)
    for number in range(12):
        say(old, number)
    say(store, 12)
    assert texts(asyncio.run(store.retrieve_full_tracker(WHO))) == everything(13)


def test_classes_of_events_are_found_as_rasa_finds_them(store: Conversations) -> None:
    original = Event.resolve_by_type.__wrapped__
    for name in ("user", "bot", "slot", "session_started", "action", "topic"):
        assert Event.resolve_by_type(name) is original(name)
    with pytest.raises(ValueError, match="nothing"):
        Event.resolve_by_type("nothing")


def test_it_fits_this_rasa_and_no_other(
    domain: Domain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rasa.__version__ == rasa_version.RASA_VERSION
    monkeypatch.setattr(rasa, "__version__", "3.6.22")
    with pytest.raises(rasa_version.WrongRasa, match=r"3\.6\.22"):
        Conversations(domain, dialect="sqlite", db=str(tmp_path / "chat.db"))

"""Where conversations are kept: a turn reads back their last events only, so that a long one costs no more.

Rasa 3.6.21 reads and rebuilds every event since the session began for each message, and looks for the class
of each through all classes of events: turn 300 took nine times as long as turn 5.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from typing import Any, Final

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SessionStarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.orm import Query, Session

from channels import rasa_version

RECENT_EVENTS: Final = 60  # some seven turns: the rules look at one, a person is handed the last ones
_INDEX: Final = (
    "CREATE INDEX IF NOT EXISTS events_by_kind ON events (sender_id, type_name, action_name, id)",
    "CREATE INDEX IF NOT EXISTS events_by_sender ON events (sender_id, id)",
)


class Conversations(SQLTrackerStore):
    """Rasa's store of conversations in a database, for `tracker_store` in the endpoints file.

    A conversation read back has the last `recent_events` events of its session, and before them the newest
    value of each slot that was set earlier. All events stay in the database.
    """

    def __init__(
        self, domain: Domain | None = None, recent_events: int = RECENT_EVENTS, **settings: Any
    ) -> None:
        """`settings`: those of Rasa's SQL store (`dialect`, `db`, …).

        Raises:
            WrongRasa: Rasa is not 3.6.21.
        """
        rasa_version.require(__name__)
        super().__init__(domain, **settings)
        self._recent_events = recent_events
        with self.engine.begin() as conn:
            for statement in _INDEX:
                conn.execute(sa.text(statement))
        if not hasattr(Event.resolve_by_type, "cache_info"):
            Event.resolve_by_type = staticmethod(functools.lru_cache(maxsize=None)(Event.resolve_by_type))

    async def _retrieve(
        self, sender_id: str, fetch_events_from_all_sessions: bool
    ) -> DialogueStateTracker | None:
        tracker = await super()._retrieve(sender_id, fetch_events_from_all_sessions)
        if tracker is not None:
            _stored(tracker)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store what has happened since the conversation was read or last saved."""
        await super().save(tracker)
        _stored(tracker)

    def _event_query(self, session: Session, sender_id: str, fetch_events_from_all_sessions: bool) -> Query:
        if fetch_events_from_all_sessions:
            return super()._event_query(session, sender_id, fetch_events_from_all_sessions=True)
        event = self.SQLEvent
        newest_first = session.query(event.id).filter(event.sender_id == sender_id).order_by(event.id.desc())
        begun = newest_first.filter(event.type_name == SessionStarted.type_name).first()
        of_session = newest_first.filter(event.id >= begun.id) if begun else newest_first
        recent = [row.id for row in of_session.limit(self._recent_events)]
        if len(recent) == self._recent_events:
            earlier = of_session.filter(event.type_name == SlotSet.type_name, event.id < recent[-1])
            for slot in self.domain.slots:
                newest = earlier.filter(event.action_name == slot.name).first()
                recent += [newest.id] if newest else []
        return session.query(event).filter(event.id.in_(recent)).order_by(event.id)

    def _additional_events(self, session: Session, tracker: DialogueStateTracker) -> Iterator[Event]:
        return itertools.islice(tracker.events, getattr(tracker, "events_stored", 0), None)


def _stored(tracker: DialogueStateTracker) -> None:
    """All of its events are in the database: how many they are there is not what was read back of them."""
    tracker.events_stored = len(tracker.events)

"""Where conversations are kept: a turn reads back their last events only, so that a long one costs no more.

Rasa 3.6.21 reads and rebuilds every event since the session began for each message, and looks for the class
of each through all classes of events: turn 300 took nine times as long as turn 5. It opens a new connection
to an SQLite file for each of three transactions a turn, and everybody waits while the database is at work.
"""

from __future__ import annotations

import asyncio
import functools
import itertools
from typing import Any, Final

import sqlalchemy as sa
import ujson
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import Engine

from channels import chat_database, metrics, rasa_version

RECENT_EVENTS: Final = 60  # some ten turns: the rules look at one, a person is handed the last ones
_INDEX: Final = (
    "CREATE INDEX IF NOT EXISTS events_by_kind ON events (sender_id, type_name, action_name, id)",
    "CREATE INDEX IF NOT EXISTS events_by_sender ON events (sender_id, id)",
)
# What every message asks: built once, for building a statement takes longer than running it.
_EVENTS: Final = SQLTrackerStore.SQLEvent.__table__
_E: Final = _EVENTS.c
_OF: Final = _E.sender_id == sa.bindparam("of")
_BEGUN: Final = sa.select(sa.func.max(_E.id)).where(_OF, _E.type_name == SessionStarted.type_name)
_RECENT: Final = (
    sa.select(_E.id, _E.data, sa.func.coalesce(_BEGUN.scalar_subquery(), 0).label("begun"))
    .where(_OF, _E.id >= sa.func.coalesce(_BEGUN.scalar_subquery(), 0))
    .order_by(_E.id.desc())
    .limit(sa.bindparam("most"))
)
_SLOT: Final = (
    sa.select(_E.id, _E.data)
    .where(_OF, _E.type_name == SlotSet.type_name, _E.action_name == sa.bindparam("slot"))
    .where(_E.id >= sa.bindparam("begun"), _E.id < sa.bindparam("before"))
    .order_by(_E.id.desc())
    .limit(1)
)
_NEW: Final = sa.insert(_EVENTS)
_KEPT: Final = ("utter_action", "model_id", "assistant_id")  # of what is known of an answer


class Conversations(SQLTrackerStore):
    """Rasa's store of conversations in a database, for `tracker_store` in the endpoints file.

    A conversation read back has the last `recent_events` events of its session, and before them the newest
    value of each slot that was set earlier. All events stay in the database.
    """

    engine: Engine

    def __init__(
        self, domain: Domain | None = None, recent_events: int = RECENT_EVENTS, **settings: Any
    ) -> None:
        """`settings`: those of Rasa's SQL store: `db`, an SQLite file, or `url`, any database.

        Raises:
            WrongRasa: Rasa is not 3.6.21.
        """
        rasa_version.require(__name__)
        host = settings.get("host") or ""  # Rasa's name for `url`
        address = host if "://" in host else f"sqlite:///{settings.get('db', 'rasa.db')}"
        engine = chat_database.open_engine(address)
        chat_database.make_tables(engine, self.Base.metadata, *_INDEX)  # before Rasa, which would not wait
        super().__init__(domain, **settings)
        self.engine.dispose()
        self.engine = engine
        # Sessions only read: what is written here is written below, without one.
        self.sessionmaker = sa.orm.session.sessionmaker(bind=chat_database.for_reading(self.engine))
        self._recent_events = recent_events
        if not hasattr(Event.resolve_by_type, "cache_info"):
            Event.resolve_by_type = staticmethod(functools.lru_cache(maxsize=None)(Event.resolve_by_type))

    async def _retrieve(
        self, sender_id: str, fetch_events_from_all_sessions: bool
    ) -> DialogueStateTracker | None:
        told = await asyncio.to_thread(self._read, sender_id, fetch_events_from_all_sessions)
        if not told or not self.domain:
            return None
        events = [ujson.loads(event) for event in told]
        tracker = DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)
        _stored(tracker)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store what has happened since the conversation was read or last saved."""
        await self.stream_events(tracker)
        new = itertools.islice(tracker.events, getattr(tracker, "events_stored", 0), None)
        rows = [_row(tracker.sender_id, event) for event in new]
        if rows:
            with metrics.took("store"):
                await asyncio.to_thread(self._write, rows)
        _stored(tracker)

    def _read(self, sender_id: str, all_sessions: bool) -> list[str]:
        if all_sessions:
            with self.sessionmaker() as session:
                query = self._event_query(session, sender_id, fetch_events_from_all_sessions=True)
                return [data for (data,) in query.with_entities(self.SQLEvent.data)]
        given = {"of": sender_id, "most": self._recent_events}
        with chat_database.reading(self.engine) as conn:
            told = conn.execute(_RECENT, given).all()[::-1]
            if len(told) < self._recent_events:
                return [row.data for row in told]
            given = {"of": sender_id, "begun": told[0].begun, "before": told[0].id}
            found = [conn.execute(_SLOT, {**given, "slot": slot.name}).first() for slot in self.domain.slots]
        earlier = sorted((row.id, row.data) for row in found if row is not None)
        return [data for _, data in earlier] + [row.data for row in told]

    def _write(self, rows: list[dict[str, Any]]) -> None:
        with self.engine.begin() as conn:
            conn.execute(_NEW, rows)


def _row(sender_id: str, event: Event) -> dict[str, Any]:
    """An event as Rasa's table has it, without what only makes it long: every turn reads the last ones.

    An answer's card and the words put into it are in its text, and in the mailbox as they were shown; of what
    a message may have meant the two likeliest are kept.
    """
    data = event.as_dict()
    if isinstance(event, BotUttered):
        data["metadata"] = {name: data["metadata"][name] for name in _KEPT if name in data["metadata"]}
        data["data"] = {"buttons": event.data.get("buttons")}
    elif isinstance(event, UserUttered):
        parsed = data["parse_data"]
        data["parse_data"] = {**parsed, "intent_ranking": (parsed.get("intent_ranking") or [])[:2]}
    return {
        "sender_id": sender_id,
        "type_name": event.type_name,
        "timestamp": data.get("timestamp"),
        "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
        "action_name": data.get("name"),
        "data": ujson.dumps(data),
    }


def _stored(tracker: DialogueStateTracker) -> None:
    """All of its events are in the database: how many they are there is not what was read back of them."""
    tracker.events_stored = len(tracker.events)

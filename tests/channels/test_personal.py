"""What a customer said, told whole and then forgotten, in the channel's tables and in Rasa's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa

from channels.mailbox import Mailbox
from channels.personal import _TIMES, Personal, _ours
from channels.ratings import Rating, Ratings
from channels.tables import messages
from tests.channels.conftest import ROOT

SAID = "the words of the customer"
ENDED = {"text": "办好了", "buttons": [], "custom": {"journey": {"name": "close", "outcome": "closed"}}}


def talk(mailbox: Mailbox, sender: str) -> None:
    mailbox.claim(sender, "m-1", "hash", SAID, 100.0)
    mailbox.finish(sender, "m-1", [ENDED], 101.0)
    Ratings(mailbox.engine).rate(sender, Rating(2, True, SAID), 102.0)


def rasas_events(mailbox: Mailbox, *senders: str) -> None:
    with mailbox.engine.begin() as conn:
        conn.execute(sa.text("DROP TABLE IF EXISTS events"))
        conn.execute(
            sa.text(
                "CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id TEXT, timestamp FLOAT, data TEXT)"
            )
        )
        for number, sender in enumerate(senders):
            row = {
                "id": number,
                "sender": sender,
                "at": 100.0 * (number + 1),
                "data": json.dumps({"text": SAID}),
            }
            conn.execute(sa.text("INSERT INTO events VALUES (:id, :sender, :at, :data)"), row)


def test_all_that_was_said_is_told_and_then_forgotten(mailbox: Mailbox) -> None:
    for sender in ("web-a", "web-b"):
        talk(mailbox, sender)
    rasas_events(mailbox, "web-a", "web-b")
    personal = Personal(mailbox.engine)
    told = personal.export(["web-a"])
    assert told.keys() == {"web-a"}
    kept = told["web-a"]
    assert [message["role"] for message in kept["chat_message"]] == ["user", "bot"]
    assert kept["chat_message"][0]["body"] == {"text": SAID} and kept["chat_turn"][0]["turn_id"] == "m-1"
    assert kept["chat_rating"][0]["words"] == SAID and kept["events"] == [{"text": SAID}]
    assert json.loads(json.dumps(told)) == told
    forgotten = personal.erase(["web-a"])
    assert {name: rows for name, rows in forgotten.items() if rows} == {
        "chat_message": 2,
        "chat_turn": 1,
        "chat_rating": 1,
        "chat_sender": 1,
        "events": 1,
    }
    assert {"channel_arrival", "channel_departure", "channel_peer", "channel_choice"} <= forgotten.keys()
    assert not any(personal.export(["web-a"])["web-a"].values())
    assert len(personal.export(["web-b"])["web-b"]["chat_message"]) == 2
    assert set(personal.erase(["web-a"]).values()) == {0}
    if mailbox.engine.dialect.name == "sqlite":
        for path in Path(str(mailbox.engine.url.database)).parent.glob("chat.db*"):
            assert b"web-a" not in path.read_bytes()


def test_of_a_shared_sender_only_its_intervals_are_told_and_forgotten(mailbox: Mailbox) -> None:
    talk(mailbox, "wxkf-1")
    mailbox.claim("wxkf-1", "m-2", "hash", "another's words", 200.0)
    mailbox.finish("wxkf-1", "m-2", [ENDED], 201.0)
    rasas_events(mailbox, "wxkf-1", "wxkf-1")
    personal = Personal(mailbox.engine)
    theirs, others = {"wxkf-1": [(100.0, 200.0)]}, {"wxkf-1": [(200.0, None)]}
    told, kept = (personal.export([], whose)["wxkf-1"] for whose in (theirs, others))
    assert [row["at"] for row in told["chat_message"]] == [100.0, 101.0] and len(told["events"]) == 1
    assert "another's words" not in json.dumps(told) and "another's words" in json.dumps(kept)
    assert {table: rows for table, rows in personal.erase([], theirs).items() if rows} == {
        "chat_message": 2,
        "chat_turn": 1,
        "chat_rating": 1,
        "events": 1,
    }
    assert not any(personal.export([], theirs)["wxkf-1"].values())
    assert personal.export([], others)["wxkf-1"] == kept
    assert mailbox.claim("wxkf-1", "m-3", "hash", "and goes on", 300.0) is not None


def test_every_table_with_words_has_a_time(mailbox: Mailbox) -> None:
    """Else what one said would be told to, or outlive, the other of a shared sender."""
    timeless = {table.name for table in _ours() if not set(_TIMES) & set(table.c.keys())}
    assert timeless == {"chat_sender", "channel_peer", "channel_context"}


def test_without_rasas_table_there_is_only_the_channels(mailbox: Mailbox) -> None:
    with mailbox.engine.begin() as conn:
        conn.execute(sa.text("DROP TABLE IF EXISTS events"))
    talk(mailbox, "web-a")
    assert "events" not in Personal(mailbox.engine).export(["web-a"])["web-a"]
    assert "events" not in Personal(mailbox.engine).erase(["web-a"])
    with mailbox.engine.begin() as conn:
        assert conn.execute(sa.select(messages)).all() == []


def test_the_command_says_what_it_did_as_json(tmp_path: Path) -> None:
    env = {**os.environ, "YUEFU_PROFILE": "demo", "YUEFU_CHAT_DB": str(tmp_path / "chat.db")}
    shared = json.dumps({"wxkf-1": [["2026-11-01T10:00:00.000000+08:00", None]]})
    command = [sys.executable, "-m", "channels.personal", "erase", f"--shared={shared}", "web-a"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    erased = json.loads(done.stdout)
    assert "chat_message" in erased and not any(erased.values())

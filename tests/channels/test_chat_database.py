"""The chat's database: a private file, one writer at a time in a process, and nobody who waits to read."""

from __future__ import annotations

import stat
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from channels.chat_database import open_engine, reading


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/deep/chat.db"


@pytest.fixture
def engine(url: str) -> Engine:
    engine = open_engine(url)
    with engine.begin() as conn:
        conn.exec_driver_sql("CREATE TABLE numbers (number INTEGER NOT NULL)")
        conn.exec_driver_sql("INSERT INTO numbers VALUES (0)")
    return engine


def test_the_file_is_private_and_in_wal_mode(engine: Engine, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "deep" / "chat.db").stat().st_mode) == 0o600
    with engine.begin() as conn:
        assert conn.exec_driver_sql("pragma journal_mode").scalar() == "wal"


def test_writers_of_two_engines_of_a_file_take_turns_and_lose_nothing(engine: Engine, url: str) -> None:
    def add(to: Engine) -> None:
        for _ in range(50):
            with to.begin() as conn:
                number = conn.exec_driver_sql("SELECT number FROM numbers").scalar_one()
                conn.exec_driver_sql("UPDATE numbers SET number = ?", (number + 1,))

    threads = [threading.Thread(target=add, args=(each,)) for each in (engine, open_engine(url)) * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as conn:
        assert conn.exec_driver_sql("SELECT number FROM numbers").scalar_one() == 400


def test_who_waits_to_write_has_not_asked_sqlite_yet(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite would look again after 1, 3, 8, 18, 33 ms and so on: nearly never just when it is free."""
    asked: list[str] = []
    real = engine.dialect.do_execute

    def do_execute(cursor: Any, statement: str, *more: Any) -> None:
        asked.append(f"{threading.current_thread().name}: {statement}")
        real(cursor, statement, *more)

    def write() -> None:
        with engine.begin():
            pass

    with engine.begin():
        monkeypatch.setattr(engine.dialect, "do_execute", do_execute)
        monkeypatch.setattr(engine.dialect, "do_execute_no_params", do_execute)
        waiting = threading.Thread(target=write, name="waiting")
        waiting.start()
        time.sleep(0.2)
        assert asked == []
    waiting.join()
    assert asked == ["waiting: BEGIN IMMEDIATE"]


def test_reading_waits_for_no_writer(engine: Engine) -> None:
    with engine.begin() as writer:
        writer.exec_driver_sql("UPDATE numbers SET number = 7")
        with reading(engine) as conn:
            assert conn.exec_driver_sql("SELECT number FROM numbers").scalar_one() == 0


def test_what_fails_lets_the_next_one_write(engine: Engine) -> None:
    for _ in range(3):
        with pytest.raises(OperationalError), engine.begin() as conn:
            conn.exec_driver_sql("UPDATE nothing SET number = 1")
    with engine.begin() as conn:
        conn.exec_driver_sql("UPDATE numbers SET number = 1")
    with pytest.raises(OperationalError), reading(engine) as conn:
        conn.exec_driver_sql("SELECT number FROM nothing")

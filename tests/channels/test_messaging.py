"""What the messaging channels have in common, piece by piece."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from channels import messaging
from channels.chat_database import open_engine
from channels.inbox import Arrival, Inbox
from channels.lanes import Lanes
from channels.mailbox import Mailbox
from channels.messaging import MessagingInput
from channels.messaging_tables import peers

ME = "wxkf-a"


async def until(is_so: Callable[[], bool]) -> None:
    while not is_so():
        await asyncio.sleep(0.01)


def test_leases_are_renewed_again_after_the_database_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(messaging, "RENEW_EVERY_S", 0.01)
    box = Mailbox(open_engine(f"sqlite:///{tmp_path}/chat.db"))
    box.create_tables()
    connector = MessagingInput({})
    connector.inbox = Inbox(box.engine, "wecom_kf")
    connector.inbox.take([Arrival("m1", ME, "wk1", "a", time.time())], time.time())
    connector.inbox.begin(ME, "answering", time.time() - 10)

    def execute(statement: str) -> None:
        with box.engine.begin() as conn:
            conn.exec_driver_sql(statement)

    def leased_until() -> float:
        with box.engine.connect() as conn:
            return float(conn.execute(peers.select()).one().answering_until)

    async def work(_sender: str) -> None:
        await asyncio.Event().wait()

    async def check() -> None:
        at_first = leased_until()
        connector._lanes = {name: Lanes(work, 1) for name in ("answering", "sending")}
        connector._lanes["answering"].wake(ME)
        await until(lambda: bool(connector._lanes["answering"].at_work()))
        execute(f"ALTER TABLE {peers.name} RENAME TO gone")
        renewing = asyncio.create_task(connector._renew())
        await until(lambda: "leases could not be renewed" in caplog.text)
        execute(f"ALTER TABLE gone RENAME TO {peers.name}")
        await until(lambda: leased_until() > at_first)
        renewing.cancel()
        await connector._lanes["answering"].stop()

    with caplog.at_level(logging.ERROR):
        asyncio.run(asyncio.wait_for(check(), 20))

"""What waits for a service that is away is not taken for something over which a bot died."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from channels import account_links, answering
from channels.answering import Answering
from channels.arriving import Arrival
from channels.chat_database import open_engine
from channels.inbox import Inbox
from channels.mailbox import Mailbox
from channels.outgoing import Choices, Outgoing
from channels.rate import RateLimit
from channels.readable import Limits
from channels.service_client import ServiceError

ME, YOU = "wxoa-a", "wxoa-b"


@pytest.mark.parametrize("tried", [0, answering.LAST_TRY])
def test_a_link_ends_when_the_service_is_back_and_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tried: int
) -> None:
    """`tried`: looks over which bots died."""
    engine = open_engine(f"sqlite:///{tmp_path}/chat.db")
    Mailbox(engine).create_tables()
    inbox, outgoing = Inbox(engine, "wechat"), Outgoing(engine, "wechat")
    inbox.take([Arrival("m1", ME, "gh1", "a", time.time(), kind="left")], time.time())
    for _ in range(tried):
        inbox.next(ME)
    asked = []

    async def end(_desk: Any, sender: str) -> None:
        asked.append(sender)
        if len(asked) <= answering.LAST_TRY + 1:
            raise ServiceError("away")

    monkeypatch.setattr(account_links, "end", end)
    desk: Any = None
    at_work = Answering(desk, inbox, outgoing, Choices(engine), Limits(), lambda _: None)
    for _ in range(answering.LAST_TRY + 1):
        assert asyncio.run(at_work.work(ME)) == answering.AGAIN_S
    assert asyncio.run(at_work.work(ME)) is None
    assert asked == [ME] * (answering.LAST_TRY + 2) and inbox.next(ME) is None
    assert outgoing.waiting(time.time()) == []


def test_who_writes_too_fast_is_answered_later_and_nobody_waits_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/chat.db")
    Mailbox(engine).create_tables()
    inbox, outgoing = Inbox(engine, "wechat"), Outgoing(engine, "wechat")
    now = time.time()
    arrivals = [Arrival(f"m{n}", ME, "gh1", "a", now + n, f"问题{n}") for n in range(4)]
    inbox.take([*arrivals, Arrival("n0", YOU, "gh1", "b", now, "你好")], now)
    heard = []

    async def asked(_self: Answering, arrival: Arrival) -> None:
        heard.append(arrival.message_id)  # and nothing to say to the bot

    monkeypatch.setattr(Answering, "_asked", asked)
    desk: Any = SimpleNamespace(rate=RateLimit(messages=2, window_s=1.0))
    at_work = Answering(desk, inbox, outgoing, Choices(engine), Limits(), lambda _: None)
    for _ in range(answering.TRIES + 1):  # waiting is no attempt
        assert asyncio.run(at_work.work(ME)) == 1.0
    assert heard == ["m0", "m1"]
    assert asyncio.run(at_work.work(YOU)) is None and heard[2:] == ["n0"]
    time.sleep(1.0)
    assert asyncio.run(at_work.work(ME)) is None
    assert heard[3:] == ["m2", "m3"]


def test_a_look_in_vain_is_no_attempt(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/chat.db")
    Mailbox(engine).create_tables()
    inbox = Inbox(engine, "wechat")
    inbox.take([Arrival("m1", ME, "gh1", "a", time.time(), "你好")], time.time())
    for attempts in (0, 0):
        found = inbox.next(ME)
        assert found is not None and found.attempts == attempts
        inbox.not_tried(found)

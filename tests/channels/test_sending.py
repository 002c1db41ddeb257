"""What becomes of a message that leaves: sent, tried again, held, or told to the operator."""

from __future__ import annotations

import asyncio
import logging
import time
from pathlib import Path

import pytest

from channels import sending
from channels.arriving import Arrival
from channels.chat_database import open_engine
from channels.inbox import Inbox, Peer
from channels.mailbox import Mailbox
from channels.outgoing import WINDOW_S, Choices, Departure, Outgoing
from channels.platform_api import NoMenu, PlatformError, QuotaUsed, TryAgain, WithPerson
from channels.readable import Limits
from channels.sending import Sending

ME = "wxkf-a"
LIMITS = Limits(quota=5, event_s=18)


class World:
    """A customer who wrote, and a platform that does to each message what `fate` says."""

    def __init__(self, folder: Path, *fate: object) -> None:
        box = Mailbox(open_engine(f"sqlite:///{folder}/chat.db"))
        self.inbox, self.outgoing = Inbox(box.engine, "wecom_kf"), Outgoing(box.engine, "wecom_kf")
        box.create_tables()
        self.fate = list(fate)
        self.told: list[str] = []
        self.write("m1")

    def write(self, message_id: str, age_s: float = 0.0) -> None:
        self.inbox.take([Arrival(message_id, ME, "wk1", "a", time.time() - age_s, "你好")], time.time())

    def answer(self, question: int, *texts: str, at: float = 0.0) -> None:
        with self.inbox.engine.begin() as conn:
            self.outgoing.put(conn, ME, question, [{"text": text} for text in texts], at or time.time())

    async def send(self, _peer: Peer, departure: Departure) -> bool:
        fate = self.fate.pop(0) if self.fate else None
        if isinstance(fate, Exception):
            raise fate
        self.told.append(departure.body["text"])
        return True

    def work(self, limits: Limits = LIMITS) -> float | None:
        return asyncio.run(Sending(self.inbox, self.outgoing, limits, self.send).work(ME))


def test_they_leave_in_order(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.answer(2, "一", "二")
    world.answer(4, "三")
    assert world.work() is None
    assert world.told == ["一", "二", "三"]
    assert world.outgoing.counts() == {"sent": 3}
    assert world.work() is None


def test_a_failure_keeps_the_order_and_waits_longer_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [time.time()]
    monkeypatch.setattr(sending.time, "time", lambda: clock[0])
    world = World(tmp_path, TryAgain("busy"), TryAgain("busy"), TryAgain("429", wait_s=30))
    world.answer(2, "一", "二")
    waits = []
    for _ in range(3):
        waits.append(world.work() or 0)
        clock[0] += waits[-1]
    assert [round(wait) for wait in waits] == [1, 2, 30]
    assert world.work() is None
    assert world.told == ["一", "二"]


@pytest.mark.parametrize("counted_by", ["us", "the platform"])
def test_over_the_quota_it_waits_for_the_customer(tmp_path: Path, counted_by: str) -> None:
    sent = "一二三四五" if counted_by == "us" else "一二"
    world = World(tmp_path, *([] if counted_by == "us" else [None, None, QuotaUsed("95001")]))
    world.answer(2, *"一二三四五六七")
    assert world.work() is None
    assert world.told == list(sent)
    assert world.outgoing.counts() == {"sent": len(sent), "held": 1, "new": 6 - len(sent)}
    world.write("m2")
    assert world.work() is None
    assert world.told == list("一二三四五六七")


@pytest.mark.parametrize("fate", [None, TryAgain("the code is no good")])
def test_an_events_answer_is_outside_the_quota_once(tmp_path: Path, fate: Exception | None) -> None:
    world = World(tmp_path, None, None, None, None, None, fate)
    world.answer(2, *"一二三四五")
    with world.inbox.engine.begin() as conn:
        world.outgoing.put(conn, ME, 9, [{"text": "欢迎", "code": "c"}], time.time())
    wait_s = world.work()
    if fate is None:
        assert (world.told[-1], wait_s) == ("欢迎", None)
        return
    assert wait_s == 1
    time.sleep(1)
    assert world.work() is None
    assert world.outgoing.counts() == {"sent": 5, "held": 1}


def test_a_menu_that_is_not_taken_goes_as_numbers(tmp_path: Path) -> None:
    world = World(tmp_path, NoMenu("errcode 40200"))
    choices, menu = (
        Choices(world.inbox.engine),
        [{"id": "2.1", "title": "办"}, {"id": "2.2", "title": "不办"}],
    )
    with world.inbox.engine.begin() as conn:
        world.outgoing.put(conn, ME, 2, [{"text": "办吗？", "menu": menu}], time.time())
        choices.open(conn, ME, 2, ["yes", "no"], False, time.time())
    assert choices.by_number(ME, 2, time.time()) is None
    assert world.work() is None
    assert world.told == ["办吗？\n回复 1 办\n回复 2 不办"]
    assert world.outgoing.counts() == {"sent": 1}
    assert choices.by_number(ME, 2, time.time()) == choices.by_menu(ME, "2.2") == "no"
    assert choices.by_number(ME, 2, time.time() - 10) is None, "typed before it was asked"


def test_a_person_has_it(tmp_path: Path) -> None:
    world = World(tmp_path, WithPerson("95018"))
    world.answer(2, "一", "二")
    world.inbox.with_person(ME, True, time.time())
    assert world.work() is None
    assert (world.told, world.outgoing.counts()) == ([], {"held": 1, "new": 1})
    world.write("m2")  # to the person
    assert (world.work(), world.told) == (None, [])
    world.inbox.with_person(ME, False, time.time())
    world.work()
    assert (world.told, world.outgoing.counts()) == (["一", "二"], {"sent": 2})


def test_a_person_who_had_it_unknown_to_us_is_over_with_the_customers_next_message(tmp_path: Path) -> None:
    world = World(tmp_path, WithPerson("95018"))
    world.answer(2, "一")
    assert (world.work(), world.told) == (None, [])
    world.write("m2")
    assert (world.work(), world.told) == (None, ["一"])


def test_what_can_never_arrive_is_told_to_the_operator_and_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world = World(tmp_path, PlatformError("errcode 40058", 40058))
    world.answer(2, "一")
    world.answer(4, "旧", at=time.time() - WINDOW_S - 1)
    world.answer(6, "二")
    with caplog.at_level(logging.ERROR):
        world.work()
    assert (world.told, world.outgoing.counts()) == (["二"], {"failed": 2, "sent": 1})
    assert "was never delivered: errcode 40058" in caplog.text
    assert "was never delivered: too late" in caplog.text


def test_another_process_has_the_sender(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.answer(2, "一")
    assert world.inbox.begin(ME, "sending", time.time())
    assert world.work() == sending.BUSY_S
    assert world.told == []


def test_a_platform_may_give_less_time(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.write("m2", age_s=3601)
    world.answer(2, "一")
    assert world.work(Limits(window_s=3600)) is None
    assert (world.told, world.outgoing.counts()) == ([], {"held": 1})
    world.write("m3", age_s=3599)
    world.work(Limits(window_s=3600))
    assert world.told == ["一"]

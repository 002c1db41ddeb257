"""What the messaging channels have in common, piece by piece."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from channels import messaging, outlets
from channels.arriving import Arrival
from channels.chat_database import open_engine
from channels.inbox import Inbox
from channels.lanes import Lanes
from channels.mailbox import Mailbox
from channels.messaging import MessagingInput
from channels.messaging_tables import peers
from channels.outgoing import WINDOW_S, Choices, Outgoing
from channels.platform_api import TryAgain
from channels.push import SLACK_S, OutboxPush

ME = "wxkf-a"


async def until(is_so: Callable[[], bool]) -> None:
    while not is_so():
        await asyncio.sleep(0.01)


def connected(folder: Path) -> MessagingInput:
    """A connector to whose channel one customer has written."""
    box = Mailbox(open_engine(f"sqlite:///{folder}/chat.db"))
    box.create_tables()
    connector = MessagingInput({})
    connector.channel, connector.prefix = "wecom_kf", "wxkf-"  # type: ignore[misc]
    connector.inbox = Inbox(box.engine, connector.channel)
    connector.outgoing = Outgoing(box.engine, connector.channel)
    connector.inbox.take([Arrival("m1", ME, "wk1", "a", time.time())], time.time())
    return connector


def put(connector: MessagingInput, question: int, at: float, *texts: str, sender: str = ME) -> None:
    with connector.inbox.engine.begin() as conn:
        connector.outgoing.put(conn, sender, question, [{"text": text} for text in texts], at)
        Choices(connector.inbox.engine).open(conn, sender, question, ["a token"], True, at)


def test_leases_are_renewed_again_after_the_database_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(messaging, "RENEW_EVERY_S", 0.01)
    connector = connected(tmp_path)
    connector.inbox.begin(ME, "answering", time.time() - 10)

    def execute(statement: str) -> None:
        with connector.inbox.engine.begin() as conn:
            conn.exec_driver_sql(statement)

    def leased_until() -> float:
        with connector.inbox.engine.connect() as conn:
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


def test_what_could_not_leave_in_time_is_told_to_the_operator(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    connector = connected(tmp_path)
    put(connector, 2, time.time() - WINDOW_S - 1, "旧")

    async def check() -> None:
        expiring = asyncio.create_task(connector._expire())
        await until(lambda: f"to {ME} was never delivered: too late" in caplog.text)
        expiring.cancel()

    with caplog.at_level(logging.ERROR):
        asyncio.run(asyncio.wait_for(check(), 20))
    assert connector.outgoing.counts() == {"failed": 1}


class Inviting(MessagingInput):
    """Its platform gives an address after so many seconds, or none."""

    def __init__(self, channel: str, after_s: float | None) -> None:
        super().__init__({})
        self.channel, self.prefix = channel, f"{channel}-"  # type: ignore[misc]
        self.after_s = after_s

    async def invite(self, token: str, life_s: float) -> str:
        if self.after_s is None:
            raise TryAgain("status 429")
        await asyncio.sleep(self.after_s)
        return f"https://{self.channel}.example/{token}/{life_s:.0f}"


def test_a_platform_that_gives_no_address_in_time_costs_the_others_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(outlets, "INVITE_S", 0.05)
    ours = outlets.Outlets()
    silent = MessagingInput({})
    silent.channel, silent.prefix = "silent", "silent-"  # type: ignore[misc]
    asked = [Inviting("fails", None), Inviting("slow", 9), Inviting("set", 9), Inviting("good", 0)]
    for connector in (*asked, silent):
        ours.add(connector)
    with caplog.at_level(logging.ERROR):
        given = asyncio.run(ours.invite("t", 600, but={"set": "https://set.example"}))
    assert given == {"good": "https://good.example/t/600"}
    assert [record.args[0] for record in caplog.records] == ["fails", "slow"]


def test_that_a_link_is_over_may_be_said_when_the_end_was_heard_of_before_it_left(tmp_path: Path) -> None:
    connector = connected(tmp_path)
    now = float(int(time.time()))
    put(connector, 2, now, "还没发出")
    put(connector, 3, now + 0.2, "已解除关联")
    asyncio.run(connector.forget(ME, now + 0.1))
    left, _ = connector.outgoing.next(ME) or pytest.fail("nothing to send")
    assert left.body["text"] == "已解除关联"
    assert connector.outgoing.counts() == {"ended": 1, "new": 1}


def test_when_a_link_is_over_nothing_that_waits_reaches_whoever_has_the_app_next(tmp_path: Path) -> None:
    connector = connected(tmp_path)
    now = time.time() - SLACK_S - 0.1  # heard of soon afterwards
    put(connector, 2, now, "一", "二", "三")
    put(connector, 2, now, "别人的", sender="wxkf-b")
    sent, _ = connector.outgoing.next(ME) or pytest.fail("nothing to send")
    connector.outgoing.sent(sent, within_quota=True)
    with connector.inbox.engine.begin() as conn:
        Choices(connector.inbox.engine).open(conn, ME, 4, ["the way back"], True, now + 0.5)
    on_its_way, _ = connector.outgoing.next(ME) or pytest.fail("nothing to send")
    ours = outlets.Outlets()
    ours.add(connector)
    push = OutboxPush(None, None, ours)  # type: ignore[arg-type]  # neither is asked
    ahead_s = 2 * 24 * 60 * 60  # the ledger's clock
    over = {"id": 7, "sender": ME, "kind": "link_over", "ref": f"1:{now + ahead_s:.3f}", "over_s": 0.0}
    assert asyncio.run(push._tell([over])) == [7]
    connector.outgoing.again(on_its_way, now, "busy")
    connector.outgoing.hold(on_its_way, "quota")
    connector.inbox.take([Arrival("m2", ME, "wk1", "a", now)], now)
    assert connector.outgoing.next(ME) is None
    assert connector.outgoing.counts() == {"sent": 1, "ended": 2, "new": 1}
    choices = Choices(connector.inbox.engine)
    assert (choices.by_menu(ME, "2.1"), choices.by_menu("wxkf-b", "2.1")) == (None, "a token")
    assert choices.by_menu(ME, "4.1") == "the way back"

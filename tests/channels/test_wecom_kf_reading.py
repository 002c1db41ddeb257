"""What the connector makes of the pages that the platform gives, without a bot."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from channels.arriving import Arrival
from channels.inbox import Account, Inbox
from channels.lanes import Lanes
from channels.mailbox import Mailbox
from channels.outgoing import Outgoing
from channels.wecom_kf import KfInput

ME, NOW = "wxkf-a", 1_800_000_000.0
VALUES = {"token": "t", "aes_key": "a" * 43, "corp_id": "ww1a2b3c4d5e6f7a8b", "secret": "s" * 16}
VALUES |= {"accounts": "", "api_base": "http://127.0.0.1:9"}


class Pages(KfInput):
    """A connector whose platform gives these pages, and remembers from which cursors it was asked."""

    def __init__(self, mailbox: Mailbox, *pages: dict[str, Any]) -> None:
        super().__init__(VALUES)
        self.inbox = Inbox(mailbox.engine, self.channel)
        self.outgoing = Outgoing(mailbox.engine, self.channel)
        self._pages = list(pages)
        self.asked_from: list[str] = []

    async def _page(self, account: str, known: Account) -> dict[str, Any]:
        self.asked_from.append(known.cursor)
        return self._pages.pop(0)

    def read_all(self) -> list[str]:
        """Reads; the senders that the bot is to answer."""
        woken: list[str] = []

        async def work(sender: str) -> None:
            woken.append(sender)

        async def reading() -> None:
            self._lanes = {"answering": Lanes(work, 1)}
            await self.read("wk1")
            await asyncio.sleep(0)
            await self.close()

        asyncio.run(asyncio.wait_for(reading(), 20))
        return woken


def written(message_id: str) -> dict[str, Any]:
    by = {"external_userid": "a", "origin": 3, "send_time": NOW}
    return {"msgid": message_id, "msgtype": "text", "text": {"content": "你好"}, **by}


def changed(change_type: int) -> dict[str, Any]:
    event = {"event_type": "session_status_change", "external_userid": "a", "change_type": change_type}
    return {"msgtype": "event", "event": event}


@pytest.mark.parametrize(("change_type", "answered"), [(1, False), (2, False), (3, True), (4, False)])
def test_a_person_takes_the_conversation_in_three_ways(
    mailbox: Mailbox, change_type: int, answered: bool
) -> None:
    kf = Pages(mailbox, {"msg_list": [changed(change_type), written("m2")], "next_cursor": "c1"})
    kf.inbox.take([Arrival("m1", ME, "wk1", "a", NOW, kind="entered")], NOW)
    assert kf.read_all() == ([ME] if answered else [])
    assert kf.inbox.account("wk1") == Account("c1")


def test_a_page_without_a_cursor_leaves_the_known_one(mailbox: Mailbox) -> None:
    kf = Pages(
        mailbox,
        {"msg_list": [written("m1")], "next_cursor": "c1", "has_more": 1},
        {"msg_list": [written("m2")], "has_more": 1},
    )
    kf.read_all()
    assert (kf.asked_from, kf.inbox.account("wk1")) == (["", "c1"], Account("c1"))
    assert kf.inbox.waiting() == [ME]


def test_more_behind_the_same_cursor_is_not_asked_for_without_end(mailbox: Mailbox) -> None:
    page = {"msg_list": [written("m1")], "next_cursor": "c1", "has_more": 1}
    kf = Pages(mailbox, page, page)
    kf.read_all()
    assert (kf.asked_from, kf.inbox.account("wk1")) == (["", "c1"], Account("c1"))

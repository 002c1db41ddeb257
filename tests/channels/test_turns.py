"""Turns in one process: what is numbered first is heard first, and a claim is kept while it is answered."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from sqlalchemy.exc import OperationalError

from channels import turns
from channels.buttons import ButtonSigner, Press
from channels.chat_database import open_engine
from channels.heard import Asked, Hearing
from channels.identity import Identity
from channels.mailbox import LEASE_S, Claim, Mailbox, Message
from channels.turns import Turns

WHO = Identity("web-a", "", 0, 0)
SIGNER = ButtonSigner("button-secret-of-the-tests")
RESPONSES = {
    "utter_nothing_asked": [{"text": "请用文字提问。"}],
    "utter_ai_notice": [{"text": "我是智能客服。"}],
    "utter_broken_off": [{"text": "请再发一次。编号{reference}"}],
}


class SlowToAnswer(Mailbox):
    """The database has done it, and its caller hears so a little later: sometimes after another's."""

    def claim(self, *args: Any) -> Claim:
        done = super().claim(*args)
        time.sleep(random.random() / 20)
        return done

    def finish(self, *args: Any) -> list[Message]:
        done = super().finish(*args)
        time.sleep(random.random() / 20)
        return done


class Full(Mailbox):
    """Its disk has no room for a while."""

    refusals = 2

    def finish(self, *args: Any) -> list[Message]:
        if Full.refusals:
            Full.refusals -= 1
            raise OperationalError("INSERT", {}, Exception("no space left on device"))
        return super().finish(*args)


def make(folder: Path, kind: type[Mailbox], heard: list[tuple[str, Any]]) -> Turns:
    box = kind(open_engine(f"sqlite:///{folder}/chat.db"))
    box.create_tables()
    agent: Any = SimpleNamespace(nlg=TemplatedNaturalLanguageGenerator(RESPONSES), domain=None)

    async def emit(sender: str, event: str, data: Any, skip: str = "") -> None:
        heard.append((event, data))

    hearing = Hearing(box, SIGNER, 300, lambda: agent)
    return Turns(box, SIGNER, hearing, lambda: agent, emit, lambda sender: "web")


def test_a_tab_hears_everything_in_the_order_of_its_numbers(tmp_path: Path) -> None:
    heard: list[tuple[str, Any]] = []
    talk = make(tmp_path, SlowToAnswer, heard)

    async def many_at_once() -> None:
        taken = await asyncio.gather(*(talk.submit(WHO, Asked(str(number), "？")) for number in range(12)))
        await asyncio.gather(*(each.answer for each in taken))

    asyncio.run(many_at_once())
    numbers = [data["seq"] for event, data in heard if event != "typing"]
    assert numbers == list(range(1, 25))


def test_a_long_answer_keeps_its_claim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "RENEW_S", 0.05)
    talk = make(tmp_path, Mailbox, [])
    begun = time.time()

    async def long() -> str:
        talk.mailbox.claim("web-a", "1", "h", "问", begun - LEASE_S + 0.1)
        async with talk._renewed("web-a", "1"):
            await asyncio.sleep(0.3)
            return talk.mailbox.claim("web-a", "1", "h", "问", time.time()).state

    assert asyncio.run(long()) == "working"


def test_an_answer_waits_for_a_database_that_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "STORE_AGAIN_S", 0.01)
    heard: list[tuple[str, Any]] = []
    talk = make(tmp_path, Full, heard)

    async def once() -> list[Message]:
        return await (await talk.submit(WHO, Asked("1", "？"))).answer

    said = asyncio.run(once())
    assert [message["seq"] for message in said] == [2] and Full.refusals == 0
    assert talk.mailbox.since("web-a", 0) == said == [data for event, data in heard if event == "bot_uttered"]


def test_a_message_whose_bot_died_is_told_so_once(tmp_path: Path) -> None:
    heard: list[tuple[str, Any]] = []
    talk = make(tmp_path, Mailbox, heard)
    talk.mailbox.claim("web-a", "died", "h", "问", time.time() - LEASE_S - 1)
    talk.mailbox.claim("web-a", "outbox:1", "", None, time.time() - LEASE_S - 1)  # asked again by the outbox
    talk.mailbox.claim("web-b", "at-work", "h", "问", time.time())

    async def twice() -> None:
        await talk.end_broken_off()
        await talk.end_broken_off()

    asyncio.run(twice())
    said = talk.mailbox.since("web-a", 0)
    assert [message["text"][:6] for message in said] == ["请再发一次。"]
    assert [data for event, data in heard if event == "bot_uttered"] == said
    assert talk.mailbox.since("web-b", 0) == []
    assert talk.mailbox.claim("web-a", "died", "h", "问", time.time()).answer == said


@pytest.mark.parametrize(
    ("said", "told"), [("确认", []), ("人工客服", ["请再发一次。"]), ("问", ["请再发一次。"])]
)
def test_a_confirmation_whose_receipt_has_come_is_not_told_so(
    tmp_path: Path, said: str, told: list[str]
) -> None:
    heard: list[tuple[str, Any]] = []
    talk = make(tmp_path, Mailbox, heard)
    begun = time.time() - LEASE_S - 1
    intents = {"确认": "confirm_settle", "人工客服": "ask_human"}
    buttons = [
        {"title": title, "token": talk.signer.sign("web-a", Press(intent, title), begun)}
        for title, intent in intents.items()
    ]
    for turn_id, bubble in (
        ("quote", {"text": "报价", "buttons": buttons}),
        ("died", None),
        ("outbox:1", {"text": "已结清", "custom": {"type": "receipt"}}),
    ):
        talk.mailbox.claim("web-a", turn_id, "h", said if turn_id == "died" else None, begun)
        if bubble:
            talk.mailbox.finish("web-a", turn_id, [bubble], begun)
    before = len(talk.mailbox.since("web-a", 0))
    asyncio.run(talk.end_broken_off())
    assert [message["text"][:6] for message in talk.mailbox.since("web-a", 0)[before:]] == told
    assert talk.mailbox.claim("web-a", "died", "h", said, time.time()).state == "done"


def test_a_message_that_is_asked_again_in_time_is_not_told_so(tmp_path: Path) -> None:
    talk = make(tmp_path, Mailbox, [])
    talk.mailbox.claim("web-a", "died", "h", "问", time.time() - LEASE_S - 1)
    assert talk.mailbox.claim("web-a", "died", "h", "问", time.time()).state == "mine"
    asyncio.run(talk.end_broken_off())
    assert talk.mailbox.since("web-a", 0) == []

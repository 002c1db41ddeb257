"""A customer: asks, waits for the answer, says the same again under its id when none comes; may settle."""

from __future__ import annotations

import asyncio
import random
import re
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Literal

from soak.tabs import Lost, Message, Tab

QUESTIONS: Final = ("查一下我的账单", "我的额度是多少", "怎么关掉月付", "为什么用不了", "逾期会怎么样")
SETTLE: Final = "我想把欠的一次还完"
WHETHER: Final = "结清凭证号是多少"
CONFIRM: Final = "确认结清"
DEAD_ENDS: Final = ("error", "declined", "lapsed", "step_up")  # kinds of messages after which one begins anew
GIVES_UP_S: Final = 90.0  # nobody waits for longer; such a message counts as never answered
ASKS_AGAIN_S: Final = 1.0
RECEIPT_S: Final = 90.0
OWES_FROM_FEN: Final = 20_000  # of customer 1; see demo.newcomers
OWES_MORE_FEN: Final = 137

_RECEIPT: Final = re.compile(r"JQ[0-9]{8}-[0-9]{4}")
Outcome = Literal["answered", "apology", "refused", "lost", "silent"]


@dataclass
class Try:
    """One attempt to say something, on the monotonic clock. `reference` is what a failure was told with."""

    at: float
    outcome: Outcome = "lost"
    took_s: float = 0.0
    code: str = ""
    reference: str = ""


@dataclass
class Said:
    """A message under its id. `shown`: what the conversation has of it; `seq`: once it was acknowledged."""

    id: str
    body: dict[str, str]
    shown: str
    at: float
    tries: list[Try] = field(default_factory=list)
    seq: int = 0
    acknowledged_at: float = 0.0
    answered_at: float = 0.0


class Customer:
    """The `number`th of demo.newcomers. `login` makes a token of a subject, strong enough to pay with."""

    def __init__(self, number: int, url: str, login: Callable[[str], str], seed: int, pause_s: float) -> None:
        self.number = number
        self.name = f"c-{number}"
        self.sender = f"web-{self.name}"
        self.rng = random.Random(f"{seed}:{number}")
        self.pause_s = pause_s
        enter = partial(login, self.name)
        self.tab = Tab(url, enter, self.rng)
        #: Every eighth has a second tab open, which hears what is said in the first.
        self.tabs = [self.tab, *([Tab(url, enter, self.rng)] if number % 8 == 0 else [])]
        self.said: list[Said] = []
        self.owes_fen = OWES_FROM_FEN + OWES_MORE_FEN * number
        self.mark = f"暗号{self.rng.randrange(1000, 10_000)}{number:03}"
        self.busy = asyncio.Lock()
        self.pressed = False

    async def talk(self, over: asyncio.Event) -> None:
        """Asks one thing after the other until `over`."""
        await _until(over, self.rng.uniform(0, self.pause_s))
        while not over.is_set():
            async with self.busy:
                await self.say(self.rng.choice(QUESTIONS))
            await _until(over, self.pause_s * self.rng.uniform(0.5, 1.5))

    async def ask_quote(self) -> None:
        """Until the button that settles is there; `confirm` presses it."""
        until = time.monotonic() + GIVES_UP_S
        while not self._button() and not self.receipt() and time.monotonic() < until:
            await self.say(SETTLE)
            if not self._button():
                await asyncio.sleep(ASKS_AGAIN_S)
                if self.pressed:  # and was told that something failed: it may be paid all the same
                    await self.say(WHETHER)

    async def confirm(self) -> None:
        """Presses and waits for the receipt; after an apology or a decline presses again, as one is told."""
        until = time.monotonic() + RECEIPT_S
        self.pressed = True
        while not self.receipt() and time.monotonic() < until:
            button = self._button()
            if not button:
                await self.tab.again()  # the login may be what has grown old
                await self.ask_quote()
                continue
            said = await self.press(button)
            if said.tries and said.tries[-1].outcome in ("answered", "silent"):
                await self._wait(partial(self._ended, said.seq), until - time.monotonic())
            await asyncio.sleep(ASKS_AGAIN_S)

    async def say(self, text: str) -> Said:
        text = f"{self.mark}，{text}"
        return await self._deliver(Said(uuid.uuid4().hex, {"text": text}, text, time.monotonic()))

    async def press(self, button: dict[str, str]) -> Said:
        body = {"button": button["token"]}
        return await self._deliver(Said(uuid.uuid4().hex, body, button["title"], time.monotonic()))

    async def flood(self, seconds: float, a_second: int) -> list[Said]:
        """Says far more than anybody may, without waiting; nothing that is refused is said again."""
        running, until = [], time.monotonic() + seconds
        while time.monotonic() < until:
            text = f"{self.mark}，{self.rng.choice(QUESTIONS)}"
            said = Said(uuid.uuid4().hex, {"text": text}, text, time.monotonic())
            self.said.append(said)
            running.append(asyncio.create_task(self._try(said)))
            await asyncio.sleep(1 / a_second)
        await asyncio.gather(*running)
        return [said for said in self.said if said.at >= until - seconds]

    def has_quote(self) -> bool:
        return self._button() is not None

    def receipt(self) -> Message | None:
        """The message that says so: its card, or the number in an answer."""
        heard = self.tab.heard.values()
        said = (each for each in heard if each["role"] == "bot" and _RECEIPT.search(each["text"]))
        return next((each for each in heard if _kind(each) == "receipt"), next(said, None))

    async def _deliver(self, said: Said) -> Said:
        self.said.append(said)
        until = time.monotonic() + GIVES_UP_S
        while not said.answered_at and time.monotonic() < until:
            await self._wait(lambda: self.tab.online, until - time.monotonic())
            await self._try(said)
            last = said.tries[-1]
            if last.outcome in ("refused", "lost", "silent") and not said.answered_at:
                await asyncio.sleep(ASKS_AGAIN_S)
        return said

    async def _try(self, said: Said) -> None:
        """Sends it once, and waits for its answer for as long as the connection lasts."""
        one = Try(time.monotonic())
        said.tries.append(one)
        connection = self.tab.connections
        try:
            told = await self.tab.call("user_uttered", {"id": said.id, **said.body})
        except Lost:
            one.took_s = time.monotonic() - one.at
            return
        if not told.get("ok"):
            one.outcome, one.took_s = "refused", time.monotonic() - one.at
            one.code, one.reference = told["error"].get("code", ""), told["error"].get("reference", "")
            return
        said.seq = told["seq"]
        said.acknowledged_at = said.acknowledged_at or time.monotonic()
        own = {"seq": said.seq, "role": "user", "text": said.shown}
        self.tab.heard.setdefault(said.seq, own)
        await self._wait(
            lambda: self._answer(said.seq) is not None or self.tab.connections != connection, GIVES_UP_S / 2
        )
        answer, one.took_s = self._answer(said.seq), time.monotonic() - one.at
        if answer is None:
            one.outcome = "silent" if self.tab.connections == connection else "lost"
            return
        said.answered_at = time.monotonic()
        one.outcome = "apology" if _kind(answer) == "error" else "answered"
        one.reference = (answer.get("custom") or {}).get("reference", "")

    def _ended(self, seq: int) -> bool:
        """Whether it is known what became of the payment that `seq` confirmed, or it is asked for anew."""
        return self.receipt() is not None or self._newest("quote", *DEAD_ENDS) > seq

    def _answer(self, seq: int) -> Message | None:
        """What the bot said first after message `seq`, as far as this tab heard."""
        later = [each for number, each in self.tab.heard.items() if number > seq and each["role"] == "bot"]
        return min(later, key=lambda each: each["seq"], default=None)

    def _button(self) -> dict[str, str] | None:
        """The newest button that settles, if nothing failed since."""
        last = self._newest(*DEAD_ENDS)
        for number in sorted(self.tab.heard, reverse=True):
            for button in self.tab.heard[number].get("buttons") or []:
                if number > last and button["title"].startswith(CONFIRM):
                    return dict(button)
        return None

    def _newest(self, *kinds: str) -> int:
        """The number of the newest message of these kinds, 0 when there is none."""
        return max((number for number, each in self.tab.heard.items() if _kind(each) in kinds), default=0)

    async def _wait(self, what: Callable[[], bool], seconds: float) -> None:
        until = time.monotonic() + seconds
        while not what() and (left := until - time.monotonic()) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.tab.changed.wait(), min(left, 1.0))
            await asyncio.sleep(
                0.05
            )  # the tab itself clears what it has seen, and is asleep while it is offline


def _kind(message: Message) -> str:
    """The type of its card; `declined` for a payment that did not come about."""
    card = message.get("custom") or {}
    return str((card.get("state") if card.get("type") == "status" else card.get("type")) or "")


async def _until(over: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(over.wait(), seconds)

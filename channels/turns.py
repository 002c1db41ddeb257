"""One message, one answer: claims its id, asks the assistant, stores what was said, tells every open tab."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol
from weakref import WeakValueDictionary

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from sqlalchemy.exc import OperationalError

from channels import logs, metrics, words
from channels.buttons import ButtonError, ButtonSigner, Press
from channels.heard import Asked, Heard, Hearing
from channels.identity import SENDER_PREFIX, Identity
from channels.mailbox import Claim, IdConflict, Mailbox, Message, iso_time
from channels.output import TurnOutput

__all__ = ["IdConflict", "PushFailed", "Submitted", "Turns"]

logger = logging.getLogger(__name__)


class Emit(Protocol):
    """Sends an event to every open tab of a sender, but for the socket `skip`."""

    async def __call__(self, sender: str, event: str, data: Any, skip: str = "") -> None: ...


Order = Callable[[str], AbstractAsyncContextManager[None]]
POLL_S = 0.1
STORE_AGAIN_S = 0.5
KEEPS_TRYING_S = 60.0  # to store an answer while the database is away or full
RENEW_S = 2.0
PUSH_PREFIX = "outbox:"


def of_this_process(_sender: str) -> AbstractAsyncContextManager[None]:
    """The `Order` among processes where there is only one."""
    return nullcontext()


class PushFailed(Exception):
    """A notice could not be turned into a message; it may be tried again."""


@dataclass(frozen=True)
class Submitted:
    """A message taken in. `answer` ends with the stored bubbles of its turn."""

    dup: bool
    seq: int
    answer: asyncio.Task[list[Message]]


@dataclass
class Turns:
    """The one way into the conversation, for HTTP, sockets and pushed notices alike.

    A turn runs in its own task: a client that hangs up does not break off an answer halfway.
    """

    mailbox: Mailbox
    signer: ButtonSigner
    hearing: Hearing
    agent: Callable[[], Agent]
    emit: Emit
    channel_of: Callable[[str], str]  # of a sender
    order: Order = of_this_process
    _running: set[asyncio.Task[list[Message]]] = field(default_factory=set)
    _orders: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def submit(self, who: Identity, asked: Asked, socket: str = "") -> Submitted:
        """Takes a message in; the same id and body again gives the same answer without asking again.

        Args:
            who: the verified speaker.
            asked: the message.
            socket: the socket it came by, which needs no echo of it.

        Raises:
            IdConflict: the id was used with another body.
        """
        logs.begin(who.sender, asked.client_id)
        async with self._in_order(who.sender):  # first of all: messages are numbered as they came
            heard, claim, now = await asyncio.to_thread(self._take_in, who.sender, asked)
            if claim.state == "mine":
                echo = {"seq": claim.seq, "role": "user", "text": heard.shown, "at": iso_time(now)}
                await self.emit(who.sender, "user_echo", echo, skip=socket)
        if claim.state == "mine":
            work = self._answer(who, asked.client_id, heard, claim.first_of_session)
        else:
            work = self._stored(who, asked, heard)
        return Submitted(claim.state != "mine", claim.seq, self._run(work))

    def _run(self, work: Coroutine[Any, Any, list[Message]]) -> asyncio.Task[list[Message]]:
        """Whoever asked may hang up: the answer goes on."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def push(self, sender: str, outbox_id: int | str, kind: str, ref: str) -> list[Message]:
        """Tells the customer of something that happened, once for each outbox id.

        Raises:
            PushFailed: the action failed; nothing was told, the same call may be made again.
        """
        what = hashlib.sha256(f"{kind} {ref}".encode()).hexdigest()[:16]
        turn_id = f"{PUSH_PREFIX}{outbox_id}:{what}"  # a ledger that was reset counts its ids anew
        logs.begin(sender, turn_id)
        while (claim := await self._claim(sender, turn_id, "", None)).state == "working":
            await asyncio.sleep(POLL_S)  # by a bot that may have died: later news wait for it
        if claim.state == "done":
            return claim.answer
        values = {"kind": kind, "ref": ref, "outbox_id": outbox_id}
        heard = Heard("", Press("notice", "", values).parse_data())
        who = Identity(sender, "", 0, 0)
        try:
            async with self._renewed(sender, turn_id):
                output = await self._ask(who, f"outbox-{outbox_id}", heard)
            if output.failures:
                raise PushFailed(output.failures[0])
        except BaseException:
            await asyncio.shield(asyncio.to_thread(self.mailbox.release, sender, turn_id))
            raise
        return await self._finish(sender, turn_id, output.bubbles(), claim.first_of_session)

    def open(
        self, who: Identity, turn_id: str, find: Callable[[], Awaitable[Heard]]
    ) -> asyncio.Task[list[Message]]:
        """Answers what the customer opened on the page, once for each `turn_id`; `find` says what it is.

        The task raises what `find` raises; nothing was said then, the same call may be made again.
        """
        return self._run(self._opened(who, turn_id, find))

    async def _opened(
        self, who: Identity, turn_id: str, find: Callable[[], Awaitable[Heard]]
    ) -> list[Message]:
        while (claim := await self._claim(who.sender, turn_id, "", None)).state == "working":
            await asyncio.sleep(POLL_S)
        if claim.state == "done":
            return claim.answer
        try:
            async with self._renewed(who.sender, turn_id):
                bubbles = await self._bubbles(who, turn_id, await find())
        except BaseException:
            await asyncio.shield(asyncio.to_thread(self.mailbox.release, who.sender, turn_id))
            raise
        return await self._finish(who.sender, turn_id, bubbles, claim.first_of_session)

    async def end_broken_off(self) -> None:
        """Says of each message from the web that a bot took and died over that it has to be sent again.

        It is not answered here: it may be what the bot died of, and its speaker's login is not known now.
        Of a pressed confirmation whose receipt has come since, nothing is left to say.
        """
        left = await asyncio.to_thread(self.mailbox.take_unanswered, SENDER_PREFIX, time.time())
        for sender, turn_id in left:
            if await asyncio.to_thread(self._has_its_receipt, sender, turn_id):
                await self._finish(sender, turn_id, [], False)
            else:
                await self.give_up(sender, turn_id)

    def _has_its_receipt(self, sender: str, turn_id: str) -> bool:
        token = self.mailbox.pressed_before_a_receipt(sender, turn_id)
        try:
            return token is not None and self.signer.read(sender, token, 0).by_click_only
        except ButtonError:
            return False

    async def give_up(self, sender: str, turn_id: str) -> list[Message]:
        """Answers a turn that was broken off: it has to be sent again."""
        logs.begin(sender, turn_id)
        reference = words.new_reference()
        logger.error("[%s] a turn of %s was broken off", reference, sender)
        said = await words.apologise(self.agent(), reference, words.BROKEN_OFF)
        return await self._finish(sender, turn_id, [said], False)

    async def stop(self, timeout_s: float) -> None:
        """Lets running turns end; those that take longer are broken off and may be asked again."""
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=timeout_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _take_in(self, sender: str, asked: Asked) -> tuple[Heard, Claim, float]:
        """What was heard, claimed at that moment; in one thread, for each change of threads has its price."""
        heard, now = self.hearing.hear(sender, asked), time.time()
        return heard, self.mailbox.claim(sender, asked.client_id, asked.body_hash(), heard.shown, now), now

    async def _claim(self, sender: str, turn_id: str, body_hash: str, shown: str | None) -> Claim:
        return await asyncio.to_thread(self.mailbox.claim, sender, turn_id, body_hash, shown, time.time())

    async def _stored(self, who: Identity, asked: Asked, heard: Heard) -> list[Message]:
        """The answer that another call is making, or made; takes over when that one died."""
        while True:
            claim = await self._claim(who.sender, asked.client_id, asked.body_hash(), heard.shown)
            if claim.state == "done":
                return claim.answer
            if claim.state == "mine":
                return await self._answer(who, asked.client_id, heard, claim.first_of_session)
            await asyncio.sleep(POLL_S)

    async def _answer(self, who: Identity, turn_id: str, heard: Heard, first: bool) -> list[Message]:
        await self.emit(who.sender, "typing", {"on": True})
        try:
            with metrics.took("turn"):
                async with self._renewed(who.sender, turn_id):
                    bubbles = await self._bubbles(who, turn_id, heard)
                said = await self._finish(who.sender, turn_id, bubbles, first)
            metrics.answered(heard.parse_data is not None, heard.refusal, said)
            return said
        except BaseException:  # broken off or not stored: the same id may be asked again
            self.mailbox.release(who.sender, turn_id)
            raise
        finally:
            await self.emit(who.sender, "typing", {"on": False})

    async def _bubbles(self, who: Identity, turn_id: str, heard: Heard) -> list[Message]:
        """A turn that failed, or said nothing and did not mean to, is answered with an apology."""
        reference = words.new_reference()
        try:
            if heard.refusal:
                said = await words.say(self.agent(), heard.refusal, limit=self.hearing.max_chars)
                custom = {"type": "lapsed"} if heard.refusal in words.OF_A_DEAD_BUTTON else {}
                return [{"text": said, "buttons": [], "custom": custom}]
            output = await self._ask(who, turn_id, heard)
            bubbles = output.bubbles()
            if bubbles and heard.masked:
                said = await words.say(self.agent(), words.NUMBERS_HIDDEN)
                bubbles[-1]["text"] = "\n".join(filter(None, (bubbles[-1]["text"], said)))
            if bubbles or output.silent:
                return bubbles
            logger.error("[%s] a turn of %s said nothing", reference, who.sender)
        except Exception:
            logger.exception("[%s] a turn of %s failed", reference, who.sender)
        return [await words.apologise(self.agent(), reference)]

    async def _ask(self, who: Identity, request_id: str, heard: Heard) -> TurnOutput:
        channel = self.channel_of(who.sender)
        output = TurnOutput(who.sender, channel, self.signer, time.time())
        facts = {
            "request_id": request_id,
            "acr": who.acr,
            "auth_time": who.auth_time,
            "channel": channel,
        }
        await self.agent().handle_message(
            UserMessage(
                heard.shown,
                output,
                who.sender,
                parse_data=heard.parse_data,
                input_channel=channel,
                message_id=request_id,
                metadata=facts,
            )
        )
        return output

    async def _finish(self, sender: str, turn_id: str, bubbles: list[Message], first: bool) -> list[Message]:
        if first and bubbles:
            notice = await words.say(self.agent(), words.AI_NOTICE)
            bubbles[0]["text"] = "\n".join(filter(None, (notice, bubbles[0]["text"])))
        async with self._in_order(sender):
            said = await self._kept(sender, turn_id, bubbles)
            for message in said:
                await self.emit(sender, "bot_uttered", message)
        return said

    async def _kept(self, sender: str, turn_id: str, bubbles: list[Message]) -> list[Message]:
        """The stored answer. One that was made is not thrown away because the database is gone for a moment:
        what the customer would be told instead is to ask again."""
        until = time.monotonic() + KEEPS_TRYING_S
        while True:
            try:
                return await asyncio.to_thread(self.mailbox.finish, sender, turn_id, bubbles, time.time())
            except OperationalError as error:
                if time.monotonic() > until:
                    raise
                logger.warning("an answer is not stored yet: %s", type(error.orig).__name__)
            await asyncio.sleep(STORE_AGAIN_S)

    @asynccontextmanager
    async def _in_order(self, sender: str) -> AsyncIterator[None]:
        """Held from numbering messages until they have left, so that no tab hears a later one first."""
        lock = self._orders.get(sender) or asyncio.Lock()
        self._orders[sender] = lock
        async with lock, self.order(sender):
            yield

    @asynccontextmanager
    async def _renewed(self, sender: str, turn_id: str) -> AsyncIterator[None]:
        """Keeps the claim of a turn for as long as this process is answering it."""

        async def renew() -> None:
            while True:
                await asyncio.sleep(RENEW_S)
                with suppress(OperationalError):  # the database is away: tried again
                    await asyncio.to_thread(self.mailbox.renew, sender, turn_id, time.time())

        task = asyncio.create_task(renew())
        try:
            yield
        finally:
            task.cancel()

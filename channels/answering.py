"""Answers what arrived: in the order it was sent, each once, whatever happens in between."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from channels import account_links, readable, words
from channels.arriving import Arrival
from channels.buttons import Press
from channels.desk import Desk
from channels.errors import ChatError
from channels.heard import Asked
from channels.identity import Identity
from channels.inbox import Inbox
from channels.mailbox import Message
from channels.outgoing import WINDOW_S, Choices, Outgoing
from channels.readable import Limits
from channels.sending import tell_operator
from channels.service_client import ServiceError

logger = logging.getLogger(__name__)

TRIES = 3  # of a message over which the bot dies
LAST_TRY = 6  # of telling even that
BUSY_S = 2.0
AGAIN_S = 5.0
GREETED_AGAIN_S = 24 * 60 * 60  # who only looks in again is not greeted again


@dataclass(frozen=True)
class Answering:
    """One channel's way from an arrival to what leaves."""

    desk: Desk
    inbox: Inbox
    outgoing: Outgoing
    choices: Choices
    limits: Limits
    send: Callable[[str], None]  # called with a sender when something may leave

    async def work(self, sender: str) -> float | None:
        """Answers all that waits of one sender; after how many seconds it wants to be called again."""
        if not await asyncio.to_thread(self.inbox.begin, sender, "answering", time.time()):
            return BUSY_S
        try:
            while arrival := await asyncio.to_thread(self.inbox.next, sender):
                try:
                    wait_s = await self._wait_s(arrival)
                    if not wait_s:
                        await self._answer(arrival)
                except ServiceError as error:
                    logger.warning("%s waits: %s", sender, error)
                    wait_s = AGAIN_S
                if wait_s:
                    await asyncio.to_thread(self.inbox.not_tried, arrival)
                    return wait_s
        finally:
            await asyncio.shield(asyncio.to_thread(self.inbox.end, sender, "answering"))
        return None

    async def write(self, sender: str, said: list[Message], done: Arrival | None) -> None:
        """Writes down what leaves for stored messages, together with the end of the arrival they answer."""
        code = done.extra.get("code") if done is not None else None
        composed = readable.compose(said, self.limits)
        for body in composed.bodies[: self.limits.event_quota] if code else ():
            body["code"] = code
        await asyncio.to_thread(self._write, sender, said, composed, done)
        if composed.bodies:
            self.send(sender)

    async def _answer(self, arrival: Arrival) -> None:
        said: list[Message] = []
        if arrival.kind == "left":  # whoever has left is told nothing, and whatever happens their link ends
            await self._left(arrival)
        elif arrival.attempts >= LAST_TRY:
            tell_operator(arrival.sender, arrival.message_id, "it could not be answered")
        elif arrival.attempts >= TRIES:
            said = await self.desk.turns.give_up(arrival.sender, arrival.message_id)
        elif asked := await self._asked(arrival):
            submitted = await self.desk.turns.submit(Identity(arrival.sender, "", 0, 0), asked)
            said = await asyncio.shield(submitted.answer)
        await self.write(arrival.sender, said, arrival)

    async def _wait_s(self, arrival: Arrival) -> float:
        """Until a sender who writes faster than allowed may be answered again; 0 when that is now."""
        try:
            if arrival.from_customer:
                await self.desk.rate.admit(arrival.sender)
        except ChatError as error:
            return float(error.retry_after_s or AGAIN_S)
        return 0.0

    async def _asked(self, arrival: Arrival) -> Asked | None:
        """What the arrival says to the bot, None when it is nothing for it."""
        if time.time() - arrival.sent_at > WINDOW_S:
            logger.warning("a message of %s came too late to be answered", arrival.sender)
            return None
        if arrival.kind == "entered":
            return await self._entered(arrival)
        if arrival.kind == "clicked":
            return Asked(arrival.message_id, arrival.text)
        if arrival.kind == "other":
            return Asked(arrival.message_id, f"[{arrival.text}]", told=words.TEXT_ONLY)
        return await self._typed_or_chosen(arrival)

    async def _entered(self, arrival: Arrival) -> Asked | None:
        token = arrival.extra.get("scene", "")
        if account_links.is_token(token):
            return await self._redeemed(arrival, token)
        if not arrival.extra.get("code"):
            return None
        if not arrival.extra.get("anew"):
            last_at = await asyncio.to_thread(self.desk.mailbox.last_at, arrival.sender)
            if arrival.received_at - GREETED_AGAIN_S < last_at <= arrival.received_at:
                return None
        greeting = self.desk.turns.signer.sign(arrival.sender, Press("greet", ""), arrival.received_at)
        return Asked(arrival.message_id, button=greeting)

    async def _redeemed(self, arrival: Arrival, token: str) -> Asked:
        """The answer to a one-time token, which itself is kept nowhere. Raises ServiceError."""
        told = await account_links.redeem(self.desk, arrival.sender, token)
        return Asked(arrival.message_id, "", told=told)

    async def _left(self, arrival: Arrival) -> None:
        """Nothing that waits may follow them, and whoever comes back says anew whose account they are."""
        await account_links.end(self.desk, arrival.sender)
        await asyncio.to_thread(self.outgoing.drop, arrival.sender, time.time())

    async def _typed_or_chosen(self, arrival: Arrival) -> Asked:
        """A menu's item or a number of the open question is the button behind it; other words are words.

        A one-time token may be pasted, too, where the app carries none for whoever comes by a link.
        """
        if not arrival.choice and (pasted := account_links.typed(arrival.text)):
            return await self._redeemed(arrival, pasted)
        number = None if arrival.choice else readable.chosen(arrival.text)
        if not arrival.choice and number is None:
            return Asked(arrival.message_id, arrival.text)
        token = arrival.extra.get("button")
        if token is None:
            token = await asyncio.to_thread(self._chosen, arrival, number) or ""
            await asyncio.to_thread(self.inbox.settle, arrival, token)
        if token:
            return Asked(arrival.message_id, button=token)
        if arrival.choice:
            return Asked(arrival.message_id, arrival.text, told=words.BUTTON_EXPIRED)
        return Asked(arrival.message_id, arrival.text)

    def _chosen(self, arrival: Arrival, number: int | None) -> str | None:
        if number is None:
            return self.choices.by_menu(arrival.sender, arrival.choice)
        return self.choices.by_number(arrival.sender, number, arrival.sent_at)

    def _write(
        self, sender: str, said: list[Message], composed: readable.Composed, done: Arrival | None
    ) -> None:
        now = time.time()
        with self.inbox.engine.begin() as conn:
            if said:
                question = int(said[0]["seq"])
                self.outgoing.put(conn, sender, question, composed.bodies, now)
                if composed.tokens or done is not None:  # news leave open what was asked
                    self.choices.open(conn, sender, question, composed.tokens, composed.numbered, now)
            if done is not None:
                self.inbox.done(conn, done)

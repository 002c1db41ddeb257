"""One of Rasa's own connectors, for the company's own people: `channels.staff.StaffInput` in credentials.yml.

Rasa's connectors believe whoever reaches their address, hand on typed `/intents` as if a button were pressed,
and may name a sender as another channel does. So here: the address has a secret, only listed members are
heard, what they type is words like any customer's, and their senders are nobody's account.
"""

from __future__ import annotations

import asyncio
import logging
import re
import uuid
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from rasa.core.channels import BUILTIN_CHANNELS
from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

from channels import readable
from channels.desk import Desk
from channels.errors import ChatError
from channels.heard import Asked
from channels.http import reply
from channels.identity import Identity
from channels.mailbox import Message

logger = logging.getLogger(__name__)

#: Rasa's that serve no platform: whoever writes says who they are; and one that speaks instead of writing.
ANYBODYS = frozenset({"cmdline", "rest", "callback", "socketio", "rasa", "twilio_voice"})
CONNECTORS = sorted(BUILTIN_CHANNELS.keys() - ANYBODYS)
SECRET = re.compile(r"[A-Za-z0-9_-]{24,128}")
MEMBER = re.compile(r"\S{1,64}")


class StaffInput(InputChannel):
    """Rasa's connector `inner` at an address with `secret`, for `members`: their ids on its platform."""

    channel = "staff"
    prefix = "staff-"

    def __init__(self, inner: InputChannel, secret: str, members: frozenset[str]) -> None:
        self.inner = inner
        self.members = members
        self._secret = secret
        self._desk: Desk

    @classmethod
    def name(cls) -> str:
        return cls.channel

    @classmethod
    def from_credentials(cls, given: dict[str, Any] | None) -> InputChannel:
        """`connector`, `address_secret`, `members`, and the keys of Rasa's connector.

        Raises:
            SystemExit: with one sentence when a key is missing or wrong.
        """
        keys = dict(given or {})
        connector, secret = str(keys.pop("connector", "")), str(keys.pop("address_secret", ""))
        members = [str(each) for each in keys.pop("members", None) or []]
        if connector not in CONNECTORS:
            raise _wrong("connector", f"one of {', '.join(CONNECTORS)}")
        if not SECRET.fullmatch(secret):
            raise _wrong("address_secret", "24 to 128 letters, digits, _ or -")
        if not members or not all(MEMBER.fullmatch(each) for each in members):
            raise _wrong("members", "a list of your people's ids on that platform")
        return cls(BUILTIN_CHANNELS[connector].from_credentials(keys), secret, frozenset(members))

    def url_prefix(self) -> str:
        return f"{self.inner.url_prefix()}/{self._secret}"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes of Rasa's connector; what it hears comes here and not to Rasa."""
        blueprint = self.inner.blueprint(self._hear)
        blueprint.listener("before_server_start")(self._before_start)
        blueprint.exception(Exception)(self._unforeseen)
        return blueprint

    async def deliver(self, sender: str, said: list[Message]) -> None:
        """Not every connector of Rasa's can speak first."""
        output = self.inner.get_output_channel()
        if output is None:
            logger.warning("%s has news that this connector cannot bring", sender)
            return
        await _say(output, sender.removeprefix(self._prefix), said)

    async def invite(self, token: str, life_s: float) -> str:
        """Nobody is linked here."""
        return ""

    async def forget(self, sender: str, ended_at: float) -> None:
        """Nothing waits here."""

    @property
    def _prefix(self) -> str:
        """Of these senders: no other channel names any like this."""
        return f"{self.prefix}{self.inner.name()}-"

    async def _before_start(self, app: Sanic, _loop: asyncio.AbstractEventLoop) -> None:
        self._desk = Desk.of(app)
        self._desk.outlets.add(self)

    async def _unforeseen(self, _request: Request, error: Exception) -> HTTPResponse:
        """What the connector cannot read. Sanic would log the address, which has the secret."""
        if isinstance(error, SanicException):
            return reply(ChatError("bad_request", f"{self.inner.name()}: {type(error).__name__}"))
        unforeseen = ChatError("internal")
        logger.error(
            "[%s] %s: a request failed (%s)", unforeseen.reference, self.inner.name(), type(error).__name__
        )
        return reply(unforeseen)

    async def _hear(self, message: UserMessage) -> None:
        """A turn like any other. Whatever else the connector says of its sender counts for nothing."""
        if message.sender_id not in self.members:
            logger.warning("refused: somebody who is no member wrote by %s", self.inner.name())
            return
        sender = self._prefix + message.sender_id
        try:
            await self._desk.rate.admit(sender)
            asked = Asked(uuid.uuid4().hex, message.text or "")
            submitted = await self._desk.turns.submit(Identity(sender, "", 0, 0), asked)
            said = await asyncio.shield(submitted.answer)
        except ChatError as error:
            said = [{"text": error.body()["message"]}]
        except Exception:  # which the connector would only log, with the member left without an answer
            unforeseen = ChatError("internal")
            logger.exception("[%s] a message of %s failed", unforeseen.reference, sender)
            said = [{"text": unforeseen.body()["message"]}]
        await _say(message.output_channel, message.sender_id, said)


def refuse_direct(listed: Iterable[InputChannel]) -> None:
    """Raises SystemExit for a connector of Rasa's that credentials.yml lists itself."""
    for each in listed:
        if type(each).__module__.startswith("rasa."):
            raise SystemExit(
                f"credentials.yml lists Rasa's own channel {each.name()}, which takes anybody's word for who"
                " speaks: take it out, or use it for staff by channels.staff.StaffInput (docs/channels.md)."
            )


def _wrong(key: str, wanted: str) -> SystemExit:
    return SystemExit(f"credentials.yml, {StaffInput.channel}: {key} must be {wanted}.")


async def _say(output: OutputChannel, recipient: str, said: Iterable[Message]) -> None:
    """Each bubble as words; what its buttons say can be typed."""
    for bubble in said:
        titles = "、".join(each["title"] for each in bubble.get("buttons") or [])
        text = "\n".join(filter(None, (readable.text_of(bubble), titles and f"可回复：{titles}")))
        if text:
            await output.send_text_message(recipient, text)

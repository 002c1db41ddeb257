"""Private messages of a Douyin business account (抖音私信), `channels.douyin.DouyinInput` in credentials.yml.

The platform posts events as JSON, signed with the app's secret over the raw body. Answers go by `im/send/msg`
with the id of the customer's message. It knows no ids of ours: what may have arrived is sent again, unless
its own event of what was sent says so first.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import re
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

from channels import account_links
from channels.arriving import Arrival, known_id
from channels.credentials import Key
from channels.encrypted_xml import MAX_BODY_BYTES, Refused
from channels.inbox import Peer
from channels.messaging import Delivery, MessagingInput, Probe
from channels.outgoing import WINDOW_S, Confirmation, Departure
from channels.platform_api import (
    AccessToken,
    Dialect,
    PlatformApi,
    PlatformError,
    QuotaUsed,
    TryAgain,
    granted,
)
from channels.readable import Limits
from channels.sending import by_event

logger = logging.getLogger(__name__)

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
ID = re.compile(r"[!-~]{1,512}")
MAX_TIME_MS = 10**15
CONFIRMED_WITHIN_S = 5  # usually at once
SCOPE = "im.direct_message"
TEXT = 1  # a message's type, as the platform numbers them
QUOTA_ERRORS = (28003070, 28003080, 28003081)  # all were sent, or the message that they answer is too old
NAMES = {
    "image": "图片", "user_local_image": "图片", "video": "视频", "user_local_video": "视频", "emoji": "表情",
    "retain_consult_card": "卡片",
}  # fmt: skip


def _code_of(answer: Any) -> int:
    """Newer calls of the platform say it in one place, older ones in another."""
    told = (answer.get("data") or {}, answer.get("extra") or {}, answer)
    codes = (each.get(name) for each in told for name in ("error_code", "err_no"))
    return next((int(code) for code in codes if code), 0)


DIALECT = Dialect(
    code_of=_code_of,
    token_errors=(28001003, 28001008, 2190002, 2190008),
    # Busy, the network, too often; and what the app may call in a day is used up.
    busy_errors={28001005: 0, 28001006: 0, 2100004: 0, 28003018: 5, 28003017: 600, 2190001: 600},
    token_header="access-token",
)


class DouyinInput(MessagingInput):
    """The private messages of one app's business accounts."""

    channel = "douyin"
    prefix = "dy-"
    # A message may be answered for a day, and the event of entering for 30 s.
    limits = Limits(text_bytes=2048, text_chars=1000, quota=6, window_s=24 * 60 * 60, event_s=28)
    keys = (
        Key("client_key", r"[A-Za-z0-9]{8,64}", "awx1a2b3c4d5e6f7"),
        Key("client_secret", r"\S{16,128}", "${YUEFU_DOUYIN_SECRET}"),
        Key("accounts", r"[\w-]{1,64}(,[\w-]{1,64})*", "[ba253642-0590-40bc-9bdf-9a1334b94059]"),
        Key("api_base", r"https?://\S+", "https://open.douyin.com", default="https://open.douyin.com"),
    )

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self._api = PlatformApi(values["api_base"], DIALECT)
        accounts = values["accounts"].split(",")
        self._tokens = {each: AccessToken(partial(self._fetch_token, each)) for each in accounts}

    def open(self, query: Mapping[str, str], headers: Mapping[str, str], body: bytes, now: float) -> Delivery:
        if len(body) > MAX_BODY_BYTES:
            raise Refused("too large")
        given = headers.get("x-douyin-signature", "")
        if not hmac.compare_digest(self._signature(body).encode(), given.encode("utf-8", "replace")):
            raise Refused("forged")
        event = _read(body)
        kind, content = event.get("event"), _content(event)
        if kind == "verify_webhook":  # which names no app
            if not isinstance(challenge := content.get("challenge"), (int, str)):
                raise Refused("no challenge")
            return Delivery(answer=json.dumps({"challenge": challenge}))
        if event.get("client_key") != self.values["client_key"]:
            raise Refused("for another app")
        if kind in ("im_receive_msg", "im_enter_direct_msg"):
            arrival = self._arrival(event, content, now)
            return Delivery([arrival] if arrival else [])
        if kind == "im_send_msg" and content.get("source") == self.values["client_key"]:
            return Delivery(confirmations=[self._confirmation(event, content)])
        return Delivery()  # what somebody of the company sent from the app, for example

    async def send(self, peer: Peer, departure: Departure) -> bool:
        entering = by_event(departure, self.limits, time.time())
        known = peer.context
        message = {
            "scene": "im_enter_direct_msg" if entering else "im_reply_msg",
            "msg_id": departure.body["code"] if entering else known.get("msg_id", ""),
            "conversation_id": known.get("conversation_id", ""),
            "to_user_id": known.get("open_id", ""),
            "content": {"msg_type": TEXT, "text": {"text": departure.body["text"]}},
        }
        if not message["msg_id"]:
            raise QuotaUsed("the customer has not written yet")
        token = self._tokens.get(peer.account)
        if token is None:
            raise PlatformError("its account is no longer listed")
        try:
            await self._api.call(token, "im/send/msg/", message, {"open_id": peer.account})
        except TryAgain as error:
            if error.sure:
                raise
            wait_s = max(CONFIRMED_WITHIN_S, error.wait_s)
            raise TryAgain(str(error), error.code, sure=False, wait_s=wait_s) from None
        except PlatformError as error:
            if error.code in QUOTA_ERRORS:
                raise QuotaUsed("over the quota", error.code) from None
            raise
        return not entering

    def probe(self, now: float) -> Probe:
        check = {"event": "verify_webhook", "client_key": "", "content": {"challenge": 42}}
        body = json.dumps(check).encode()
        headers = {"X-Douyin-Signature": self._signature(body), "Content-Type": "application/json"}
        return Probe({}, json.dumps({"challenge": 42}), body, headers)

    async def log_in(self) -> None:
        for token in self._tokens.values():
            await token.get()

    async def close(self) -> None:
        await self._api.close()

    def _signature(self, body: bytes) -> str:
        return hashlib.sha1(self.values["client_secret"].encode() + body).hexdigest()

    async def _fetch_token(self, account: str) -> tuple[str, float]:
        """The business account's own token, for which the app's secret is enough."""
        who = {name: self.values[name] for name in ("client_key", "client_secret")}
        wanted = {**who, "open_id": account, "scope": SCOPE}

        async def asked() -> dict[str, Any]:
            given = (await self._api.plain("POST", "oauth/business_token/", {}, wanted))["data"]
            return {"access_token": given["biz_token"], "expires_in": given["biz_expires_in"]}

        return await granted(self.channel, asked())

    def _arrival(self, event: dict[str, Any], content: dict[str, Any], now: float) -> Arrival | None:
        """None for what is none of the bot's: a group's, another account's, or too old to be answered.

        The age matters for more than that: a signature is good for ever, and what was delivered is known
        again for a few days only. Raises Refused.
        """
        user, account = _id(event, "from_user_id"), _id(event, "to_user_id")
        message_id, conversation = _id(content, "server_message_id"), _id(content, "conversation_short_id")
        created = content.get("create_time")
        if type(created) is not int or not 0 <= created < MAX_TIME_MS:
            raise Refused("a message without its time")
        if account not in self._tokens or content.get("conversation_type", 1) != 1:
            logger.warning("%s: a message for an account that is not listed, or of a group", self.channel)
            return None
        sent_at = min(created / 1000, now)
        if now - sent_at > WINDOW_S:
            logger.warning("%s: a message came too late", self.channel)
            return None
        context = {"open_id": user, "conversation_id": conversation}
        told: dict[str, Any]
        if event["event"] == "im_enter_direct_msg":
            extra = {"code": message_id, **_came_with(content)}
            told = {"kind": "entered", "extra": extra, "context": context}
        else:
            told = {**_said(content), "context": {**context, "msg_id": message_id}}
        name = _name(user)
        return Arrival(known_id(self.channel, message_id), self.prefix + name, account, name, sent_at, **told)

    def _confirmation(self, event: dict[str, Any], content: dict[str, Any]) -> Confirmation:
        """Raises Refused."""
        sender = self.prefix + _name(_id(event, "to_user_id"))
        message_id = known_id(self.channel, _id(content, "server_message_id"))
        return Confirmation(sender, message_id, _typed(content))


def _read(body: bytes) -> dict[str, Any]:
    """Raises Refused for anything but an object."""
    try:
        event = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Refused("no JSON in UTF-8") from None
    if not isinstance(event, dict):
        raise Refused("no event")
    return event


def _content(event: dict[str, Any]) -> dict[str, Any]:
    """An object, or the text of one. Raises Refused."""
    content = event.get("content")
    if isinstance(content, str):
        return _read(content.encode("utf-8", "replace"))
    if not isinstance(content, dict):
        raise Refused("an event without content")
    return content


def _id(given: dict[str, Any], name: str) -> str:
    """Raises Refused for anything but the id that has to be there."""
    value = given.get(name)
    if not isinstance(value, str) or not ID.fullmatch(value):
        raise Refused("an event without its ids")
    return value


def _said(content: dict[str, Any]) -> dict[str, str]:
    """An arrival's text and kind."""
    kind = content.get("message_type")
    if kind == "text":
        return {"text": _typed(content)}
    return {"kind": "other", "text": NAMES.get(str(kind), "消息")}


def _typed(content: dict[str, Any]) -> str:
    text = content.get("text")
    return text if isinstance(text, str) else ""


def _came_with(content: dict[str, Any]) -> dict[str, str]:
    """What a mini-app hands over for whoever it sends here: a one-time token, or something of its own."""
    given = content.get("data-im-extra")
    return {"scene": given} if isinstance(given, str) and account_links.is_token(given) else {}


def _name(open_id: str) -> str:
    """The open_id, or what is made from one that is no name: some are 90 characters with @, / and +."""
    return open_id if NAME.fullmatch(open_id) else hashlib.sha256(open_id.encode()).hexdigest()[:48]

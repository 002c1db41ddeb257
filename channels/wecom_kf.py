"""WeCom customer service (微信客服), `channels.wecom_kf.KfInput` in credentials.yml.

The platform only pokes: its callback says that an account has messages, which are then read by `sync_msg`
from a cursor. Answers go by `send_msg`, with our own message ids: one that was sent twice arrives once.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Mapping
from typing import Any

from channels.arriving import Arrival, known_id
from channels.credentials import Key
from channels.encrypted_xml import Envelope, Refused
from channels.inbox import Account, Peer
from channels.messaging import Delivery, MessagingInput, Probe
from channels.outgoing import Departure
from channels.platform_api import (
    AccessToken,
    PlatformApi,
    PlatformError,
    QuotaUsed,
    TryAgain,
    WithPerson,
    granted,
)
from channels.readable import Limits
from channels.sending import by_event, tell_operator

logger = logging.getLogger(__name__)

USER = re.compile(r"[A-Za-z0-9_-]{1,64}")
POKE_LIFE_S = 600
PAGE = 100  # the platform gives up to 1,000, but a page is one transaction and others wait for it
CUSTOMER = 3
TAKEN_BY_A_PERSON = (1, 2, 4)  # from the pool, from a colleague, again after its end; 3 is its end
QUOTA_ERRORS = (95001,)
PERSON_ERRORS = (95013, 95018)
FAILED_TO_SEND = {
    4: "48 hours are over",
    5: "the conversation has ended",
    6: "over the quota",
    10: "refused by the user",
}
OF_AN_EVENT = {"scene": "scene_param", "code": "welcome_code"}
NAMES = {
    "image": "图片", "voice": "语音", "video": "视频", "file": "文件", "location": "位置", "link": "链接",
    "business_card": "名片", "miniprogram": "小程序",
}  # fmt: skip


class KfInput(MessagingInput):
    """One company's customer-service accounts."""

    channel = "wecom_kf"
    prefix = "wxkf-"
    # A code of an event is good for 20 s.
    limits = Limits(text_bytes=2048, menu_bytes=1024, menu_items=10, title_bytes=128, quota=5, event_s=18)
    keys = (
        Key("corp_id", r"[A-Za-z0-9_-]{8,64}", "ww1a2b3c4d5e6f7a8b"),
        Key("secret", r"\S{16,128}", "${YUEFU_KF_SECRET}"),
        Key("token", r"[A-Za-z0-9]{3,32}", "${YUEFU_KF_TOKEN}"),
        Key("aes_key", r"[A-Za-z0-9]{43}", "${YUEFU_KF_AES_KEY}"),
        Key("accounts", r"[A-Za-z0-9_,-]*", "[wkAJ2GCAAASSm4_FhToWMFea0xAFfd3Q]", default=""),
        Key(
            "api_base", r"https?://\S+", "https://qyapi.weixin.qq.com", default="https://qyapi.weixin.qq.com"
        ),
    )

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self._envelope = Envelope(values["token"], values["aes_key"], values["corp_id"])
        self._api = PlatformApi(values["api_base"])
        self._token = AccessToken(self._fetch_token)

    def accounts(self) -> list[str]:
        return [each for each in self.values["accounts"].split(",") if each]

    def prove(self, query: Mapping[str, str], now: float) -> str:
        return self._envelope.open_echo(query, now)

    def open(self, query: Mapping[str, str], headers: Mapping[str, str], body: bytes, now: float) -> Delivery:
        """The word that an account has something to read; other events of the company are none for us."""
        fields = self._envelope.open_body(query, body, now)
        if fields.get("ToUserName") != self.values["corp_id"]:
            raise Refused("for another company")
        account, token = fields.get("OpenKfId", ""), fields.get("Token", "")
        if fields.get("Event") != "kf_msg_or_event":
            return Delivery()
        if not USER.fullmatch(account) or len(token) > 128:
            raise Refused("a poke without an account")
        if self.accounts() and account not in self.accounts():
            logger.warning("%s: a poke for an account that is not listed", self.channel)
            return Delivery()
        return Delivery(pokes=[(account, token)])

    async def read(self, account: str) -> None:
        """Reads on from the cursor to the end; each page is kept together with the cursor behind it.

        A page that leads no further is the last: the next poke, or look, reads on from there.
        """
        more = True
        while more:
            known = await asyncio.to_thread(self.inbox.account, account)
            page = await self._page(account, known)
            found: list[Arrival] = []
            for entry in page.get("msg_list") or []:
                event = entry.get("event") or {}
                if event and event.get("event_type") != "enter_session":
                    await self.took(found)  # who has the conversation changes for what comes after
                    await self._handle(event)
                    found = []
                elif arrival := self._arrival(account, entry):
                    found.append(arrival)
            behind = str(page.get("next_cursor") or "")
            await self.took(found, (account, behind) if behind else None)
            more = bool(page.get("has_more")) and behind not in ("", known.cursor)

    async def send(self, peer: Peer, departure: Departure) -> bool:
        message = _message(departure)
        if by_event(departure, self.limits, time.time()):
            by = {"code": departure.body["code"]}
            try:
                await self._api.call(self._token, "cgi-bin/kf/send_msg_on_event", {**by, **message})
            except PlatformError as error:
                raise TryAgain(f"goes as a message: {error}", sure=False) from None
            return False
        to = {"touser": peer.user, "open_kfid": peer.account}
        try:
            await self._api.call(self._token, "cgi-bin/kf/send_msg", {**to, **message})
        except PlatformError as error:
            if error.code in QUOTA_ERRORS:
                raise QuotaUsed("over the quota", error.code) from None
            if error.code in PERSON_ERRORS:
                raise WithPerson("it is not the bot's turn", error.code) from None
            raise
        return True

    def probe(self, now: float) -> Probe:
        return Probe(self._envelope.seal("channels-check", now), "channels-check")

    async def log_in(self) -> None:
        await self._token.get()

    async def close(self) -> None:
        await self._api.close()

    async def _fetch_token(self) -> tuple[str, float]:
        who = {"corpid": self.values["corp_id"], "corpsecret": self.values["secret"]}
        return await granted(self.channel, self._api.plain("GET", "cgi-bin/gettoken", who))

    async def _page(self, account: str, known: Account) -> dict[str, Any]:
        fresh = known.token and time.time() - known.poked_at < POKE_LIFE_S
        ask = {
            "open_kfid": account,
            "limit": PAGE,
            "cursor": known.cursor,
            "token": known.token if fresh else "",
        }
        given = {name: value for name, value in ask.items() if value}
        return await self._api.call(self._token, "cgi-bin/kf/sync_msg", given)

    async def _handle(self, event: dict[str, Any]) -> None:
        """An event about what we sent, or about who has the conversation."""
        kind, sender = event.get("event_type"), self.prefix + str(event.get("external_userid"))
        if kind == "msg_send_fail":
            number = event.get("fail_type")
            why = FAILED_TO_SEND.get(number, f"fail_type {number}") if isinstance(number, int) else "unknown"
            failed = str(event.get("fail_msgid") or "")
            if await asyncio.to_thread(self.outgoing.end, failed, "failed", why):
                tell_operator(sender, failed, why)
        elif kind == "session_status_change":
            taken = event.get("change_type") in TAKEN_BY_A_PERSON
            await asyncio.to_thread(self.inbox.with_person, sender, taken, time.time())

    def _arrival(self, account: str, entry: dict[str, Any]) -> Arrival | None:
        event = entry.get("event") or {}
        user = str(entry.get("external_userid") or event.get("external_userid") or "")
        if (not event and entry.get("origin") != CUSTOMER) or not USER.fullmatch(user):
            return None
        sent_at = float(entry.get("send_time") or time.time())
        kind = "entered" if event else "text" if entry.get("msgtype") == "text" else "other"
        text = entry.get("text") or {}
        shown = text.get("content") if kind == "text" else NAMES.get(str(entry.get("msgtype")), "消息")
        extra = {ours: str(event[theirs]) for ours, theirs in OF_AN_EVENT.items() if event.get(theirs)}
        known_by = entry.get("msgid") or [account, user, sent_at, sorted(extra.items())]
        return Arrival(
            message_id=known_id(self.channel, known_by),
            sender=self.prefix + user,
            account=account,
            user=user,
            sent_at=sent_at,
            text="" if event else str(shown or ""),
            choice=str(text.get("menu_id") or ""),
            kind=kind,
            extra=extra,
        )


def _message(departure: Departure) -> dict[str, Any]:
    text, menu = departure.body["text"], departure.body.get("menu")
    if not menu:
        return {"msgid": departure.id, "msgtype": "text", "text": {"content": text}}
    items = [{"type": "click", "click": {"id": each["id"], "content": each["title"]}} for each in menu]
    head = {"head_content": text} if text else {}
    return {"msgid": departure.id, "msgtype": "msgmenu", "msgmenu": {**head, "list": items}}

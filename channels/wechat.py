"""A WeChat service account (公众号, 服务号), `channels.wechat.WechatInput` in credentials.yml.

Every message and event is posted to us, encrypted, and repeated up to three times until it is acknowledged.
Answers go by the customer-service interface, which knows no ids of ours: a message of which it is not known
whether it arrived is sent again, and may arrive twice.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any

from channels.arriving import Arrival, known_id
from channels.credentials import Key
from channels.encrypted_xml import Envelope, Refused
from channels.inbox import Peer
from channels.messaging import Delivery, MessagingInput, Probe
from channels.outgoing import Departure
from channels.platform_api import AccessToken, NoMenu, PlatformApi, PlatformError, QuotaUsed, granted
from channels.readable import Limits
from channels.sending import by_event

USER = re.compile(r"[A-Za-z0-9_-]{1,64}")
STAMP = re.compile(r"[0-9]{1,12}")
NUMBER = re.compile(r"[0-9]{1,20}")
ECHO = re.compile(r"[A-Za-z0-9_+/=-]{1,128}")  # it is said back: nothing that a page could be made of
MENU_ERRORS = (40200, 45098, 45099)  # not for this kind of account; too many items; too long a title
QUOTA_ERRORS = (45015, 45047)  # over the 48 hours or not followed any more; over the number of messages
AN_EVENT_IS_KNOWN_BY = ("FromUserName", "CreateTime", "Event", "EventKey")
OF_A_NEW_FOLLOWER = "qrscene_"
ENTERED = ("subscribe", "SCAN")
MIN_CODE_S, MAX_CODE_S = 60, 2_592_000
ITEMS = 100  # of a menu at most; its ids are digits alone: the platform's examples are
NAMES = {
    "image": "图片", "voice": "语音", "video": "视频", "shortvideo": "视频",
    "location": "位置", "link": "链接",
}  # fmt: skip


class WechatInput(MessagingInput):
    """One service account in its safe mode."""

    channel = "wechat"
    prefix = "wxoa-"
    # An event may be answered by three messages within a minute, a message by five within 48 hours. How large
    # a menu may be is not published: what is larger than this is numbered.
    limits = Limits(
        text_bytes=2048,
        menu_bytes=1024,
        menu_items=8,
        title_bytes=60,
        quota=5,
        event_s=55,
        event_quota=3,
        event_tries=4,
    )
    keys = (
        Key("app_id", r"wx[0-9a-f]{16}", "wx5823bf96d3bd56c7"),
        Key("secret", r"\S{16,128}", "${YUEFU_WECHAT_SECRET}"),
        Key("token", r"[A-Za-z0-9]{3,32}", "${YUEFU_WECHAT_TOKEN}"),
        Key("aes_key", r"[A-Za-z0-9]{43}", "${YUEFU_WECHAT_AES_KEY}"),
        Key("api_base", r"https?://\S+", "https://api.weixin.qq.com", default="https://api.weixin.qq.com"),
    )

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self._envelope = Envelope(values["token"], values["aes_key"], values["app_id"])
        self._api = PlatformApi(values["api_base"])
        self._token = AccessToken(self._fetch_token)

    def prove(self, query: Mapping[str, str], now: float) -> str:
        """This check is not encrypted, in the safe mode neither."""
        self._envelope.verify("signature", query, now)
        echo = query.get("echostr", "")
        if not ECHO.fullmatch(echo):
            raise Refused("no such check")
        return echo

    def open(self, query: Mapping[str, str], headers: Mapping[str, str], body: bytes, now: float) -> Delivery:
        """A message or an event; of other events there is nothing to say."""
        fields = self._envelope.open_body(query, body, now)
        user, account = fields.get("FromUserName", ""), fields.get("ToUserName", "")
        if not (USER.fullmatch(user) and USER.fullmatch(account)):
            raise Refused("a message without a sender")
        if not STAMP.fullmatch(fields.get("CreateTime", "")):
            raise Refused("a message without its time")
        said = _event(fields) if fields.get("MsgType") == "event" else _message(fields)
        if said is None:
            return Delivery()
        known_by = fields.get("MsgId") or [fields.get(name) for name in AN_EVENT_IS_KNOWN_BY]
        known = known_id(self.channel, known_by)
        at = float(fields["CreateTime"])
        return Delivery([Arrival(known, self.prefix + user, account, user, at, **said)])

    async def send(self, peer: Peer, departure: Departure) -> bool:
        outside = by_event(departure, self.limits, time.time())
        message = {"touser": peer.user, **_sent(departure)}
        try:
            await self._api.call(self._token, "cgi-bin/message/custom/send", message)
        except PlatformError as error:
            if error.code in QUOTA_ERRORS:
                raise QuotaUsed("over the quota", error.code) from None
            if error.code in MENU_ERRORS and departure.body.get("menu"):
                raise NoMenu(str(error), error.code) from None
            raise
        return not outside

    async def invite(self, token: str, life_s: float) -> str:
        """What a QR code has to say, so that the token comes with whoever scans it."""
        asked = {
            "expire_seconds": round(min(max(life_s, MIN_CODE_S), MAX_CODE_S)),
            "action_name": "QR_STR_SCENE",
            "action_info": {"scene": {"scene_str": token}},
        }
        made = await self._api.call(self._token, "cgi-bin/qrcode/create", asked)
        if not made.get("url"):
            raise PlatformError("a QR code without an address")
        return str(made["url"])

    def probe(self, now: float) -> Probe:
        return Probe({**self._envelope.sign("signature", now), "echostr": "channels-check"}, "channels-check")

    async def log_in(self) -> None:
        await self._token.get()

    async def close(self) -> None:
        await self._api.close()

    async def _fetch_token(self) -> tuple[str, float]:
        """The account's stable token: other programs of the account get the same, and end nobody's."""
        who = {"appid": self.values["app_id"], "secret": self.values["secret"]}
        asked = {"grant_type": "client_credential", **who}
        return await granted(self.channel, self._api.plain("POST", "cgi-bin/stable_token", {}, asked))


def _event(fields: Mapping[str, str]) -> dict[str, Any] | None:
    """What an event is among arrivals, None for one that asks for nothing."""
    event, key = fields.get("Event", ""), fields.get("EventKey", "")
    if event in ENTERED:
        told = {"scene": key.removeprefix(OF_A_NEW_FOLLOWER), "anew": "1" if event == "subscribe" else ""}
        said = {name: value for name, value in told.items() if value}
        return {"kind": "entered", "extra": {"code": event, **said}}
    if event == "CLICK" and key:
        return {"kind": "clicked", "text": key, "extra": {"code": event}}
    return {"kind": "left"} if event == "unsubscribe" else None


def _message(fields: Mapping[str, str]) -> dict[str, Any]:
    """What a message is among arrivals. Raises Refused."""
    if not NUMBER.fullmatch(fields.get("MsgId", "")):
        raise Refused("a message without an id")
    if fields.get("MsgType") != "text":
        return {"kind": "other", "text": NAMES.get(fields.get("MsgType", ""), "消息")}
    pressed = fields.get("bizmsgmenuid", "")
    return {"text": fields.get("Content", ""), "choice": _ours(pressed) if pressed else ""}


def _sent(departure: Departure) -> dict[str, Any]:
    text, menu = departure.body["text"], departure.body.get("menu")
    if not menu:
        return {"msgtype": "text", "text": {"content": text}}
    items = [{"id": _theirs(each["id"]), "content": each["title"]} for each in menu]
    return {"msgtype": "msgmenu", "msgmenu": {"head_content": text, "list": items, "tail_content": ""}}


def _theirs(menu_id: str) -> str:
    """`7.2` as 702."""
    question, _, number = menu_id.partition(".")
    return str(int(question) * ITEMS + int(number))


def _ours(menu_id: str) -> str:
    """702 as `7.2`; what is no id of ours stays as it is, and chooses nothing."""
    if not NUMBER.fullmatch(menu_id):
        return menu_id
    question, number = divmod(int(menu_id), ITEMS)
    return f"{question}.{number}"

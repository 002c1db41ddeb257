"""A WeCom customer-service platform on the loopback interface. Runs in the service's environment.

It signs and encrypts with wechatpy, checks what it is sent as the platform does, and fails when told to.

Usage: python wecom_kf.py PORT CALLBACK_URL
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import sys
import time
from collections import Counter, defaultdict
from functools import partial
from typing import Any
from urllib.parse import urlencode

import httpx
from sanic import Request, response
from sanic.response import HTTPResponse
from wechatpy.crypto import _get_signature
from wechatpy.enterprise.crypto import PrpCrypto, WeChatCrypto

from tests.channels.platforms.kf_account import ACCOUNT, AES_KEY, CORP_ID, SECRET, TOKEN
from tests.channels.platforms.switches import Delivery, Switched, loaded, serve

QUOTA = 5
TOKENLESS_A_MINUTE = 10
ORIGIN_CUSTOMER, ORIGIN_EVENT, ORIGIN_STAFF = 3, 4, 5
MSGID = re.compile(r"[0-9a-zA-Z_-]{1,32}")
BOMB = '<!DOCTYPE x [<!ENTITY a "{}"><!ENTITY b "{}">]>'.format("ha" * 50, "&a;" * 50)


def refusal(code: int, why: str) -> HTTPResponse:
    return response.json({"errcode": code, "errmsg": why})


class Platform(Switched):
    """What the platform knows."""

    def __init__(self, callback: str) -> None:
        super().__init__(callback)
        self.poke_token = secrets.token_hex(8)
        self.entries: list[dict[str, Any]] = []
        self.known: set[str] = set()
        self.allowed: Counter[str] = Counter()
        self.heard_at: dict[str, float] = {}
        self.states: defaultdict[str, int] = defaultdict(int)
        self.codes: dict[str, str] = {}
        self.page = 1000
        self.tokenless: list[float] = []
        self.last: tuple[str, bytes] = ("", b"")

    def say(self, user: str, fields: dict[str, Any]) -> dict[str, Any]:
        at = fields.pop("send_time", time.time())
        usual = {"msgid": secrets.token_hex(12), "open_kfid": ACCOUNT, "external_userid": user}
        entry = {**usual, "send_time": int(at), "origin": ORIGIN_CUSTOMER, **fields}
        self.entries.append(entry)
        if entry["origin"] == ORIGIN_CUSTOMER:
            self.allowed[user] = QUOTA
            self.heard_at[user] = at
        return entry

    def event(self, kind: str, user: str, fields: dict[str, Any]) -> None:
        code = {"welcome_code": secrets.token_hex(8)} if fields.pop("welcome", False) else {}
        if code:
            self.codes[code["welcome_code"]] = user
        event = {"event_type": kind, "open_kfid": ACCOUNT, "external_userid": user, **code, **fields}
        entry = {"msgid": secrets.token_hex(12), "send_time": int(time.time()), "origin": ORIGIN_EVENT}
        self.entries.append({**entry, "msgtype": "event", "event": event})

    def signed(self, how: str = "") -> tuple[str, bytes]:
        """Query and body of a poke, spoilt as `how` says."""
        stamp, nonce = str(int(time.time()) - (600 if how == "stale" else 0)), secrets.token_hex(5)
        token = "othertoken1" if how == "forged" else TOKEN
        company = "wwffffffffffffffff" if how == "other_company" else CORP_ID
        inner = (
            f"<xml><ToUserName><![CDATA[{CORP_ID}]]></ToUserName><CreateTime>{stamp}</CreateTime>"
            f"<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[kf_msg_or_event]]></Event>"
            f"<Token><![CDATA[{self.poke_token}]]></Token><OpenKfId><![CDATA[{ACCOUNT}]]></OpenKfId></xml>"
        )
        inner = BOMB + inner if how == "bomb" else inner
        inner = '<?xml version="1.0" encoding="GBK"?>' + inner if how == "gbk" else inner
        inner = "not xml" if how == "no_xml" else inner
        encrypted = PrpCrypto(WeChatCrypto(token, AES_KEY, company).key).encrypt(inner, company).decode()
        signature = _get_signature(token, stamp, nonce, encrypted)
        query = {"msg_signature": signature, "timestamp": stamp, "nonce": nonce}
        if how == "unsigned":
            del query["msg_signature"]
        outer = f"<ToUserName><![CDATA[{company}]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt>"
        body = f"<xml>{outer}</xml>"
        body = inner if how == "plain" else body + " " * 70_000 if how == "large" else body
        return urlencode(query), body.encode()

    async def poke(self, client: httpx.AsyncClient, how: str = "") -> tuple[int, float]:
        """The status of one poke, and how many seconds the acknowledgement took."""
        query, body = self.last if how == "replayed" else self.signed(how)
        self.last = (query, body)
        began = time.perf_counter()
        answer = await client.post(
            f"{self.callback}?{query}", content=body, headers={"Content-Type": "text/xml"}
        )
        return answer.status_code, time.perf_counter() - began

    def set_up(self, asked: dict[str, Any]) -> None:
        """`page`: entries a page; `state` of a `user`."""
        super().set_up(asked)
        self.page = asked.get("page", self.page)
        if "state" in asked:
            self.states[asked["user"]] = asked["state"]

    def denied(self, request: Request, path: str) -> HTTPResponse | None:
        """What comes before any call is looked at."""
        self.calls[path] += 1
        token = request.args.get("access_token", "")
        if token in self.revoked:
            return refusal(42001, "access_token expired")
        if not self.access_tokens or token != self.access_tokens[-1]:
            return refusal(40014, "invalid access_token")
        return None

    def deliver(self, user: str, message: dict[str, Any], counts: bool) -> HTTPResponse:
        if why := unfit(message):
            return refusal(40058, why)
        if message["msgid"] not in self.known:
            if counts and self.allowed[user] <= 0:
                return refusal(95001, "send msg count limit")
            if counts:
                self.allowed[user] -= 1
            self.known.add(message["msgid"])
            self.sent.append({"user": user, "at": time.time(), **message})
        return response.json({"errcode": 0, "errmsg": "ok", "msgid": message["msgid"]})


def unfit(message: dict[str, Any]) -> str:
    """What of a message is beyond the documented limits."""
    if not MSGID.fullmatch(message.get("msgid", "")):
        return "msgid"
    if message["msgtype"] == "text":
        return "" if 0 < len(message["text"]["content"].encode()) <= 2048 else "text"
    menu = message["msgmenu"]
    items = [item["click"] for item in menu["list"]]
    fits = 1 <= len(items) <= 10 and len(menu.get("head_content", "").encode()) <= 1024
    fits &= all(1 <= len(each["id"].encode()) <= 64 for each in items)
    fits &= all(1 <= len(each["content"].encode()) <= 128 for each in items)
    return "" if fits else "msgmenu"


async def failing(kind: str) -> HTTPResponse | None:
    """The answer of a call that fails before anything was done."""
    if kind == "429":
        return response.text("", status=429, headers={"Retry-After": "1"})
    if kind == "busy":
        return refusal(-1, "system busy")
    if kind == "slow":
        await asyncio.sleep(0.5)
    return None


async def gettoken(request: Request) -> HTTPResponse:
    platform: Platform = request.app.ctx.platform
    platform.calls["gettoken"] += 1
    if request.args.get("corpid") != CORP_ID or request.args.get("corpsecret") != SECRET:
        return refusal(40001, "invalid credential")
    await asyncio.sleep(0.05)
    platform.access_tokens.append(secrets.token_hex(16))
    return response.json({"errcode": 0, "access_token": platform.access_tokens[-1], "expires_in": 7200})


async def sync_msg(request: Request) -> HTTPResponse:
    platform: Platform = request.app.ctx.platform
    if denied := platform.denied(request, "sync_msg"):
        return denied
    if failed := await failing(platform.fault("sync_msg")):
        return failed
    now = time.time()
    if request.json.get("token") != platform.poke_token:
        platform.tokenless = [at for at in platform.tokenless if at > now - 60]
        if len(platform.tokenless) >= TOKENLESS_A_MINUTE:
            return refusal(45009, "api freq out of limit")
        platform.tokenless.append(now)
    begin = int(request.json.get("cursor") or 0)
    end = min(begin + platform.page, begin + request.json.get("limit", 1000), len(platform.entries))
    more = int(end < len(platform.entries))
    return response.json(
        {"errcode": 0, "next_cursor": str(end), "has_more": more, "msg_list": platform.entries[begin:end]}
    )


async def send_msg(request: Request) -> HTTPResponse:
    platform: Platform = request.app.ctx.platform
    if denied := platform.denied(request, "send_msg"):
        return denied
    kind = platform.fault("send_msg")
    if failed := await failing(kind):
        return failed
    message = json.loads(request.body)
    user = message.pop("touser")
    if message.pop("open_kfid") != ACCOUNT or b"\\u" in request.body:
        return refusal(95000, "invalid open_kfid, or text that is not raw UTF-8")
    if platform.states[user] not in (0, 1):
        return refusal(95018, "send msg session status invalid")
    if time.time() - platform.heard_at.get(user, 0.0) > 48 * 3600:
        return refusal(95002, "out of the 48 hours")
    answer = platform.deliver(user, message, counts=True)
    return response.text("", status=502) if kind == "answer_lost" else answer


async def send_msg_on_event(request: Request) -> HTTPResponse:
    platform: Platform = request.app.ctx.platform
    if denied := platform.denied(request, "send_msg_on_event"):
        return denied
    message = json.loads(request.body)
    user = platform.codes.pop(message.pop("code"), "")
    return platform.deliver(user, message, counts=False) if user else refusal(95007, "invalid code")


async def say(request: Request) -> HTTPResponse:
    platform: Platform = request.app.ctx.platform
    fields = {"msgtype": "text", **request.json}
    return response.json(platform.say(fields.pop("user"), fields))


async def event(request: Request) -> HTTPResponse:
    platform: Platform = request.app.ctx.platform
    fields = dict(request.json)
    platform.event(fields.pop("kind"), fields.pop("user"), fields)
    return response.json({})


async def poke(request: Request) -> HTTPResponse:
    platform: Platform = request.app.ctx.platform
    async with httpx.AsyncClient(timeout=30) as client:
        hows = request.json["hows"]
        answers = await asyncio.gather(*(platform.poke(client, how) for how in hows))
    return response.json([status for status, _ in answers])


async def echo(request: Request) -> HTTPResponse:
    platform: Platform = request.app.ctx.platform
    stamp, nonce = str(int(time.time())), secrets.token_hex(5)
    token = "othertoken1" if request.json.get("how") == "forged" else TOKEN
    crypto = WeChatCrypto(token, AES_KEY, CORP_ID)
    echostr = (
        PrpCrypto(crypto.key).encrypt(request.json["text"], request.json.get("company", CORP_ID)).decode()
    )
    signature = _get_signature(token, stamp, nonce, echostr)
    query = {"msg_signature": signature, "timestamp": stamp, "nonce": nonce, "echostr": echostr}
    async with httpx.AsyncClient() as client:
        answer = await client.get(platform.callback, params=query)
    return response.json({"status": answer.status_code, "text": answer.text})


async def load(request: Request) -> HTTPResponse:
    """Many customers write at once, each with a poke, some pokes twice; how long acknowledging took."""
    platform: Platform = request.app.ctx.platform
    prefix, count, repeats = (request.json[name] for name in ("prefix", "count", "repeats"))
    for number in range(count):
        platform.say(f"{prefix}-{number}", {"msgtype": "text", "text": {"content": "你好"}})
    signed = [platform.signed("") for _ in range(count + repeats)]
    made = [Delivery(body, query, {"Content-Type": "text/xml"}) for query, body in signed]
    return await loaded(platform.callback, made, request.json["at_once"])


ROUTES = (
    ("GET", "/cgi-bin/gettoken", gettoken),
    ("POST", "/cgi-bin/kf/sync_msg", sync_msg),
    ("POST", "/cgi-bin/kf/send_msg", send_msg),
    ("POST", "/cgi-bin/kf/send_msg_on_event", send_msg_on_event),
    ("POST", "/test/say", say),
    ("POST", "/test/event", event),
    ("POST", "/test/poke", poke),
    ("POST", "/test/echo", echo),
    ("POST", "/test/load", load),
)


if __name__ == "__main__":
    serve("wecom_kf_platform", partial(Platform, sys.argv[2]), ROUTES, int(sys.argv[1]))

"""A WeChat service account's platform on the loopback interface. Runs in the service's environment.

It signs and encrypts with wechatpy, checks what it is sent as the platform does, and fails when told to.

Usage: python wechat.py PORT CALLBACK_URL
"""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
import time
from collections import defaultdict
from functools import partial
from typing import Any
from urllib.parse import urlencode

import httpx
from sanic import Request, response
from sanic.response import HTTPResponse
from wechatpy.crypto import PrpCrypto, WeChatCrypto, _get_signature
from wechatpy.utils import WeChatSigner

from tests.channels.platforms.switches import Delivery, Switched, loaded, serve
from tests.channels.platforms.wechat_account import ACCOUNT, AES_KEY, APP_ID, SECRET, TOKEN
from tests.channels.platforms.wecom_kf import BOMB, failing, refusal

OF_A_MESSAGE, MESSAGE_S = 5, 48 * 3600
OF_AN_EVENT, EVENT_S = 3, 60
ANSWER_S = 5.0
REPEATS = 3


def signature_of(*parts: str) -> str:
    signer = WeChatSigner()
    signer.add_data(*parts)
    return str(signer.signature)


class Platform(Switched):
    """What the platform knows."""

    def __init__(self, callback: str) -> None:
        super().__init__(callback)
        self.followers: set[str] = set()
        self.allowed: dict[str, list[tuple[float, int]]] = defaultdict(list)  # until when, how many
        self.scenes: dict[str, tuple[str, float]] = {}
        self.last: dict[str, dict[str, str]] = {}
        self.skew_s = 0

    def set_up(self, asked: dict[str, Any]) -> None:
        """`allowed` to a `user`: [seconds, count]; `skew_s` of its clock."""
        super().set_up(asked)
        self.skew_s = asked.get("skew_s", self.skew_s)
        if "allowed" in asked:
            until = [(time.time() + for_s, count) for for_s, count in asked["allowed"]]
            self.allowed[asked["user"]] = until

    def now(self) -> float:
        return time.time() + self.skew_s

    def make(self, user: str, fields: dict[str, str]) -> dict[str, str]:
        """A message or an event, and what it allows us to answer."""
        usual = {"ToUserName": ACCOUNT, "FromUserName": user, "CreateTime": str(int(self.now()))}
        event = fields.get("Event")
        known = {} if event else {"MsgType": "text", "MsgId": str(secrets.randbits(62))}
        made = {**usual, **known, **fields}
        if event == "unsubscribe":
            self.followers.discard(user)
            self.allowed[user] = []
        else:
            self.followers.add(user)
            self.allowed[user].append(
                (time.time() + EVENT_S, OF_AN_EVENT) if event else (time.time() + MESSAGE_S, OF_A_MESSAGE)
            )
            if not event:
                self.allowed[user] = self.allowed[user][-1:]
        self.last[user] = made
        return made

    def signed(self, made: dict[str, str], how: str) -> tuple[dict[str, str], bytes]:
        """Query and body of one delivery, spoilt as `how` says."""
        stamp = str(int(self.now()) - (600 if how == "stale" else 0))
        nonce = secrets.token_hex(5)
        token = "othertoken1" if how == "forged" else TOKEN
        company = "wxffffffffffffffff" if how == "other_company" else APP_ID
        inner = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in made.items())
        inner = f"<xml>{inner}</xml>"
        inner = BOMB + inner if how == "bomb" else inner
        inner = '<?xml version="1.0" encoding="GBK"?>' + inner if how == "gbk" else inner
        inner = "not xml" if how == "no_xml" else inner
        encrypted = PrpCrypto(WeChatCrypto(token, AES_KEY, company).key).encrypt(inner, company).decode()
        query = {"signature": signature_of(token, stamp, nonce), "timestamp": stamp, "nonce": nonce}
        query |= {"openid": made["FromUserName"], "encrypt_type": "aes"}
        if how != "unsigned":
            query["msg_signature"] = _get_signature(token, stamp, nonce, encrypted)
        outer = f"<ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt>"
        body = f"<xml>{outer}</xml>"
        body = inner if how == "plain" else body + " " * 70_000 if how == "large" else body
        return query, body.encode()

    async def push(self, client: httpx.AsyncClient, made: dict[str, str], how: str = "") -> tuple[int, float]:
        """The status in the end, after up to three repeats, and the seconds that acknowledging took."""
        for _ in range(1 if how else 1 + REPEATS):
            query, body = self.signed(made, how)
            began = time.perf_counter()
            try:
                answer = await client.post(f"{self.callback}?{urlencode(query)}", content=body)
            except httpx.HTTPError:
                continue
            took = time.perf_counter() - began
            if how or (answer.status_code == 200 and answer.text in ("success", "")):
                return answer.status_code, took
        return 0, ANSWER_S

    def allows(self, user: str) -> int:
        """0 and one less to send, or why not."""
        open_ones = [each for each in self.allowed[user] if each[0] > time.time()]
        if user not in self.followers or not open_ones:
            return 45015
        for until, count in sorted(open_ones):
            if count:
                self.allowed[user] = [*(each for each in open_ones if each[0] != until), (until, count - 1)]
                return 0
        return 45047


def unfit(message: dict[str, Any]) -> str:
    """What of a message is beyond what is documented or can be supposed."""
    if message["msgtype"] == "text":
        return "" if 0 < len(message["text"]["content"].encode()) <= 2048 else "text"
    menu = message["msgmenu"]
    fits = 1 <= len(menu["list"]) <= 8 and len(menu["head_content"].encode()) <= 1024
    fits &= all(each["id"].isdecimal() and 0 < len(each["content"].encode()) <= 60 for each in menu["list"])
    return "" if fits else "msgmenu"


def denied(request: Request, path: str) -> HTTPResponse | None:
    """What comes before any call is looked at."""
    platform: Platform = request.app.ctx.platform
    platform.calls[path] += 1
    token = request.args.get("access_token", "")
    if token in platform.revoked:
        return refusal(42001, "access_token expired")
    if not platform.access_tokens or token != platform.access_tokens[-1]:
        return refusal(40001, "invalid credential, access_token is invalid or not latest")
    return None


async def stable_token(request: Request) -> HTTPResponse:
    platform: Platform = request.app.ctx.platform
    platform.calls["stable_token"] += 1
    asked = request.json
    if asked["grant_type"] != "client_credential" or asked["appid"] != APP_ID or asked["secret"] != SECRET:
        return refusal(40125, "invalid appsecret")
    await asyncio.sleep(0.05)
    if not platform.access_tokens or platform.access_tokens[-1] in platform.revoked:
        platform.access_tokens.append(secrets.token_hex(32))
    return response.json({"access_token": platform.access_tokens[-1], "expires_in": 7200})


async def send(request: Request) -> HTTPResponse:
    platform: Platform = request.app.ctx.platform
    if refused := denied(request, "send"):
        return refused
    kind = platform.fault("send")
    if failed := await failing(kind):
        return failed
    message = json.loads(request.body)
    user = message.pop("touser")
    if kind == "no_menus" and message["msgtype"] == "msgmenu":
        return refusal(40200, "invalid account type")
    if why := unfit(message):
        return refusal(45002, f"size out of limit: {why}")
    if b"\\u" in request.body:
        return refusal(40033, "invalid charset: use raw UTF-8")
    if code := platform.allows(user):
        return refusal(code, "out of time or count limit, or subscription is canceled")
    platform.sent.append({"user": user, "at": time.time(), **message})
    return response.text("", status=502) if kind == "answer_lost" else refusal(0, "ok")


async def create(request: Request) -> HTTPResponse:
    """A QR code with a scene; what it says is good for so many seconds."""
    platform: Platform = request.app.ctx.platform
    if refused := denied(request, "qrcode"):
        return refused
    if failed := await failing(platform.fault("qrcode")):
        return failed
    scene = request.json["action_info"]["scene"]["scene_str"]
    life_s = request.json["expire_seconds"]
    if request.json["action_name"] != "QR_STR_SCENE" or not 1 <= len(scene) <= 64 or life_s > 2_592_000:
        return refusal(40053, "invalid action info")
    url = f"http://weixin.qq.com/q/{secrets.token_hex(10)}"
    platform.scenes[url] = (scene, time.time() + life_s)
    return response.json({"ticket": secrets.token_hex(20), "expire_seconds": life_s, "url": url})


async def push(request: Request) -> HTTPResponse:
    """`fields` of a new message or event of `user`, or the last again; once for each of `hows`, at once."""
    platform: Platform = request.app.ctx.platform
    user, fields = request.json["user"], request.json.get("fields")
    made = platform.last[user] if fields is None else platform.make(user, fields)
    async with httpx.AsyncClient(timeout=ANSWER_S) as client:
        hows = request.json.get("hows", [""])
        answers = await asyncio.gather(*(platform.push(client, made, how) for how in hows))
    return response.json([status for status, _ in answers])


async def scan(request: Request) -> HTTPResponse:
    """`user` scans the code that says `url`."""
    platform: Platform = request.app.ctx.platform
    user = request.json["user"]
    scene, until = platform.scenes[request.json["url"]]
    assert until > time.time(), "the code is no good any more"
    follows = user in platform.followers
    event = {"Event": "SCAN", "EventKey": scene}
    event = event if follows else {"Event": "subscribe", "EventKey": f"qrscene_{scene}"}
    made = platform.make(user, {"MsgType": "event", **event, "Ticket": secrets.token_hex(20)})
    async with httpx.AsyncClient(timeout=ANSWER_S) as client:
        return response.json([(await platform.push(client, made))[0]])


async def echo(request: Request) -> HTTPResponse:
    platform: Platform = request.app.ctx.platform
    stamp, nonce = str(int(platform.now())), secrets.token_hex(5)
    token = "othertoken1" if request.json.get("how") == "forged" else TOKEN
    query = {"signature": signature_of(token, stamp, nonce), "timestamp": stamp, "nonce": nonce}
    async with httpx.AsyncClient() as client:
        answer = await client.get(platform.callback, params={**query, "echostr": request.json["text"]})
    return response.json({"status": answer.status_code, "text": answer.text})


async def load(request: Request) -> HTTPResponse:
    """Many customers write at once, some messages come twice; how long acknowledging took."""
    platform: Platform = request.app.ctx.platform
    prefix, count, repeats = (request.json[name] for name in ("prefix", "count", "repeats"))
    every = [platform.make(f"{prefix}-{number}", {"Content": "你好"}) for number in range(count)]
    signed = [platform.signed(made, "") for made in [*every, *every[:repeats]]]
    made = [Delivery(body, urlencode(query)) for query, body in signed]
    return await loaded(platform.callback, made, request.json["at_once"])


ROUTES = (
    ("POST", "/cgi-bin/stable_token", stable_token),
    ("POST", "/cgi-bin/message/custom/send", send),
    ("POST", "/cgi-bin/qrcode/create", create),
    ("POST", "/test/push", push),
    ("POST", "/test/scan", scan),
    ("POST", "/test/echo", echo),
    ("POST", "/test/load", load),
)


if __name__ == "__main__":
    serve("wechat_platform", partial(Platform, sys.argv[2]), ROUTES, int(sys.argv[1]))

"""A platform of Douyin's private messages on the loopback interface. Runs in the service's environment.

It signs with the hashes of `cryptography`, checks what it is sent as the platform does, and fails when told.

Usage: python douyin.py PORT CALLBACK_URL
"""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
import time
from functools import partial
from typing import Any

import aiohttp
from cryptography.hazmat.primitives import hashes
from sanic import Request, response
from sanic.response import HTTPResponse

from tests.channels.platforms.douyin_account import ACCOUNT, CLIENT_KEY, SECRET
from tests.channels.platforms.switches import Delivery, Switched, loaded, serve

QUOTA, OF_ENTERING = 6, 3
MESSAGE_LIFE_S, ENTERING_LIFE_S = 24 * 3600, 30
TRIES = 3
OTHERS_KEY = "awffffffffffffff"


def refusal(code: int, why: str) -> HTTPResponse:
    """As the platform says it: with status 200, and the code in two places."""
    data = {"error_code": code, "description": why}
    return response.json({"data": data, "extra": {**data, "logid": secrets.token_hex(8)}})


def signature(secret: str, body: bytes) -> str:
    digest = hashes.Hash(hashes.SHA1())
    digest.update(secret.encode())
    digest.update(body)
    return digest.finalize().hex()


class Platform(Switched):
    """What the platform knows. Made in its event loop, which its client needs."""

    def __init__(self, callback: str) -> None:
        super().__init__(callback)
        self.answerable: dict[str, dict[str, Any]] = {}  # by message id: who, when, how many are left, scene
        self.echoes = True
        self.echoing: set[asyncio.Task[Any]] = set()
        self.last: dict[str, Any] = {}
        self.client = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=100))

    def event(self, kind: str, user: str, fields: dict[str, Any]) -> dict[str, Any]:
        """Something that the customer did; `fields` go into its content."""
        at = fields.pop("at", time.time())
        message_id = fields.pop("server_message_id", f"@{secrets.token_urlsafe(48)}+/==")
        content = {
            "conversation_short_id": f"@{user}/+conversation==",
            "server_message_id": message_id,
            "conversation_type": 1,
            "create_time": int(at * 1000),
            "user_infos": [{"open_id": user, "nick_name": "小明", "avatar": "https://p3.example/a.jpeg"}],
            **fields,
        }
        entering = kind == "im_enter_direct_msg"
        left, life_s = (OF_ENTERING, ENTERING_LIFE_S) if entering else (QUOTA, MESSAGE_LIFE_S)
        scene = "im_enter_direct_msg" if entering else "im_reply_msg"
        known = {"user": user, "until": at + life_s, "left": left, "scene": scene}
        self.answerable.setdefault(message_id, known)
        self.last = enveloped(kind, user, ACCOUNT, content)
        return content

    async def deliver(self, how: str = "", event: dict[str, Any] | None = None) -> tuple[int, float]:
        """The status of one delivery, spoilt as `how` says, and how many seconds the acknowledgement took."""
        headers, body = spoilt(event or self.last, how)
        began = time.perf_counter()
        status, _ = await self.post(headers, body)
        return status, time.perf_counter() - began

    async def post(self, headers: dict[str, str], body: bytes) -> tuple[int, str]:
        """Status and text of the bot's answer."""
        headers = {"Content-Type": "application/json", **headers}
        async with self.client.post(self.callback, data=body, headers=headers) as answer:
            return answer.status, await answer.text()

    async def echo(self, message: dict[str, Any]) -> None:
        """Of what an account sent it hears as well, up to three times."""
        content = {
            "conversation_short_id": message["conversation_id"],
            "server_message_id": message["server_message_id"],
            "conversation_type": 1,
            "message_type": "text",
            "source": CLIENT_KEY,
            "create_time": int(time.time() * 1000),
            "text": message["text"]["content"],
        }
        event = enveloped("im_send_msg", ACCOUNT, message["user"], content)
        for _ in range(TRIES):
            try:
                if (await self.deliver("", event))[0] == 200:
                    return
            except aiohttp.ClientError:
                await asyncio.sleep(0.2)

    def set_up(self, asked: dict[str, Any]) -> None:
        """`echoes`: whether it tells what was sent."""
        super().set_up(asked)
        self.echoes = asked.get("echoes", self.echoes)

    def denied(self, request: Request) -> HTTPResponse | None:
        """What comes before any call is looked at."""
        token = request.headers.get("access-token", "")
        if token in self.revoked:
            return refusal(28001008, "access_token过期,请刷新或重新授权")
        if not self.access_tokens or token != self.access_tokens[-1]:
            return refusal(28001003, "access_token无效")
        if request.args.get("open_id") != ACCOUNT:
            return refusal(28001015, "access_token和openId不匹配")
        return None

    def accept(self, message: dict[str, Any]) -> HTTPResponse:
        """It reaches the customer, if the message that it answers lets it; the same twice, twice."""
        answered = self.answerable.get(message["msg_id"])
        if answered is None or answered["user"] != message["to_user_id"]:
            return refusal(28003082, "消息对象不匹配")
        if message["conversation_id"] != f"@{message['to_user_id']}/+conversation==":
            return refusal(28001007, "参数不合法")
        if answered["scene"] != message["scene"]:
            return refusal(28001007, "参数不合法")
        text = message["content"]["text"]["text"]
        if message["content"]["msg_type"] != 1 or not 0 < len(text) <= 1000:
            return refusal(28001007, "参数不合法")
        if time.time() > answered["until"]:
            return refusal(28003080, "消息已过期")
        if answered["left"] <= 0:
            return refusal(28003070, "超过可发送的条数")
        answered["left"] -= 1
        arrived = {
            "server_message_id": f"@{secrets.token_urlsafe(48)}==",
            "user": message["to_user_id"],
            "msgtype": "text",
            "text": {"content": text},
            "scene": message["scene"],
            "at": time.time(),
        }
        self.sent.append(arrived)
        if self.echoes:
            echo = self.echo({**arrived, "conversation_id": message["conversation_id"]})
            task = asyncio.get_running_loop().create_task(echo)
            self.echoing.add(task)
            task.add_done_callback(self.echoing.discard)
        done = {"error_code": 0, "description": ""}
        return response.json({"data": done, "extra": done, "msg_id": arrived["server_message_id"]})


def enveloped(kind: str, sender: str, receiver: str, content: Any) -> dict[str, Any]:
    """An event; what it is about is JSON in a text, but for the check of the address."""
    return {
        "event": kind,
        "client_key": CLIENT_KEY,
        "from_user_id": sender,
        "to_user_id": receiver,
        "content": json.dumps(content, ensure_ascii=False),
        "log_id": secrets.token_hex(8),
    }


def spoilt(event: dict[str, Any], how: str) -> tuple[dict[str, str], bytes]:
    """Headers and body of a delivery; only `forged`, `unsigned` and `changed` are not signed as is due."""
    if how == "other_app":
        event = {**event, "client_key": OTHERS_KEY}
    if how == "other_account":
        event = {**event, "to_user_id": "aaaaaaaa-0590-40bc-9bdf-9a1334b94059"}
    if how == "no_content":
        event = {**event, "content": "not json"}
    if how == "no_id":
        event = {**event, "content": json.dumps({"message_type": "text", "text": "你好"})}
    body = json.dumps(event, ensure_ascii=False).encode()
    if how == "gbk":
        body = json.dumps(event, ensure_ascii=False).encode("gbk")
    elif how == "no_json":
        body = body[:-1]
    elif how == "a_list":
        body = b"[" + body + b"]"
    elif how == "deep":
        body = b'{"event": ' + b"[" * 20_000 + b"]" * 20_000 + b"}"
    elif how == "large":
        body += b" " * 70_000
    signed = signature("another-secret" if how == "forged" else SECRET, body)
    headers = {} if how == "unsigned" else {"X-Douyin-Signature": signed}
    return headers, body.replace(b"im_", b"im_ ") if how == "changed" else body


async def failing(kind: str) -> HTTPResponse | None:
    """The answer of a call that fails before anything was done."""
    if kind == "429":
        return response.text("", status=429, headers={"Retry-After": "1"})
    codes = {"busy": 28001005, "often": 28003018, "quota": 28003070, "old": 28003080, "refused": 28001038}
    if kind in codes:
        return refusal(codes[kind], kind)
    if kind == "slow":
        await asyncio.sleep(0.5)
    return None


async def business_token(request: Request) -> HTTPResponse:
    platform: Platform = request.app.ctx.platform
    platform.calls["business_token"] += 1
    asked = json.loads(request.body)
    wanted = {"client_key": CLIENT_KEY, "client_secret": SECRET, "open_id": ACCOUNT}
    if asked != {**wanted, "scope": "im.direct_message"}:
        return response.json({"data": {}, "err_no": 28001018, "err_msg": "应用未获得该能力", "log_id": "1"})
    if failed := await failing(platform.fault("business_token")):
        return failed
    await asyncio.sleep(0.05)
    platform.access_tokens.append(secrets.token_hex(16))
    data = {"biz_token": platform.access_tokens[-1], "biz_expires_in": 2592000, "biz_refresh_token": "r"}
    return response.json({"data": data, "err_no": 0, "err_msg": ""})


async def send_msg(request: Request) -> HTTPResponse:
    platform: Platform = request.app.ctx.platform
    platform.calls["send_msg"] += 1
    if denied := platform.denied(request):
        return denied
    kind = platform.fault("send_msg")
    if failed := await failing(kind):
        return failed
    if b"\\u" in request.body:
        return refusal(28001007, "text that is not raw UTF-8")
    answer = platform.accept(json.loads(request.body))
    return response.text("", status=502) if kind == "answer_lost" else answer


async def say(request: Request) -> HTTPResponse:
    platform: Platform = request.app.ctx.platform
    fields = {"message_type": "text", **request.json}
    return response.json(platform.event("im_receive_msg", fields.pop("user"), fields))


async def event(request: Request) -> HTTPResponse:
    platform: Platform = request.app.ctx.platform
    fields = dict(request.json)
    return response.json(platform.event(fields.pop("kind"), fields.pop("user"), fields))


async def deliver(request: Request) -> HTTPResponse:
    """The last event, once in each of the ways, all at the same time."""
    platform: Platform = request.app.ctx.platform
    answers = await asyncio.gather(*(platform.deliver(how) for how in request.json["hows"]))
    return response.json([status for status, _ in answers])


async def echo(request: Request) -> HTTPResponse:
    """The check of the address: `text` is the challenge, and what of it comes back; `how` it is spoilt."""
    platform: Platform = request.app.ctx.platform
    content = {"challenge": int(request.json["text"])}
    asked = {"event": "verify_webhook", "client_key": "", "content": content}
    headers, body = spoilt(asked, request.json.get("how", ""))
    status, text = await platform.post(headers, body)
    text = str(json.loads(text)["challenge"]) if status == 200 else text
    return response.json({"status": status, "text": text})


async def load(request: Request) -> HTTPResponse:
    """Many customers write at once, some deliveries come twice; how long acknowledging took."""
    platform: Platform = request.app.ctx.platform
    prefix, count, repeats = (request.json[name] for name in ("prefix", "count", "repeats"))
    events = []
    for number in range(count):
        platform.event("im_receive_msg", f"{prefix}-{number}", {"message_type": "text", "text": "你好"})
        events.append(platform.last)
    signed = [spoilt(each, "") for each in events + events[:repeats]]
    made = [
        Delivery(body, headers={"Content-Type": "application/json", **headers}) for headers, body in signed
    ]
    return await loaded(platform.callback, made, request.json["at_once"])


ROUTES = (
    ("POST", "/oauth/business_token/", business_token),
    ("POST", "/im/send/msg/", send_msg),
    ("POST", "/test/say", say),
    ("POST", "/test/event", event),
    ("POST", "/test/deliver", deliver),
    ("POST", "/test/echo", echo),
    ("POST", "/test/load", load),
)


if __name__ == "__main__":
    serve("douyin_platform", partial(Platform, sys.argv[2]), ROUTES, int(sys.argv[1]))

"""A customer of the tests' WeChat service account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.channels.app_talk import App, Customer, new_user
from tests.channels.platforms import wechat_account


@dataclass
class Wechat(App):
    account = wechat_account
    program = "wechat.py"
    token_call = "stable_token"
    send_call = "send"

    def customer(self, prefix: str = "wm") -> Follower:
        return Follower(self, new_user(prefix))


@dataclass
class Follower(Customer):
    app: Wechat

    def write(self, text: str, choice: str = "", at_once: int = 1, **fields: str) -> None:
        pressed = {"bizmsgmenuid": choice} if choice else {}
        self.push({"Content": text, **pressed, **fields}, *[""] * at_once)

    def repeat(self, times: int) -> None:
        for _ in range(times):
            self.push(None, "")

    def spoilt(self, how: str) -> int:
        fields = {"Content": "你好"}
        return int(self.app.do("push", user=self.user, fields=fields, hows=[how])[0])

    def enters(self, token: str = "") -> None:
        self.happens("subscribe", f"qrscene_{token}" if token else "")

    def happens(self, event: str, key: str = "") -> None:
        self.push({"MsgType": "event", "Event": event, "EventKey": key}, "")

    def scans(self, url: str) -> None:
        """The QR code that says `url`."""
        assert self.app.do("scan", user=self.user, url=url) == [200]

    def shows_a_picture(self) -> None:
        self.push({"MsgType": "image", "PicUrl": "http://mmbiz.example/1", "MediaId": "M"}, "")

    def push(self, fields: dict[str, str] | None, *hows: str) -> None:
        asked: dict[str, Any] = {"user": self.user, "hows": list(hows)}
        asked |= {} if fields is None else {"fields": fields}
        assert self.app.do("push", **asked) == [200] * len(hows)

    @staticmethod
    def items(message: dict[str, Any]) -> dict[str, str]:
        return {each["content"]: each["id"] for each in message["msgmenu"]["list"]}

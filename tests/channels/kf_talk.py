"""A customer of the tests' WeCom customer-service platform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.channels.app_talk import App, Customer, new_user
from tests.channels.platforms import kf_account


@dataclass
class Kf(App):
    account = kf_account
    program = "wecom_kf.py"
    token_call = "gettoken"
    send_call = "send_msg"
    failures = (*App.failures, "answer_lost")

    def customer(self, prefix: str = "wm") -> KfCustomer:
        return KfCustomer(self, new_user(prefix))

    def poke(self, *hows: str) -> list[int]:
        return list(self.do("poke", hows=list(hows or [""])))


@dataclass
class KfCustomer(Customer):
    app: Kf
    last: str = ""

    def write(self, text: str, choice: str = "", at_once: int = 1, **fields: Any) -> None:
        self.say(text, choice, **fields)
        assert self.app.poke(*[""] * at_once) == [200] * at_once

    def say(self, text: str, choice: str = "", **fields: Any) -> None:
        """A message that the platform has not told us of yet."""
        content = {"content": text, **({"menu_id": choice} if choice else {})}
        self.last = self.app.do("say", user=self.user, text=content, **fields)["msgid"]

    def repeat(self, times: int) -> None:
        """The poke is delivered again, and the message stands in the platform's list twice."""
        assert self.app.poke("", *["replayed"] * (times - 1)) == [200] * times
        self.write("你好", msgid=self.last)

    def spoilt(self, how: str) -> int:
        return self.app.poke(how)[0]

    def enters(self, token: str = "") -> None:
        self.happens("enter_session", welcome=True, **({"scene": "1", "scene_param": token} if token else {}))

    def happens(self, kind: str, **fields: Any) -> None:
        self.app.do("event", kind=kind, user=self.user, **fields)
        assert self.app.poke() == [200]

    def shows_a_picture(self) -> None:
        self.write("", msgtype="image", image={"media_id": "M"})

    @staticmethod
    def items(message: dict[str, Any]) -> dict[str, str]:
        return {each["click"]["content"]: each["click"]["id"] for each in message["msgmenu"]["list"]}

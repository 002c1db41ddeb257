"""A customer of the tests' business account on Douyin."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from tests.channels.app_talk import App, Customer, new_user, text_of
from tests.channels.platforms import douyin_account


@dataclass
class Douyin(App):
    account = douyin_account
    program = "douyin.py"
    token_call = "business_token"
    send_call = "send_msg"
    unfit = (
        "forged",
        "unsigned",
        "changed",
        "other_app",
        "large",
        "no_json",
        "gbk",
        "a_list",
        "deep",
        "no_content",
        "no_id",
    )
    failures = (*App.failures, "answer_lost")
    menus = False
    quota = 6

    def customer(self, prefix: str = "wm") -> DouyinCustomer:
        return DouyinCustomer(self, new_user(prefix))

    def deliver(self, *hows: str) -> list[int]:
        """The last event, once in each of these ways, all at the same time."""
        return list(self.do("deliver", hows=list(hows or [""])))


@dataclass
class DouyinCustomer(Customer):
    app: Douyin

    def write(self, text: str, choice: str = "", at_once: int = 1, **fields: Any) -> None:
        self.say(choice or text, **fields)
        assert self.app.deliver(*[""] * at_once) == [200] * at_once

    def say(self, text: str, **fields: Any) -> None:
        """A message that has not been delivered yet."""
        self.app.do("say", user=self.user, text=text, **fields)

    def repeat(self, times: int) -> None:
        assert self.app.deliver(*[""] * times) == [200] * times

    def spoilt(self, how: str) -> int:
        self.say("你好")
        return self.app.deliver(how)[0]

    def enters(self, token: str = "") -> None:
        """Opens the conversation's page; a mini-app hands over its `data-im-extra`."""
        self.happens("im_enter_direct_msg", **({"data-im-extra": token} if token else {}))

    def happens(self, kind: str, **fields: Any) -> None:
        self.app.do("event", kind=kind, user=self.user, **fields)
        assert self.app.deliver() == [200]

    def shows_a_picture(self) -> None:
        self.write("", message_type="image")

    @staticmethod
    def items(message: dict[str, Any]) -> dict[str, str]:
        """Here the number to answer with, good while that question is the last."""
        return {title: number for number, title in re.findall(r"^回复 (\d+) (.+)$", text_of(message), re.M)}

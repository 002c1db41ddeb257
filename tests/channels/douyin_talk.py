"""Douyin's private messages as the tests' customers use them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.channels.platforms import douyin_account
from tests.channels.talk import Customer, Platform, new_user


@dataclass
class Douyin(Platform):
    """The platform's switches: it delivers its last event, in whichever ways."""

    channel = "douyin"
    prefix = "dy-"
    script = Path(__file__).with_name("platforms") / "douyin.py"
    secrets = douyin_account.SECRETS
    send_call = "send_msg"

    @staticmethod
    def credentials(url: str) -> str:
        return douyin_account.credentials(url)

    def customer(self, prefix: str = "wm") -> DouyinCustomer:
        return DouyinCustomer(self, new_user(prefix))

    def deliver(self, *hows: str) -> list[int]:
        return self.do("deliver", hows=list(hows or [""]))


@dataclass
class DouyinCustomer(Customer):
    """Somebody who writes to the business account."""

    @staticmethod
    def text_of(message: dict[str, Any]) -> str:
        return str(message["text"])

    def write(self, text: str, deliver: bool = True, **fields: Any) -> dict[str, Any]:
        content = self.platform.do("say", user=self.user, text=text, **fields)
        if deliver:
            assert self.platform.deliver() == [200]
        return content

    def enters(self, **fields: Any) -> None:
        """Opens the conversation's page; a mini-app hands over its `data-im-extra`."""
        self.platform.do("event", kind="im_enter_direct_msg", user=self.user, **fields)
        assert self.platform.deliver() == [200]

    def comes_by_link(self, token: str) -> None:
        self.enters(**{"data-im-extra": token})

    def presses(self, asked: dict[str, Any], title: str) -> dict[str, Any]:
        """Answers with the number that stands before what is to be chosen."""
        numbers = re.findall(rf"^回复 (\d+) {re.escape(title)}", self.text_of(asked), re.M)
        return self.asks(numbers[0])

"""What a customer of a messaging app does and sees, in whichever app, and the switches of its platform.

For both environments. What a platform calls these things its own file says (such as `kf_talk.py`).
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import requests

from tests.channels.processes import SERVICE_PYTHON, Process, wait_for

PLATFORMS = Path(__file__).with_name("platforms")


@dataclass
class App:
    """The platform's switches. `chat`: the bot that it calls; `folder`: its credentials.yml and chat.db."""

    url: str
    chat: Any = None
    folder: Path = field(default_factory=Path)

    account: ClassVar[ModuleType]  # whose keys the platform and the bot share
    program: ClassVar[str]
    token_call: ClassVar[str]
    send_call: ClassVar[str]
    unfit: ClassVar[tuple[str, ...]] = (  # how a delivery may be spoilt that is refused
        "forged",
        "stale",
        "unsigned",
        "plain",
        "other_company",
        "bomb",
        "gbk",
        "no_xml",
        "large",
    )
    menus: ClassVar[bool] = True  # else choices are numbered
    failures: ClassVar[tuple[str, ...]] = ("429", "busy", "slow")  # after which a message arrives once
    quota: ClassVar[int] = 5  # messages for each one of the customer's

    def do(self, path: str, **fields: Any) -> Any:
        answer = requests.post(f"{self.url}/test/{path}", json=fields, timeout=600)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def get(self, path: str, **query: str) -> Any:
        return requests.get(f"{self.url}/test/{path}", params=query, timeout=10).json()

    def customer(self, prefix: str = "wm") -> Customer:
        """Somebody new; the service of the channel's tests knows those of `c-nobody` as nobody's account."""
        raise NotImplementedError

    def waiting(self) -> bool:
        return requests.get(f"{self.url}/test/calls", timeout=10).status_code == 200

    def tokens_given(self) -> int:
        return int(self.get("calls").get(self.token_call, 0))

    def fails(self, *kinds: str) -> None:
        """The next messages that the bot sends fail in these ways."""
        self.do("set", faults={self.send_call: list(kinds)})

    @classmethod
    def callback(cls, bot_url: str) -> str:
        return f"{bot_url}/webhooks/{cls.account.CHANNEL}/callback"


@dataclass
class Customer:
    """Somebody who writes to the company."""

    app: Any
    user: str

    @property
    def sender(self) -> str:
        return f"{self.app.account.PREFIX}{self.user}"

    # What each platform has in its own words.

    def write(self, text: str, choice: str = "", at_once: int = 1) -> None:
        """Sends a message, which is acknowledged however often it is delivered at once."""
        raise NotImplementedError

    def repeat(self, times: int) -> None:
        """The last message is delivered again."""
        raise NotImplementedError

    def spoilt(self, how: str) -> int:
        """The status of a delivery that is not the platform's, or not fit."""
        raise NotImplementedError

    def enters(self, token: str = "") -> None:
        """Opens the conversation as somebody new, perhaps by a link with `token`."""
        raise NotImplementedError

    def shows_a_picture(self) -> None:
        raise NotImplementedError

    @staticmethod
    def items(message: dict[str, Any]) -> dict[str, str]:
        """What a message offers: titles with the `choice` that each is, such as a menu item's id."""
        raise NotImplementedError

    # What is the same for all.

    def seen(self) -> list[dict[str, Any]]:
        return list(self.app.get("sent", user=self.user))

    def texts(self) -> list[str]:
        return [text_of(message) for message in self.seen()]

    def sees(self, count: int, timeout_s: float = 30) -> list[dict[str, Any]]:
        """What arrived, when that many messages have."""
        wait_for(lambda: len(self.seen()) >= count, timeout_s)
        return self.seen()

    def asks(self, text: str, **fields: Any) -> dict[str, Any]:
        """Writes, and returns the next message that arrives."""
        before = len(self.seen())
        self.write(text, **fields)
        return self.sees(before + 1)[before]

    def presses(self, menu: dict[str, Any], title: str) -> dict[str, Any]:
        """The menu's item whose title begins so."""
        items = self.items(menu)
        found = [each for each in items if each.startswith(title)]
        assert found, f"no item {title!r} among {list(items)}"
        return self.asks(found[0], choice=items[found[0]])


def text_of(message: dict[str, Any]) -> str:
    if message["msgtype"] == "text":
        return str(message["text"]["content"])
    return str(message["msgmenu"].get("head_content", ""))


def new_user(prefix: str) -> str:
    return f"{prefix}{uuid.uuid4().hex[:12]}"


def write_credentials(path: Path, apps: Iterable[App]) -> None:
    """credentials.yml with the web channel and these."""
    entries = [each.account.entry(each.url) for each in apps]
    path.write_text("\n".join(("channels.web.WebInput:", *entries)), encoding="utf-8")


@contextmanager
def running_platform(kind: type[App], port: int, bot_url: str, folder: Path) -> Iterator[App]:
    """The platform alone, on `port`; it calls a bot that is at `bot_url`, now or later."""
    command = [str(SERVICE_PYTHON), str(PLATFORMS / kind.program), str(port), kind.callback(bot_url)]
    platform = Process(command, folder / f"{kind.account.CHANNEL}.log", {"PYTHONPATH": os.getcwd()})
    platform.start()
    try:
        app = kind(f"http://127.0.0.1:{port}", folder=folder)
        wait_for(app.waiting, 30)
        yield app
    finally:
        platform.stop()

"""A bot behind the tests' WeCom customer-service platform, and what a customer there does and sees."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tests.channels.conftest import SERVICE_PYTHON, Chat, Process, free_port, running_chat, wait_for
from tests.channels.platforms import kf_account

PLATFORM = Path(__file__).with_name("platforms") / "wecom_kf.py"
PAGE = "https://shop.example/yuefu"


@dataclass
class Kf:
    """The platform's switches, and the bot that it calls."""

    url: str
    chat: Chat
    folder: Path  # with credentials.yml and chat.db

    def do(self, path: str, **fields: Any) -> Any:
        answer = requests.post(f"{self.url}/test/{path}", json=fields, timeout=600)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def get(self, path: str, **query: str) -> Any:
        return requests.get(f"{self.url}/test/{path}", params=query, timeout=10).json()

    def customer(self, prefix: str = "wm") -> Customer:
        """Somebody new; the service knows those of `c-nobody` as nobody's account."""
        return Customer(self, f"{prefix}{uuid.uuid4().hex[:12]}")

    def poke(self, *hows: str) -> list[int]:
        return self.do("poke", hows=list(hows or [""]))

    def waiting(self) -> bool:
        return requests.get(f"{self.url}/test/calls", timeout=10).status_code == 200


@dataclass
class Customer:
    """Somebody who writes to the company's customer service."""

    kf: Kf
    user: str

    @property
    def sender(self) -> str:
        return f"wxkf-{self.user}"

    def write(self, text: str, menu_id: str = "", poke: bool = True, **fields: Any) -> dict[str, Any]:
        """Sends a message; the platform's entry for it."""
        content = {"content": text, **({"menu_id": menu_id} if menu_id else {})}
        entry = self.kf.do("say", user=self.user, text=content, **fields)
        if poke:
            assert self.kf.poke() == [200]
        return entry

    def enters(self, **fields: Any) -> None:
        self.kf.do("event", kind="enter_session", user=self.user, **fields)
        assert self.kf.poke() == [200]

    def seen(self) -> list[dict[str, Any]]:
        return self.kf.get("sent", user=self.user)

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
        item = next(each["click"] for each in menu["msgmenu"]["list"] if each["click"]["content"] == title)
        return self.asks(title, menu_id=item["id"])


def text_of(message: dict[str, Any]) -> str:
    if message["msgtype"] == "text":
        return str(message["text"]["content"])
    return str(message["msgmenu"].get("head_content", ""))


@contextmanager
def running_kf(model: Path, run_dir: Path, **env: str) -> Iterator[Kf]:
    """The platform, and a bot that knows it."""
    port, bot_port = free_port(), free_port()
    url = f"http://127.0.0.1:{port}"
    credentials = run_dir / "credentials.yml"
    credentials.write_text(kf_account.credentials(url), encoding="utf-8")
    callback = f"http://127.0.0.1:{bot_port}/webhooks/wecom_kf/callback"
    platform = Process([str(SERVICE_PYTHON), str(PLATFORM), str(port), callback], run_dir / "platform.log")
    platform.env = {"PYTHONPATH": os.getcwd()}
    platform.start()
    settings = {**kf_account.SECRETS, "YUEFU_HOST_PAGE_URL": PAGE, "YUEFU_ACTION_TIMEOUT_S": "10", **env}
    try:
        with running_chat(model, run_dir, bot_port, str(credentials), **settings) as chat:
            kf = Kf(url, chat, run_dir)
            wait_for(kf.waiting, 30)
            yield kf
    finally:
        platform.stop()

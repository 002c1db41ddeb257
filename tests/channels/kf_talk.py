"""WeCom customer service as the tests' customers use it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.channels.platforms import kf_account
from tests.channels.talk import PAGE, Customer, Platform, new_user, running_talk

__all__ = ["PAGE", "Kf", "KfCustomer", "running_kf", "text_of"]


@dataclass
class Kf(Platform):
    """The platform's switches: it is poked, and read from."""

    channel = "wecom_kf"
    prefix = "wxkf-"
    script = Path(__file__).with_name("platforms") / "wecom_kf.py"
    secrets = kf_account.SECRETS
    send_call = "send_msg"

    @staticmethod
    def credentials(url: str) -> str:
        return kf_account.credentials(url)

    def customer(self, prefix: str = "wm") -> KfCustomer:
        return KfCustomer(self, new_user(prefix))

    def poke(self, *hows: str) -> list[int]:
        return self.do("poke", hows=list(hows or [""]))


@dataclass
class KfCustomer(Customer):
    """Somebody who writes to the company's customer service."""

    @staticmethod
    def text_of(message: dict[str, Any]) -> str:
        return text_of(message)

    def write(self, text: str, menu_id: str = "", poke: bool = True, **fields: Any) -> dict[str, Any]:
        content = {"content": text, **({"menu_id": menu_id} if menu_id else {})}
        entry = self.platform.do("say", user=self.user, text=content, **fields)
        if poke:
            assert self.platform.poke() == [200]
        return entry

    def enters(self, **fields: Any) -> None:
        self.platform.do("event", kind="enter_session", user=self.user, **fields)
        assert self.platform.poke() == [200]

    def comes_by_link(self, token: str) -> None:
        self.enters(scene_param=token, welcome=True)

    def presses(self, asked: dict[str, Any], title: str) -> dict[str, Any]:
        items = [each["click"] for each in asked["msgmenu"]["list"]]
        item = next(each for each in items if each["content"].startswith(title))
        return self.asks(item["content"], menu_id=item["id"])


def text_of(message: dict[str, Any]) -> str:
    if message["msgtype"] == "text":
        return str(message["text"]["content"])
    return str(message["msgmenu"].get("head_content", ""))


@contextmanager
def running_kf(model: Path, run_dir: Path, **env: str) -> Iterator[Kf]:
    """The platform, and a bot that knows it."""
    with running_talk(Kf, model, run_dir, **env) as kf:
        yield kf

"""A bot behind one of the tests' messaging platforms, and what a customer there does and sees."""

from __future__ import annotations

import asyncio
import os
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest
import requests

from tests.channels.conftest import SERVICE_PYTHON, Chat, Process, free_port, running_chat, wait_for

PAGE = "https://shop.example/yuefu"


@dataclass
class Platform(ABC):
    """One platform's switches. A file in platforms/ is the platform itself, run as a program of its own."""

    channel: ClassVar[str]
    prefix: ClassVar[str]
    script: ClassVar[Path]
    secrets: ClassVar[dict[str, str]]  # of the bot's environment
    send_call: ClassVar[str]  # what its faults call the sending of a message

    url: str
    folder: Path  # with credentials.yml and chat.db
    chat: Chat = field(init=False, repr=False)  # the bot that it calls

    @staticmethod
    @abstractmethod
    def credentials(url: str) -> str:
        """credentials.yml with the web channel and this one."""

    @abstractmethod
    def customer(self, prefix: str = "wm") -> Customer:
        """Somebody new; the service of the tests knows those of `c-nobody` as nobody's account."""

    def do(self, path: str, **fields: Any) -> Any:
        answer = requests.post(f"{self.url}/test/{path}", json=fields, timeout=600)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def get(self, path: str, **query: str) -> Any:
        return requests.get(f"{self.url}/test/{path}", params=query, timeout=10).json()

    def ready(self) -> bool:
        return requests.get(f"{self.url}/test/calls", timeout=10).status_code == 200

    def as_operator(self, environment: pytest.MonkeyPatch) -> None:
        """This process has the settings of whoever runs `make channels-check`."""
        settings = {"YUEFU_HOST_PAGE_URL": PAGE, "YUEFU_CHAT_DB": str(self.folder / "chat.db")}
        for name, value in {**self.secrets, **settings}.items():
            environment.setenv(name, value)

    def check_lines(self) -> list[str]:
        """What `make channels-check` says of the bot and its credentials."""
        from channels import check  # the bot's environment alone has it

        lines: list[str] = []
        credentials = str(self.folder / "credentials.yml")
        right = asyncio.run(check.check_all(credentials, self.chat.url, lines.append))
        assert right == all(line.startswith("ok") for line in lines)
        return lines

    def many_are_answered_once(self, count: int) -> None:
        """So many customers write at once; 5 % of the deliveries are repeated, 2 % of the sends fail."""
        kinds = ["429", "busy", "answer_lost", "slow"]
        self.do("set", faults={self.send_call: [kinds[number % 4] for number in range(count // 50)]})
        took = self.do("load", prefix=f"load{count}", count=count, repeats=count // 20)
        assert took["bad"] == 0
        users = [f"load{count}-{number}" for number in range(count)]

        def answered() -> list[str]:
            return [each["user"] for each in self.get("sent") if each["user"].startswith(f"load{count}-")]

        wait_for(lambda: set(answered()) == set(users), 30 + count)
        assert sorted(answered()) == sorted(users)
        p99_s = took["seconds"][int(len(took["seconds"]) * 0.99)]
        print(f"{count} acknowledged, p99 {p99_s * 1000:.0f} ms")


@dataclass
class Customer(ABC):
    """Somebody who writes to the company."""

    platform: Any  # of the class that belongs to the customer's
    user: str

    @property
    def sender(self) -> str:
        return f"{self.platform.prefix}{self.user}"

    @staticmethod
    @abstractmethod
    def text_of(message: dict[str, Any]) -> str:
        """What a message that arrived says."""

    @abstractmethod
    def write(self, text: str, **fields: Any) -> dict[str, Any]:
        """Sends a message; the platform's entry for it."""

    @abstractmethod
    def comes_by_link(self, token: str) -> None:
        """Opens the conversation with a one-time token."""

    @abstractmethod
    def presses(self, asked: dict[str, Any], title: str) -> dict[str, Any]:
        """Chooses what a message offers by how its title begins; the next message that arrives."""

    def seen(self) -> list[dict[str, Any]]:
        return self.platform.get("sent", user=self.user)

    def texts(self) -> list[str]:
        return [self.text_of(message) for message in self.seen()]

    def sees(self, count: int, timeout_s: float = 30) -> list[dict[str, Any]]:
        """What arrived, when that many messages have."""
        wait_for(lambda: len(self.seen()) >= count, timeout_s)
        return self.seen()

    def asks(self, text: str, **fields: Any) -> dict[str, Any]:
        """Writes, and returns the next message that arrives."""
        before = len(self.seen())
        self.write(text, **fields)
        return self.sees(before + 1)[before]


Kind = TypeVar("Kind", bound=Platform)


def new_user(prefix: str) -> str:
    return f"{prefix}{uuid.uuid4().hex[:12]}"


@contextmanager
def running_platform(kind: type[Kind], folder: Path, bot_port: int) -> Iterator[Kind]:
    """The platform alone, which calls a bot at that port; credentials.yml is written for it."""
    port = free_port()
    platform = kind(f"http://127.0.0.1:{port}", folder)
    (folder / "credentials.yml").write_text(kind.credentials(platform.url), encoding="utf-8")
    callback = f"http://127.0.0.1:{bot_port}/webhooks/{kind.channel}/callback"
    program = Process([str(SERVICE_PYTHON), str(kind.script), str(port), callback], folder / "platform.log")
    program.env = {"PYTHONPATH": os.getcwd()}
    program.start()
    try:
        wait_for(platform.ready, 30)
        yield platform
    finally:
        program.stop()


@contextmanager
def running_talk(kind: type[Kind], model: Path, folder: Path, **env: str) -> Iterator[Kind]:
    """The platform, and a bot of the fixture project that it calls."""
    bot_port = free_port()
    settings = {**kind.secrets, "YUEFU_HOST_PAGE_URL": PAGE, "YUEFU_ACTION_TIMEOUT_S": "10", **env}
    with running_platform(kind, folder, bot_port) as platform:
        credentials = str(folder / "credentials.yml")
        with running_chat(model, folder, bot_port, credentials, **settings) as chat:
            platform.chat = chat
            yield platform

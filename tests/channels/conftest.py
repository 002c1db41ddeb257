"""A real Rasa server with the web channel and a real action server, started once for these tests."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests

from channels.chat_database import open_engine
from channels.mailbox import Mailbox
from channels.tables import metadata
from tests.channels.key_host import ISSUER, KeyHost, KeyPair, key_host
from tests.channels.processes import ROOT, SERVICE_PYTHON, Process, free_port, wait_for

PROJECT = Path(__file__).resolve().parent / "fixture_project"
JWT_SECRET = "jwt-secret-of-the-tests-long-enough-for-hs512-0123456789-0123456789"  # 64 bytes: RFC 7518, 3.2
BUTTON_SECRET = "button-secret-of-the-tests"
ACTION_SECRET = "action-secret-of-the-tests"
START_TIMEOUT_S = 240
ACTION_TIMEOUT_S = 2


def make_token(sub: str = "", secret: str = JWT_SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    now = int(time.time())
    usual = {
        "iss": "yuefu-demo",
        "aud": "webchat",
        "sub": sub or f"c-{uuid.uuid4().hex[:12]}",
        "exp": now + 600,
    }
    return jwt.encode({**usual, **claims}, secret, algorithm=algorithm)


def strong(sub: str) -> str:
    """A token of somebody who has just logged in for a payment."""
    return make_token(sub, acr="payment", auth_time=int(time.time()))


@dataclass
class Chat:
    """The running bot as a client sees it."""

    url: str
    bot: Process
    service: Process
    service_url: str
    action_secret: str = ACTION_SECRET

    def ask(self, token: str, text: str | None = None, **fields: Any) -> requests.Response:
        body = {"id": uuid.uuid4().hex, **({} if text is None else {"text": text}), **fields}
        return self.send(token, json.dumps(body))

    def send(self, token: str | None, body: str | bytes) -> requests.Response:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        data = body.encode() if isinstance(body, str) else body
        return requests.post(f"{self.url}/chat/messages", data=data, headers=headers, timeout=30)

    def say(self, token: str, text: str | None = None, **fields: Any) -> list[dict[str, Any]]:
        answer = self.ask(token, text, **fields)
        assert answer.status_code == 200, answer.text
        return answer.json()["messages"]

    def history(self, token: str, query: str = "all=1") -> list[dict[str, Any]]:
        headers = {"Authorization": f"Bearer {token}"}
        answer = requests.get(f"{self.url}/chat/messages?{query}", headers=headers, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()["messages"]

    def put_outbox(self, sender: str, kind: str, ref: str) -> int:
        body, headers = {"sender": sender, "kind": kind, "ref": ref}, {"X-Action-Secret": self.action_secret}
        return requests.post(
            f"{self.service_url}/test/outbox", json=body, headers=headers, timeout=10
        ).json()["id"]

    def acked(self) -> list[int]:
        headers = {"X-Action-Secret": self.action_secret}
        url = f"{self.service_url}/internal/outbox/ack"
        return requests.post(url, json={"ids": []}, headers=headers, timeout=10).json()["acked"]

    def ready(self) -> bool:
        return requests.get(f"{self.url}/readyz", timeout=10).status_code == 200

    def service_ready(self) -> bool:
        return requests.get(f"{self.service_url}/readyz", timeout=10).status_code == 200


class Sockets:
    """Speaks to the clients' process (socket_driver.py)."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def do(self, op: str, **fields: Any) -> Any:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps({"op": op, **fields}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def connect(self, name: str, url: str, token: str, **fields: Any) -> Any:
        return self.do("connect", name=name, url=url, auth={"token": token}, **fields)

    def call(self, name: str, event: str, data: Any) -> Any:
        return self.do("call", name=name, event=event, data=data)

    def say(self, name: str, text: str, **fields: Any) -> Any:
        return self.call(name, "user_uttered", {"id": uuid.uuid4().hex, "text": text, **fields})

    def wait(self, name: str, event: str, **fields: Any) -> Any:
        return self.do("wait", name=name, event=event, **fields)


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fixture project, trained."""
    out = tmp_path_factory.mktemp("models")
    command = [sys.executable, "-m", "rasa", "train", "--out", str(out), "--fixed-model-name", "channel"]
    command += ["--domain", str(PROJECT / "domain.yml"), "--config", str(PROJECT / "config.yml")]
    command += ["--data", str(PROJECT / "data")]
    env = {**os.environ, "RASA_TELEMETRY_ENABLED": "false"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    return out / "channel.tar.gz"


@pytest.fixture(scope="session")
def web_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page and a built widget, as small as may be."""
    web = tmp_path_factory.mktemp("web")
    (web / "dist").mkdir()
    (web / "demo.html").write_text("<!doctype html><title>月付客服</title>", encoding="utf-8")
    (web / "demo.css").write_text("body{}", encoding="utf-8")
    (web / "dist" / "yuefu-chat.js").write_text("export {}", encoding="utf-8")
    (web / "secret.js").write_text("no", encoding="utf-8")
    return web


def bot_env(run_dir: Path, service_url: str) -> dict[str, str]:
    return {
        "RASA_TELEMETRY_ENABLED": "false",
        "YUEFU_PROFILE": "demo",
        "YUEFU_RUN_DIR": str(run_dir),
        "YUEFU_CHAT_DB": str(run_dir / "chat.db"),
        "SANIC_BACKLOG": "4096",
        "YUEFU_SERVICE_URL": service_url,
        "YUEFU_ACTION_SECRET": ACTION_SECRET,
        "YUEFU_JWT_SECRET": JWT_SECRET,
        "YUEFU_BUTTON_SECRET": BUTTON_SECRET,
        "YUEFU_ACTION_TIMEOUT_S": str(ACTION_TIMEOUT_S),
        "YUEFU_CHAT_ORIGINS": "https://shop.example",
        "YUEFU_LINK_URLS": "wecom_kf=https://kf.example/kfid/1?enc_scene=a wechat=https://wx.example/",
    }


def bot_command(
    model: Path, port: int, interface: str = "127.0.0.1", credentials: str = "credentials.yml"
) -> list[str]:
    command = [
        sys.executable,
        "-m",
        "rasa",
        "run",
        "-i",
        interface,
        "--port",
        str(port),
        "--model",
        str(model),
    ]
    return [*command, "--endpoints", str(PROJECT / "endpoints.yml"), "--credentials", credentials]


@contextmanager
def running_chat(
    model: Path, run_dir: Path, bot_port: int = 0, credentials: str = "credentials.yml", **env: str
) -> Iterator[Chat]:
    """A bot with a service of its own; `env` is added to the bot's environment."""
    service_port, bot_port = free_port(), bot_port or free_port()
    service_url = f"http://127.0.0.1:{service_port}"
    args = [str(SERVICE_PYTHON), str(PROJECT / "service.py"), str(service_port), ACTION_SECRET]
    service = Process(args, run_dir / "service.log")
    command = bot_command(model, bot_port, credentials=credentials)
    bot = Process(command, run_dir / "bot.log", {**bot_env(run_dir, service_url), **env})
    chat = Chat(f"http://127.0.0.1:{bot_port}", bot, service, service_url)
    service.start()
    bot.start()
    try:
        wait_for(lambda: bot.ended() or chat.ready(), START_TIMEOUT_S)
        assert not bot.ended(), bot.text()
        yield chat
    finally:
        bot.stop()
        service.stop()


@pytest.fixture(scope="session")
def chat(model: Path, web_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chat]:
    """In the demo's profile, whose tokens `make_token` makes."""
    with running_chat(
        model, tmp_path_factory.mktemp("run"), YUEFU_WEB_DIR=str(web_dir), YUEFU_CHAT_VISITORS="0"
    ) as started:
        yield started


@dataclass(eq=False)
class Live:
    """A bot as a company runs it, and the host that logs its customers in."""

    chat: Chat
    host: KeyHost
    keys: KeyPair

    def restart(self) -> None:
        """The bot is killed and started again; afterwards it can serve."""
        self.chat.bot.kill()
        self.chat.bot.start()
        wait_for(self.chat.ready, START_TIMEOUT_S)


@pytest.fixture(scope="session")
def live(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Outside the demo's profile: tokens are the host's, its keys are fetched from it, visitors may come."""
    keys = KeyPair("login-1")
    with key_host() as host:
        host.publish(keys.published())
        env = {"YUEFU_PROFILE": "", "YUEFU_JWT_ISSUER": ISSUER, "YUEFU_JWT_JWKS_URL": host.url}
        env |= {"YUEFU_CHAT_VISITORS": "20", "YUEFU_ACTION_TIMEOUT_S": "10"}
        env |= {"YUEFU_METRICS_SECRET": "watcher-new-secret watcher-old-secret"}
        with running_chat(model, tmp_path_factory.mktemp("live"), **env) as started:
            yield Live(started, host, keys)


@pytest.fixture
def sockets() -> Iterator[Sockets]:
    driver = Path(__file__).with_name("socket_driver.py")
    command, pipe = [str(SERVICE_PYTHON), str(driver)], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        yield Sockets(process)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    command, pipe = [str(SERVICE_PYTHON), "-m", "tests.channels.postgres_server"], subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as server:
        assert server.stdout is not None
        yield server.stdout.readline().strip()


@pytest.fixture(params=["sqlite", "postgresql"])
def mailbox(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Mailbox]:
    on_sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}/deep/chat.db" if on_sqlite else request.getfixturevalue("postgres")
    box = Mailbox(open_engine(url))
    metadata.drop_all(box.engine)
    box.create_tables()
    yield box
    box.engine.dispose()


def in_the_log(path: str) -> str:
    """An address is in the log by its first two parts: the third of a staff connector's is a secret."""
    return re.sub("^(/[^/]+/[^/]+)/.*", r"\1/…", path)

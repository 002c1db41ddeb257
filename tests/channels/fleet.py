"""Two real bots in the production profile: one PostgreSQL, one Redis, one service."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import redis

from scripts import stores
from tests.channels import conftest as parts
from tests.channels.conftest import Chat, Process
from tests.channels.key_host import ISSUER, KeyHost, KeyPair, key_host

ENDPOINTS = Path(__file__).resolve().parents[2] / "deploy" / "endpoints.yml"
ACTION, BUTTON = "aK4vT9bQ2xL7mZ0pWc6yRf3sJh8nUe5d", "Gd1oP6kVt3XzB8rNqY5wMj2aHf9sLc7u"


@dataclass(eq=False)
class Fleet:
    """The bots and what they share."""

    bots: list[Chat]
    redis: Process
    redis_url: str
    chat_db: str
    keys: KeyPair


@contextmanager
def stores_running(folder: Path) -> Iterator[tuple[Process, str, str]]:
    """A Redis, its address, and the address of an empty PostgreSQL database."""
    port = parts.free_port()
    command, redis_url = stores.redis_command(folder, port)
    data = Path(tempfile.mkdtemp(prefix="yuefu-fleet-"))
    shared = Process(command, folder / "redis.log")
    database = Process(stores.postgres_command(data), folder / "postgres.log")
    url = stores.postgres_url(data)
    shared.start()
    database.start()
    try:
        parts.wait_for(lambda: redis_answers(redis_url), 60)
        parts.wait_for(lambda: database_answers(url), 60)
        yield shared, redis_url, url
    finally:
        for each in (shared, database):
            each.kill()
        shutil.rmtree(data, ignore_errors=True)


@contextmanager
def running_fleet(model: Path, folder: Path) -> Iterator[Fleet]:
    keys = KeyPair("login-1")
    service_port = parts.free_port()
    service_url = f"http://127.0.0.1:{service_port}"
    script = [str(parts.SERVICE_PYTHON), str(parts.PROJECT / "service.py"), str(service_port), ACTION]
    service = Process(script, folder / "service.log")
    with ExitStack() as stack:
        host: KeyHost = stack.enter_context(key_host())
        host.publish(keys.published())
        shared, redis_url, chat_db = stack.enter_context(stores_running(folder))
        secrets = {"YUEFU_CHAT_DB": chat_db, "YUEFU_REDIS_URL": redis_url, "YUEFU_BUTTON_SECRET": BUTTON}
        for name, value in secrets.items():
            (folder / name).write_text(value + "\n", encoding="utf-8")
        env = {f"{name}_FILE": str(folder / name) for name in secrets}
        env |= {"YUEFU_PROFILE": "production", "YUEFU_ACTION_SECRET": ACTION, "YUEFU_DRAIN_S": "0"}
        env |= {"YUEFU_SERVICE_URL": service_url, "YUEFU_ACTION_TIMEOUT_S": "10"}
        env |= {"YUEFU_JWT_ISSUER": ISSUER, "YUEFU_JWT_JWKS_URL": host.url}
        env["YUEFU_ENDPOINTS"] = str(endpoints(folder))
        service.start()
        stack.callback(service.stop)
        bots = []
        for number in (1, 2):
            port = parts.free_port()
            command = [sys.executable, "-m", "channels.start", str(model)]
            bot = Process(command, folder / f"bot-{number}.log", {**env, "YUEFU_BOT_PORT": str(port)})
            bot.start()
            stack.callback(bot.stop)
            bots.append(Chat(f"http://127.0.0.1:{port}", bot, service, service_url, ACTION))
        for each in bots:
            parts.wait_for(each.ready, parts.START_TIMEOUT_S)
        yield Fleet(bots, shared, redis_url, chat_db, keys)


def endpoints(folder: Path) -> Path:
    """Those of production, but for the domain: the small service of these tests wants to be sent it."""
    made, text = folder / "endpoints.yml", ENDPOINTS.read_text("utf-8")
    made.write_text(text.replace("enable_selective_domain: true", "enable_selective_domain: false"), "utf-8")
    return made


def redis_answers(url: str) -> bool:
    try:
        return bool(redis.Redis.from_url(url).ping())
    except redis.ConnectionError:
        return False


def database_answers(url: str) -> bool:
    try:
        psycopg2.connect(url).close()
    except psycopg2.OperationalError:
        return False
    return True

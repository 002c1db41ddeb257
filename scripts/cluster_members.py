"""What each member of the cluster is told: its ports, its secrets, its environment, as deploy/ has it."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from scripts import build
from scripts.processes import free_port

BOT_NAMES, SERVICE_NAMES = ("bot-1", "bot-2"), ("service-1", "service-2")
DRAIN_S = 4  # longer than the proxy takes to see that a bot is not ready any more
ISSUER = "https://login.shop.example"


@dataclass
class Addresses:
    """Ports of the loopback interface. A bot has two of them, so that a new one can start beside the old."""

    proxy: int
    internal: int
    admin: int
    redis: int
    gateway: int
    public: dict[str, int]
    ports: dict[str, int]
    spare: dict[str, int]

    @classmethod
    def free(cls, proxy: int = 0) -> Addresses:
        """Nobody uses them now; `proxy` is where customers come in, if it matters."""
        return cls(
            proxy or free_port(),
            free_port(),
            free_port(),
            free_port(),
            free_port(),
            {name: free_port() for name in SERVICE_NAMES},
            {name: free_port() for name in (*SERVICE_NAMES, *BOT_NAMES)},
            {name: free_port() for name in BOT_NAMES},
        )

    def change_port(self, name: str) -> None:
        """A bot's next process listens at its other port."""
        self.ports[name], self.spare[name] = self.spare[name], self.ports[name]

    def url_of(self, name: str) -> str:
        port = {
            "proxy": self.proxy,
            "redis": self.redis,
            "gateway": self.gateway,
            "postgres": 0,
            **self.ports,
        }
        return f"http://127.0.0.1:{port[name]}"


@dataclass(frozen=True)
class Keys:
    """The secrets of one cluster."""

    action: str
    button: str
    staff: str
    webhook: str
    gateway: str
    cookie: str

    @classmethod
    def random(cls) -> Keys:
        return cls(*(secrets.token_hex(32) for _ in range(6)))


def environment_of(
    name: str,
    folder: Path,
    at: Addresses,
    keys: Keys,
    redis_url: str,
    postgres_url: Callable[[str], str],
) -> dict[str, str]:
    """The environment of one member: it gets only the secrets that it needs."""
    base = {
        key: value
        for key, value in build.rasa_environment().items()
        if not key.startswith("YUEFU_") and key != "DATABASE_URL"
    }
    base.update(PYTHONUNBUFFERED="1", YUEFU_PROFILE="production", YUEFU_RUN_DIR=str(folder))
    if name in BOT_NAMES:
        return {**base, **_bot(name, folder, at, keys), **_shared(redis_url, postgres_url("chat"))}
    if name in SERVICE_NAMES:
        return {**base, **_service(name, at, keys), "DATABASE_URL": postgres_url("ledger")}
    if name == "gateway":
        return {**base, **_gateway(folder, at, keys)}
    if name == "proxy":
        return {**base, **_proxy(folder, at, keys)}
    return base


def _bot(name: str, folder: Path, at: Addresses, keys: Keys) -> dict[str, str]:
    return {
        "YUEFU_BOT_HOST": "127.0.0.1",
        "YUEFU_BOT_PORT": str(at.ports[name]),
        "YUEFU_SERVICE_URL": f"http://127.0.0.1:{at.internal}",
        "YUEFU_ACTION_SECRET": keys.action,
        "YUEFU_BUTTON_SECRET": keys.button,
        "YUEFU_JWT_ISSUER": ISSUER,
        "YUEFU_JWT_PUBLIC_KEY": str(folder / "login-public.pem"),
        "YUEFU_JWT_ALGORITHMS": "ES256",
        "YUEFU_CHAT_RATE_MESSAGES": "1000",  # the limit is tested with the channel
        "YUEFU_DRAIN_S": str(DRAIN_S),
    }


def _shared(redis_url: str, chat_db: str) -> dict[str, str]:
    return {"YUEFU_REDIS_URL": redis_url, "YUEFU_CHAT_DB": chat_db}


def _service(name: str, at: Addresses, keys: Keys) -> dict[str, str]:
    return {
        "YUEFU_SERVICE_PORT": str(at.ports[name]),
        "YUEFU_PUBLIC_PORT": str(at.public[name]),
        "YUEFU_ACTION_SECRET": keys.action,
        "YUEFU_STAFF_SECRET": keys.staff,
        "YUEFU_WEBHOOK_SECRET": keys.webhook,
        "YUEFU_GATEWAY": "http",
        "YUEFU_GATEWAY_URL": f"http://127.0.0.1:{at.gateway}",
        "YUEFU_GATEWAY_SECRET": keys.gateway,
    }


def _gateway(folder: Path, at: Addresses, keys: Keys) -> dict[str, str]:
    return {
        "YUEFU_GATEWAY_STORE": str(folder / "gateway.db"),
        "YUEFU_GATEWAY_PORT": str(at.gateway),
        "YUEFU_GATEWAY_SECRET": keys.gateway,
        "YUEFU_WEBHOOK_SECRET": keys.webhook,
        "YUEFU_WEBHOOK_URL": f"http://127.0.0.1:{at.proxy}/payments/webhook",
    }


def _proxy(folder: Path, at: Addresses, keys: Keys) -> dict[str, str]:
    bots = [*(at.ports[name] for name in BOT_NAMES), *at.spare.values()]
    return {
        "YUEFU_SITE": f"http://127.0.0.1:{at.proxy}",
        "YUEFU_INTERNAL": f"http://127.0.0.1:{at.internal}",
        "YUEFU_ADMIN": f"127.0.0.1:{at.admin}",
        "YUEFU_BOTS": _upstreams(*bots),
        "YUEFU_SERVICES": _upstreams(*(at.ports[name] for name in SERVICE_NAMES)),
        "YUEFU_PUBLIC": _upstreams(*at.public.values()),
        "YUEFU_COOKIE_KEY": keys.cookie,
        "HOME": str(folder),
        "XDG_DATA_HOME": os.fspath(folder),
        "XDG_CONFIG_HOME": os.fspath(folder),
    }


def _upstreams(*ports: int) -> str:
    return " ".join(f"127.0.0.1:{port}" for port in ports)

"""What the bot is told from outside: one object, read from the environment when the channel is created."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
from sqlalchemy.engine.url import make_url
from sqlalchemy.exc import ArgumentError

from profiles.environment import (
    LogForm,
    SettingsError,
    host_page,
    is_loopback,
    log_form,
    profile_of,
    require_different,
    require_postgresql,
    secret,
    secret_if_set,
    with_files,
)

__all__ = ["Settings", "SettingsError", "TokenRules", "chat_database", "load"]

DEMO_ISSUER = "yuefu-demo"
DEMO_VISITORS = 60
DRAIN_S = "5"
PUBLIC_KEY_ALGORITHMS = ("RS256", "ES256")


@dataclass(frozen=True)
class TokenRules:
    """How a customer's JWT is checked: by which key, the only algorithms accepted, and what it has to claim.

    With a `jwks_url` the keys are fetched from there, and `key` is None.
    """

    key: Any
    algorithms: tuple[str, ...]
    issuer: str
    audience: str
    jwks_url: str = ""


@dataclass(frozen=True)
class Settings:
    """Everything the web channel needs. Secrets never appear in `repr`.

    With a `redis_url` other bots serve the same customers; without one this is the only process.
    """

    demo: bool
    tokens: TokenRules
    action_secret: str
    button_secret: str
    service_url: str
    chat_db_url: str
    redis_url: str
    origins: tuple[str, ...]
    web_dir: Path
    max_chars: int
    max_body_bytes: int
    rate_messages: int
    rate_window_s: float
    visitors_a_minute: int
    action_timeout_s: float
    drain_s: float
    link_urls: Mapping[str, str]
    host_page_url: str
    log_form: LogForm
    metrics_secret: str

    def __repr__(self) -> str:
        return f"Settings(demo={self.demo}, service_url={self.service_url!r})"


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Reads the settings from `environ`.

    Raises:
        SettingsError: a secret is missing, short or in production a default; a key cannot be read; a number
            is not one; production lacks its PostgreSQL or Redis.
    """
    environ = with_files(environ)
    demo = profile_of(environ) == "demo"
    require_different(environ, "YUEFU_ACTION_SECRET", "YUEFU_BUTTON_SECRET", "YUEFU_METRICS_SECRET")
    return Settings(
        demo=demo,
        tokens=_token_rules(environ, demo),
        action_secret=secret(environ, "YUEFU_ACTION_SECRET").split()[0],  # the newest is the one to send
        button_secret=secret(environ, "YUEFU_BUTTON_SECRET"),
        service_url=(environ.get("YUEFU_SERVICE_URL") or "http://127.0.0.1:5055").rstrip("/"),
        chat_db_url=chat_database(environ),
        redis_url=_redis(environ),
        origins=_origins(environ.get("YUEFU_CHAT_ORIGINS", "")),
        web_dir=Path(environ.get("YUEFU_WEB_DIR") or Path(__file__).resolve().parent.parent / "web"),
        max_chars=int(_number(environ, "YUEFU_CHAT_MAX_CHARS", 300)),
        max_body_bytes=int(_number(environ, "YUEFU_CHAT_MAX_BODY_BYTES", 128 * 1024)),
        rate_messages=int(_number(environ, "YUEFU_CHAT_RATE_MESSAGES", 10)),
        rate_window_s=_number(environ, "YUEFU_CHAT_RATE_WINDOW_S", 10),
        visitors_a_minute=_visitors(environ, demo),
        action_timeout_s=_number(environ, "YUEFU_ACTION_TIMEOUT_S", 20),
        drain_s=_drain(environ),
        link_urls=_link_urls(environ.get("YUEFU_LINK_URLS", "")),
        host_page_url=host_page(environ),
        log_form=log_form(environ),
        metrics_secret=secret_if_set(environ, "YUEFU_METRICS_SECRET"),
    )


def chat_database(environ: Mapping[str, str] = os.environ) -> str:
    """Where the conversations are kept. Raises SettingsError."""
    environ = with_files(environ)
    if profile_of(environ) == "production":
        return _database_url(require_postgresql(environ, "YUEFU_CHAT_DB"))
    run_dir = Path(environ.get("YUEFU_RUN_DIR") or ".run")
    return _database_url(environ.get("YUEFU_CHAT_DB") or str(run_dir / "chat.db"))


def _number(environ: Mapping[str, str], name: str, default: float) -> float:
    text = environ.get(name) or str(default)
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise SettingsError(f"{name} must be a positive number.")
    return value


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(part.strip().rstrip("/") for part in text.split(",") if part.strip())
    if any(not origin.startswith(("http://", "https://")) for origin in origins):
        raise SettingsError(
            "YUEFU_CHAT_ORIGINS must list full origins such as https://shop.example, no wildcard."
        )
    return origins


def _link_urls(text: str) -> dict[str, str]:
    """By channel the address that opens the chat in its app, from `wecom_kf=https://… wechat=https://…`."""
    named = [part.partition("=") for part in text.split()]
    if any(not name or not urlsplit(url).hostname for name, _, url in named):
        raise SettingsError(
            "YUEFU_LINK_URLS must list channels with their addresses, such as "
            "wecom_kf=https://work.weixin.qq.com/kfid/kfc1234."
        )
    return {name: url for name, _, url in named}


def _database_url(text: str) -> str:
    if "://" not in text:
        return f"sqlite:///{text}"
    try:
        make_url(text)
    except ArgumentError:
        raise SettingsError("YUEFU_CHAT_DB is neither a file nor a database URL.") from None
    return text


def _redis(environ: Mapping[str, str]) -> str:
    """Where bots that serve the same customers meet: locks, rates, and what every tab is told."""
    url = environ.get("YUEFU_REDIS_URL", "")
    if not url and profile_of(environ) == "production":
        raise SettingsError("YUEFU_REDIS_URL is not set: in production the bots share locks by a Redis.")
    if url and urlsplit(url).scheme not in ("redis", "rediss", "unix"):
        raise SettingsError("YUEFU_REDIS_URL must begin with redis://, rediss:// or unix://.")
    return url


def _drain(environ: Mapping[str, str]) -> float:
    """How long a bot that is to stop says that it is not ready while it still answers: production alone has
    another to go to."""
    if environ.get("YUEFU_DRAIN_S", DRAIN_S if profile_of(environ) == "production" else "0") == "0":
        return 0.0
    return _number(environ, "YUEFU_DRAIN_S", float(DRAIN_S))


def _visitors(environ: Mapping[str, str], demo: bool) -> int:
    """How many new visitors a minute are let in without a login; the demo has them, others say so."""
    if environ.get("YUEFU_CHAT_VISITORS", str(DEMO_VISITORS) if demo else "0") == "0":
        return 0
    return int(_number(environ, "YUEFU_CHAT_VISITORS", DEMO_VISITORS))


def _token_rules(environ: Mapping[str, str], demo: bool) -> TokenRules:
    """HS256 with a shared secret in the demo profile only; elsewhere the host's public keys."""
    audience = environ.get("YUEFU_JWT_AUDIENCE") or "webchat"
    if demo:
        key = secret(environ, "YUEFU_JWT_SECRET")
        return TokenRules(key, ("HS256",), environ.get("YUEFU_JWT_ISSUER") or DEMO_ISSUER, audience)
    issuer = environ.get("YUEFU_JWT_ISSUER", "")
    if not issuer:
        raise SettingsError("YUEFU_JWT_ISSUER is not set: name the issuer of your customers' tokens.")
    url, path = environ.get("YUEFU_JWT_JWKS_URL", ""), environ.get("YUEFU_JWT_PUBLIC_KEY", "")
    if bool(url) == bool(path):
        raise SettingsError(
            "Give one of YUEFU_JWT_JWKS_URL (where your tokens' public keys are) and YUEFU_JWT_PUBLIC_KEY "
            "(a PEM file), not both."
        )
    algorithms = _algorithms(environ.get("YUEFU_JWT_ALGORITHMS") or ("RS256,ES256" if url else "RS256"))
    if url:
        return TokenRules(None, algorithms, issuer, audience, _jwks_url(url))
    if len(algorithms) > 1:
        raise SettingsError("YUEFU_JWT_ALGORITHMS must name one algorithm: YUEFU_JWT_PUBLIC_KEY is one key.")
    return TokenRules(_public_key(path, algorithms[0]), algorithms, issuer, audience)


def _algorithms(text: str) -> tuple[str, ...]:
    listed = tuple(part.strip() for part in text.split(","))
    if not set(listed) <= set(PUBLIC_KEY_ALGORITHMS):
        raise SettingsError(f"YUEFU_JWT_ALGORITHMS must be of {', '.join(PUBLIC_KEY_ALGORITHMS)}.")
    return listed


def _jwks_url(text: str) -> str:
    """Keys that came over a line anybody can change prove nothing."""
    url = urlsplit(text)
    if url.hostname and (url.scheme == "https" or (url.scheme == "http" and is_loopback(url.hostname))):
        return text
    raise SettingsError("YUEFU_JWT_JWKS_URL must begin with https:// (http:// only on this machine).")


def _public_key(path: str, algorithm: str) -> Any:
    try:
        return jwt.get_algorithm_by_name(algorithm).prepare_key(Path(path).read_bytes())
    except (OSError, ValueError, TypeError, jwt.PyJWTError):
        raise SettingsError(
            f"YUEFU_JWT_PUBLIC_KEY cannot be read as a PEM public key for {algorithm}."
        ) from None

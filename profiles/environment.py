"""The profile that a program runs in, and its secrets, from the environment or from files.

YUEFU_PROFILE   `demo`: this machine only, SQLite, everything made up in place.
                `production`: several processes beside each other, and no start with a setting left out.
                empty: one process with a login, ledger and gateway of one's own.

Every name in `SECRETS` may be given as NAME, or as NAME_FILE with the path of a file that holds the value.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Final, Literal, cast, get_args
from urllib.parse import urlsplit

Profile = Literal["demo", "production", ""]
LogForm = Literal["json", "text"]
PROFILES: Final = ("demo", "production", "")

#: What is given in confidence; addresses of databases hold a password.
SECRETS: Final = (
    "YUEFU_ACTION_SECRET",
    "YUEFU_BUTTON_SECRET",
    "YUEFU_STAFF_SECRET",
    "YUEFU_METRICS_SECRET",
    "YUEFU_JWT_SECRET",
    "YUEFU_WEBHOOK_SECRET",
    "YUEFU_GATEWAY_SECRET",
    "YUEFU_CHAT_DB",
    "YUEFU_REDIS_URL",
    "DATABASE_URL",
)
MIN_CHARS: Final = 16
MIN_PRODUCTION_CHARS: Final = 32
_MIN_DIFFERENT_CHARS: Final = 10
#: Words of examples: nobody's random secret has one of them.
_PLACEHOLDERS: Final = (
    "change",
    "default",
    "development",
    "example",
    "password",
    "replace",
    "secret",
    "test",
)


class SettingsError(Exception):
    """A setting is missing or cannot be used. The message is one sentence for whoever starts the program."""


def profile_of(environ: Mapping[str, str]) -> Profile:
    """Raises SettingsError for a name that is none."""
    name = environ.get("YUEFU_PROFILE", "")
    if name not in PROFILES:
        raise SettingsError("YUEFU_PROFILE must be demo, production or empty.")
    return cast(Profile, name)


def with_files(environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` with every secret that is in a file; the names of the files are left out.

    Raises:
        SettingsError: a file cannot be read or is empty, or a secret is given twice.
    """
    known = dict(environ)
    for name in SECRETS:
        path = known.pop(f"{name}_FILE", "")
        if not path:
            continue
        if known.get(name):
            raise SettingsError(f"Give one of {name} and {name}_FILE, not both.")
        try:
            known[name] = Path(path).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise SettingsError(f"{name}_FILE names a file that cannot be read.") from None
        if not known[name]:
            raise SettingsError(f"{name}_FILE names an empty file.")
    return known


def read_files() -> None:
    """Puts every secret that is in a file into this process's environment. Raises SettingsError."""
    known = with_files(os.environ)
    for name in SECRETS:
        os.environ.pop(f"{name}_FILE", None)
        if name in known:
            os.environ[name] = known[name]


def secret(environ: Mapping[str, str], name: str) -> str:
    """A secret fit for the profile; several, separated by spaces, while they change, are each looked at.

    Raises:
        SettingsError: it is not set, too short, or in production one that can be guessed.
    """
    value = environ.get(name, "").strip()
    if not value:
        raise SettingsError(f"{name} is not set: there is no start without this secret.")
    for each in value.split():
        _refuse_weak(name, each, profile_of(environ))
    return value


def secret_if_set(environ: Mapping[str, str], name: str) -> str:
    """A secret that switches something on, else empty. Raises SettingsError for a weak one."""
    return secret(environ, name) if environ.get(name, "").strip() else ""


def _refuse_weak(name: str, value: str, profile: Profile) -> None:
    least = MIN_PRODUCTION_CHARS if profile == "production" else MIN_CHARS
    if len(value) < least:
        raise SettingsError(f"{name} is too short: use at least {least} characters.")
    if profile != "production":
        return
    if any(word in value.lower() for word in _PLACEHOLDERS) or len(set(value)) < _MIN_DIFFERENT_CHARS:
        raise SettingsError(f"{name} looks like a default: use 32 random bytes, `openssl rand -base64 32`.")


def require_different(environ: Mapping[str, str], *names: str) -> None:
    """Whoever learns one secret must not know another. Raises SettingsError."""
    seen: dict[str, str] = {}
    for name in names:
        for value in environ.get(name, "").split():
            if seen.setdefault(value, name) != name:
                raise SettingsError(f"{name} is the same as {seen[value]}: give each its own secret.")


def require_postgresql(environ: Mapping[str, str], name: str) -> str:
    """The address of a database that several processes can share. Raises SettingsError."""
    url = environ.get(name, "")
    if not url.startswith(("postgresql:", "postgresql+")):
        raise SettingsError(f"{name} must name a PostgreSQL database in the production profile.")
    return url


def host_page(environ: Mapping[str, str]) -> str:
    """Where customers of messaging apps log in and decide; may be empty. Raises SettingsError."""
    text = environ.get("YUEFU_HOST_PAGE_URL", "")
    url = urlsplit(text)
    if not text or (url.hostname and (url.scheme == "https" or is_loopback(url.hostname))):
        return text
    raise SettingsError("YUEFU_HOST_PAGE_URL must begin with https:// (http:// only on this machine).")


def log_form(environ: Mapping[str, str]) -> LogForm:
    """JSON for machines, but text in the demo, unless YUEFU_LOG says otherwise. Raises SettingsError."""
    form = environ.get("YUEFU_LOG") or ("text" if profile_of(environ) == "demo" else "json")
    if form in get_args(LogForm):
        return cast(LogForm, form)
    raise SettingsError("YUEFU_LOG must be json or text.")


def is_loopback(host: str | None) -> bool:
    """Whether only this machine reaches `host`, an address or a name."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False

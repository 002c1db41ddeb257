"""A messaging channel's keys in credentials.yml: their shape is checked before the bot starts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from profiles.environment import is_loopback


class BadKey(Exception):
    """A key is missing or cannot be right. The message is a sentence that names the key, never its value."""


@dataclass(frozen=True)
class Key:
    """One key: the pattern of its value, an example, and what stands for it when it is left out."""

    name: str
    pattern: str
    example: str
    default: str | None = None


def read(channel: str, given: Mapping[str, Any] | None, keys: Sequence[Key]) -> dict[str, str]:
    """The values of all keys; of a list, joined by commas.

    Raises:
        BadKey: with the first that is missing, unknown or of another shape.
    """
    if given is not None and not isinstance(given, Mapping):
        raise BadKey(f"{channel}: its keys are missing; for example {keys[0].name}: {keys[0].example}")
    values = dict(given or {})
    if unknown := set(values) - {key.name for key in keys}:
        raise BadKey(f"{channel}: {min(map(str, unknown))} is no key of this channel.")
    return {key.name: _value(channel, values.get(key.name), key) for key in keys}


def _value(channel: str, given: Any, key: Key) -> str:
    listed = [each for each in given if each is not None] if isinstance(given, list) else [given]
    value = "" if given is None else ",".join(map(str, listed))
    if not value and key.default is not None:
        return key.default
    if not re.fullmatch(key.pattern, value):
        what = "is missing" if not value else "is not of the right form"
        raise BadKey(f"{channel}: {key.name} {what}; for example {key.example}")
    if key.name == "api_base":
        if not _is_address(value):
            raise BadKey(f"{channel}: api_base must begin with https:// (http:// only on this machine).")
        return value.rstrip("/")
    return value


def _is_address(text: str) -> bool:
    try:
        url = urlsplit(text)
        return bool(url.hostname) and (url.scheme == "https" or is_loopback(url.hostname))
    except ValueError:
        return False

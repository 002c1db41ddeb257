"""Reads the terms file value by value; what is missing, unknown or of the wrong kind is refused by key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from ledger.errors import InvalidTerms


class _StrictLoader(yaml.SafeLoader):
    """YAML in which a key may not be written twice: the second one would silently win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise InvalidTerms(key=str(key), reason="written twice")
        return super().construct_mapping(node, deep=deep)


def documents(path: Path) -> list[Mapping[str, Any]]:
    """The file's versions as mappings, each later one laid over the one before. Raises InvalidTerms."""
    try:
        with path.open(encoding="utf-8") as file:
            found = list(yaml.load_all(file, Loader=_StrictLoader))
    except (
        yaml.YAMLError,
        ValueError,
    ) as error:  # or no such day, or no text
        raise InvalidTerms(key="", reason=f"not YAML: {getattr(error, 'problem', error)}") from error
    merged: list[Mapping[str, Any]] = []
    for document in found:
        if not isinstance(document, dict):
            raise InvalidTerms(key="", reason="must be keys with values")
        for key in ("version", "effective_from"):
            if key not in document:
                raise InvalidTerms(key=key, reason="missing")
        merged.append(_laid_over(merged[-1], document) if merged else document)
    return merged


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(below)
    for key, value in above.items():
        old = result.get(key)
        both = isinstance(old, dict) and isinstance(value, dict)
        result[key] = _laid_over(old, value) if both else value  # type: ignore[arg-type]
    return result


class Reader:
    """Takes values out of nested mappings by dotted key, and knows what nobody has asked for."""

    def __init__(self, raw: object) -> None:
        self._values = dict(flat(raw))

    def get(self, key: str, kind: type) -> Any:
        if key not in self._values:
            raise InvalidTerms(key=key, reason="missing")
        value = self._values.pop(key)
        if type(value) is not kind:
            raise InvalidTerms(key=key, reason=f"must be {kind.__name__}")
        return value

    def only(self, key: str, value: object) -> None:
        """`key` may be left out; what it says is `value` or is refused."""
        given = self._values.pop(key, value)
        if type(given) is not type(value) or given != value:
            raise InvalidTerms(key=key, reason=f"not supported: only {value!r} is")

    def text(self, key: str) -> str:
        value: str = self.get(key, str)
        if not value.strip():
            raise InvalidTerms(key=key, reason="empty")
        return value

    def one_of(self, key: str, choices: tuple[str, ...]) -> Any:
        value = self.text(key)
        if value not in choices:
            raise InvalidTerms(key=key, reason=f"must be one of {', '.join(choices)}")
        return value

    def whole(self, key: str, least: int, most: int) -> int:
        return _within(key, self.get(key, int), least, most)

    def wholes(self, key: str, least: int, most: int) -> list[int]:
        values = [_within(key, value, least, most) for value in self.get(key, list)]
        if not values or values != sorted(set(values)):
            raise InvalidTerms(key=key, reason="must be a rising list")
        return values

    def rate(self, key: str) -> Decimal:
        try:
            value = Decimal(self.get(key, str))
        except InvalidOperation:
            raise InvalidTerms(key=key, reason="must be a decimal fraction in quotes") from None
        if not value.is_finite() or not 0 <= value < 1:
            raise InvalidTerms(key=key, reason="must be from 0 to below 1")
        return value

    def clock(self, key: str) -> time:
        try:
            return _clock(self.get(key, str))
        except ValueError:
            raise InvalidTerms(key=key, reason="must be HH:MM") from None

    def clocks(self, key: str) -> list[time]:
        values = self.get(key, list)
        try:
            clocks = [_clock(value) for value in values]
        except (TypeError, ValueError):
            raise InvalidTerms(key=key, reason="must be a list of HH:MM") from None
        if not clocks or clocks != sorted(set(clocks)):
            raise InvalidTerms(key=key, reason="must be a rising list")
        return clocks

    def no_more(self) -> None:
        for key in self._values:
            raise InvalidTerms(key=key, reason="unknown key")


def _within(key: str, value: Any, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise InvalidTerms(key=key, reason=f"must be from {least} to {most}")
    return value


def _clock(text: str) -> time:
    """HH:MM and nothing more: no seconds, no time zone. Raises ValueError, TypeError."""
    value = time.fromisoformat(text)
    if f"{value:%H:%M}" != text:
        raise ValueError(text)
    return value


def flat(raw: object, prefix: str = "") -> list[tuple[str, Any]]:
    """Nested mappings as pairs of dotted key and value."""
    if not isinstance(raw, dict):
        return [(prefix.removesuffix("."), raw)]
    return [pair for key, value in raw.items() for pair in flat(value, f"{prefix}{key}.")]

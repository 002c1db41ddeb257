"""Keys of a channel: whatever stands in the file, one sentence says what is wrong and never a value."""

from __future__ import annotations

from typing import Any

import pytest

from channels.credentials import BadKey, Key, read

KEYS = (
    Key("app_id", "[a-z0-9]{4,8}", "harbour1"),
    Key("accounts", "[a-z,]*", "[a, b]", default=""),
    Key("api_base", r"https?://\S+", "https://api.example", default="https://api.example"),
)
RIGHT = {"app_id": "harbour1"}


def test_what_is_right_is_read_and_the_rest_stands_as_it_is() -> None:
    given = {**RIGHT, "accounts": ["a", "b"], "api_base": "https://api.example/"}
    told = {"app_id": "harbour1", "accounts": "a,b", "api_base": "https://api.example"}
    assert read("harbour", given, KEYS) == told
    assert read("harbour", {**RIGHT, "accounts": [None]}, KEYS) == {**told, "accounts": ""}


@pytest.mark.parametrize("given", ["hello", ["a", "b"], True, 5, None, {}])
def test_no_keys_at_all(given: Any) -> None:
    with pytest.raises(BadKey, match=r"harbour: .* missing"):
        read("harbour", given, KEYS)


@pytest.mark.parametrize(
    "more",
    [
        {"app_id": "NO"},
        {"other": 1, 7: 2},
        {"api_base": "http://[::1"},
        {"api_base": "https:///x"},
        {"api_base": "http://elsewhere.example"},
    ],
)
def test_a_key_that_cannot_be_right(more: dict[Any, Any]) -> None:
    with pytest.raises(BadKey) as told:
        read("harbour", {**RIGHT, **more}, KEYS)
    assert "NO" not in str(told.value) and "elsewhere" not in str(told.value)

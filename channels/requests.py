"""The shape of what clients may send, the same by HTTP and by socket."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from channels.errors import ChatError
from channels.heard import Asked
from channels.ratings import Rating

CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
TOKEN = re.compile(r"[A-Za-z0-9_-]{1,128}")
SEQ = re.compile(r"[0-9]{1,10}")
MAX_SEQ = 2**31 - 1


def read_json(body: bytes) -> Any:
    """Raises ChatError `bad_request` for anything but JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise ChatError("bad_request", "not JSON") from None


def read_asked(data: Any, sender: str) -> Asked:
    """A message: `id` and exactly one of `text` and `button`, all strings, and nothing else.

    Raises:
        ChatError: `bad_request`, `bad_id`; logged with who sent it.
    """
    if (
        not isinstance(data, dict)
        or len(data) != 2
        or not all(isinstance(value, str) for value in data.values())
    ):
        raise ChatError("bad_request", f"{sender}: not a message")
    if "id" not in data or not ("text" in data or "button" in data):
        raise ChatError("bad_request", f"{sender}: unknown or missing field")
    if not CLIENT_ID.fullmatch(data["id"]):
        raise ChatError("bad_id", sender)
    return Asked(data["id"], data.get("text"), data.get("button"))


def read_pass(data: Any) -> str:
    """The earlier pass of `{"token": …}`, empty for `{}`.

    Raises:
        ChatError: `bad_request`.
    """
    if not isinstance(data, dict) or not data.keys() <= {"token"}:
        raise ChatError("bad_request", "not a visitor")
    token = data.get("token", "")
    if not isinstance(token, str):
        raise ChatError("bad_request", "not a visitor")
    return token


def read_token(data: Any, sender: str) -> str:
    """The token of `{"token": …}`, which is all there is.

    Raises:
        ChatError: `bad_request`.
    """
    token = data.get("token") if isinstance(data, dict) and data.keys() == {"token"} else None
    if not isinstance(token, str) or not TOKEN.fullmatch(token):
        raise ChatError("bad_request", f"{sender}: not a token")
    return token


def read_rating(data: Any, sender: str) -> Rating:
    """`seq` of the message that ended a journey, `helped`, `words` if there are any, and nothing else.

    Raises:
        ChatError: `bad_request`.
    """
    if not isinstance(data, dict) or not {"seq", "helped"} <= data.keys() <= {"seq", "helped", "words"}:
        raise ChatError("bad_request", f"{sender}: not a rating")
    seq, helped, words = data["seq"], data["helped"], data.get("words", "")
    if isinstance(seq, float) and seq.is_integer():
        seq = int(seq)  # 7.0 is a whole number in JSON
    if isinstance(seq, bool) or not isinstance(seq, int) or not 1 <= seq <= MAX_SEQ:
        raise ChatError("bad_request", f"{sender}: not a rating")
    if not isinstance(helped, bool) or not isinstance(words, str):
        raise ChatError("bad_request", f"{sender}: not a rating")
    return Rating(seq, helped, words)


def read_session(data: Any, sender: str) -> int:
    """The number after which a tab wants messages: `{"since": n}`, `{}` or nothing, and nothing else.

    Raises:
        ChatError: `bad_request`.
    """
    given = {} if data is None else data
    if not isinstance(given, dict) or not given.keys() <= {"since"}:
        raise ChatError("bad_request", f"{sender}: unknown field")
    return read_since(given.get("since"), sender)


def read_since(value: Any, sender: str) -> int:
    """The number after which messages are wanted, 0 when none is given.

    Raises:
        ChatError: `bad_request`.
    """
    if value is None:
        return 0
    text = str(value)
    if isinstance(value, bool) or not SEQ.fullmatch(text) or int(text) > MAX_SEQ:
        raise ChatError("bad_request", f"{sender}: bad since")
    return int(text)


def read_query(query: Sequence[tuple[str, str]], sender: str) -> tuple[int, bool]:
    """`since`, and whether the customer's own messages are wanted too (`all=1`); each once, and nothing else.

    Raises:
        ChatError: `bad_request`.
    """
    given = dict(query)
    if len(given) < len(query) or not given.keys() <= {"since", "all"}:
        raise ChatError("bad_request", f"{sender}: unknown or repeated field")
    if given.get("all", "0") not in ("0", "1"):
        raise ChatError("bad_request", f"{sender}: bad all")
    return read_since(given.get("since"), sender), given.get("all") == "1"

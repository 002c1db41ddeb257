"""A turn as a messaging app shows it: one message where it fits, with a menu or numbers for its buttons."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from channels import cards_text
from channels.mailbox import Message
from channels.outgoing import WINDOW_S, Body, numbered

BREAK = re.compile(r"[\n。！？；]")
NUMBER = re.compile(r"(?:回复|选择?|第)?\s*(\d{1,2})\s*(?:号|项|个)?[.。、]?")


@dataclass(frozen=True)
class Limits:
    """What a platform takes. Sizes are bytes of UTF-8.

    Attributes:
        text_bytes: of a text message.
        text_chars: characters of a text message, 0 where the platform counts bytes alone.
        menu_bytes: of the text above a menu, 0 where there are no menus.
        menu_items: how many a menu may have.
        title_bytes: of a menu item.
        quota: messages for each one of the customer's.
        window_s: for how long after the customer's message there may be any.
        event_s: for how long the answer to an event, such as entering, is outside the quota.
        event_quota: how many messages of such an answer are.
        event_tries: how often one of them may be tried.
    """

    text_bytes: int = 2048
    text_chars: int = 0
    menu_bytes: int = 0
    menu_items: int = 0
    title_bytes: int = 0
    quota: int = 5
    window_s: float = WINDOW_S
    event_s: float = 0.0
    event_quota: int = 1
    event_tries: int = 1


@dataclass(frozen=True)
class Composed:
    """`bodies` to send, in order; `tokens` of the choices 1, 2, …, which are `numbered` or in a menu."""

    bodies: list[Body]
    tokens: list[str]
    numbered: bool


def compose(said: list[Message], limits: Limits) -> Composed:
    """The messages for a turn's bubbles; a menu item is called `<number of the first bubble>.<1, 2, …>`."""
    text = "\n".join(filter(None, map(text_of, said)))
    buttons = list({each["title"]: each for bubble in said for each in bubble.get("buttons") or []}.values())
    tokens = [each["token"] for each in buttons]
    titles = [each["title"] for each in buttons]
    if not buttons:
        return Composed([{"text": part} for part in _parts(text, limits)], [], False)
    if _fits(titles, limits):
        *front, last = _parts(text, limits) or [""]
        *more, head = split(last, limits.menu_bytes) or [""]
        menu = [
            {"id": f"{said[0]['seq']}.{number}", "title": title} for number, title in enumerate(titles, 1)
        ]
        return Composed(
            [*({"text": part} for part in (*front, *more)), {"text": head, "menu": menu}], tokens, False
        )
    parts = _parts(numbered(text, titles), limits)
    return Composed([{"text": part} for part in parts], tokens, True)


def chosen(typed: str) -> int | None:
    """The number that a customer answered with (`2`, `回复 2`, `２。`), None for other words."""
    found = NUMBER.fullmatch(unicodedata.normalize("NFKC", typed).strip())
    return int(found[1]) if found else None


def split(text: str, limit_bytes: int, limit_chars: int = 0) -> list[str]:
    """Parts of at most so many bytes and characters, which are never more than bytes.

    Cut after a line or a sentence if there is one, else at a character.
    """
    limit_chars = limit_chars or limit_bytes
    parts = []
    while len(text) > limit_chars or len(text.encode()) > limit_bytes:
        part = text.encode()[:limit_bytes].decode("utf-8", "ignore")[:limit_chars]
        ends = [found.end() for found in BREAK.finditer(part)]
        if ends and ends[-1] > len(part) // 2:
            part = part[: ends[-1]]
        parts.append(part.strip())
        text = text[len(part) :]
    return [part for part in (*parts, text.strip()) if part]


def _parts(text: str, limits: Limits) -> list[str]:
    return split(text, limits.text_bytes, limits.text_chars)


def text_of(bubble: Message) -> str:
    said = str(bubble.get("text") or "")
    return "\n".join(filter(None, (said, *cards_text.lines(bubble.get("custom") or {}, said))))


def _fits(titles: list[str], limits: Limits) -> bool:
    return (
        limits.menu_bytes > 0
        and len(titles) <= limits.menu_items
        and all(len(title.encode()) <= limits.title_bytes for title in titles)
    )

"""Typed text: what reaches the conversation is trimmed, bounded, and can never run an intent."""

from __future__ import annotations

import re
import unicodedata

from channels.masking import mask

KEYCAP = re.compile("[0-9#*]\ufe0f?\u20e3")
SHOWN_CHARS = 300


class TooLong(Exception):
    """More characters than a message may have."""


class NothingAsked(Exception):
    """Empty, blank, or without a single letter or digit (emoji, punctuation)."""


def clean(typed: str, max_chars: int) -> str:
    """Text that is safe to hand to Rasa.

    Rasa strips a message and then runs it as an intent when it starts with `/`, so everything invisible goes
    from both ends first; control characters go everywhere. Numbers of persons and cards are masked.

    Raises:
        TooLong: more than `max_chars` characters.
        NothingAsked: no letter and no digit in it.
    """
    if len(typed) > max_chars:
        raise TooLong
    text = _trim(_readable(typed))
    if not any(unicodedata.category(char)[0] in "LN" for char in KEYCAP.sub("", text)):
        raise NothingAsked
    return mask(_neutral(text))


def same_words(one: str, other: str) -> bool:
    """Whether two texts are the same but for case, width, blanks and punctuation."""
    return bool(_words(one)) and _words(one) == _words(other)


def shown(typed: str) -> str:
    """What the history keeps of a message that was not handed on: its beginning, readable and masked."""
    text = _readable(typed[: SHOWN_CHARS + 1])
    return mask(text if len(text) <= SHOWN_CHARS else text[:SHOWN_CHARS] + "…")


def _readable(text: str) -> str:
    """Without lone surrogates and control characters, which neither databases nor JSON readers agree on."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) != "Cc")


def _trim(text: str) -> str:
    """Cuts blanks, separators and invisible format characters off both ends."""
    start, end = 0, len(text)
    while start < end and _invisible(text[start]):
        start += 1
    while end > start and _invisible(text[end - 1]):
        end -= 1
    return text[start:end]


def _invisible(char: str) -> bool:
    return char.isspace() or unicodedata.category(char)[0] in "ZC"


def _neutral(text: str) -> str:
    """Rasa's two prefixes that make text a command lose their meaning."""
    if text.startswith("/"):
        return "／" + text[1:]
    if text[:9].upper() == "EXTERNAL:":
        return text[:8] + text[9:]
    return text


def _words(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())

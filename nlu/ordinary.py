"""Words of the language that are no names: adverbs, verbs, adjectives and the like, but no nouns."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

_DICTIONARY = "dict.txt"  # of jieba: a word, how often it is used, and its part of speech on a line
# Nouns of all kinds, abbreviations, single characters and what is not Chinese: a name may be one of these.
_MAY_NAME = ("n", "j", "x", "g", "zg", "eng")
_LENGTHS = (2, 3, 4)


@cache
def words() -> frozenset[str]:
    """Read once, in half a second: before the first customer asks."""
    package = find_spec("jieba")
    assert package is not None and package.origin is not None  # of the bot's requirements
    with (Path(package.origin).parent / _DICTIONARY).open(encoding="utf-8") as lines:
        read = (line.split() for line in lines)
        return frozenset(
            word for word, _, part in read if len(word) in _LENGTHS and not part.startswith(_MAY_NAME)
        )


def ends_in_word(text: str) -> bool:
    """Whether the text is such a word, or ends in one: 随意, 放心地, 我想随便."""
    said = text.removesuffix("地")
    return any(said[-length:] in words() for length in _LENGTHS if length <= len(said))

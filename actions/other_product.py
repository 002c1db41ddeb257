"""Another product named beside 月付: what is asked of 月付 is answered, the other is elsewhere."""

from __future__ import annotations

import re

from actions.turn import Turn
from nlu import products
from nlu.text import normalise

CLOSING = re.compile(r"关闭|关掉|关了|都关|注销|销户|停用")


def beside(turn: Turn) -> bool:
    """Whether the typed words name 月付 and another product too."""
    text = normalise(turn.text)
    named = products.names_our_product(text) and products.names_other_product(text)
    return named and not turn.pressed


def named(turn: Turn) -> bool:
    """Whether the typed words name another product."""
    return products.names_other_product(normalise(turn.text))


def to_be_closed(turn: Turn) -> bool:
    """Whether both are to be closed."""
    return beside(turn) and bool(CLOSING.search(turn.text))


def say_elsewhere(turn: Turn) -> None:
    """As a second bubble, where another product was named too."""
    if beside(turn) and len(turn.bubbles) == 1:
        turn.say("utter_other_product")

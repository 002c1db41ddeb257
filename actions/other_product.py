"""Another product named beside 月付: what is asked of 月付 is answered, the other is elsewhere."""

from __future__ import annotations

import re

from actions.turn import Turn
from nlu import products
from nlu.text import normalise

CLOSING = re.compile(r"关闭|关掉|关了|都关|注销|销户|停用")

_CLOSE = "(?:关闭|关掉|关|注销|销户|停用|取消)"
# 先把花呗关了，月付留着: the closing is not of ours.
KEEPS_OURS = re.compile(
    f"(?:不|别)(?:要|想|用)?(?:给我|把|去)?{_CLOSE}(?:了|掉)?(?:我的)?(?:抖音)?月付"
    "|月付(?:就|先|还是|还|都|我|要|可|得|给我|继续|你|们|[，, ])*"
    f"(?:留(?!着?没)|保留|(?:不|别)(?:要|想|用)?{_CLOSE}|不动|别动|照用|接着用|继续用)"
    f"|只(?:是|想|要|需|用)*{_CLOSE}(?:掉|了)?(?!.*月付)"
)


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


def keeps_ours(turn: Turn) -> bool:
    """Whether another product is to be closed and 月付, open and not being paid, is said to stay."""
    text = normalise(turn.text)
    if not beside(turn) or not re.search(_CLOSE, text) or not KEEPS_OURS.search(text):
        return False
    facts = turn.facts
    return facts is None or (facts.state == "ACTIVE" and facts.open_charge is None)


def say_only_elsewhere(turn: Turn) -> None:
    """It is closed where it is; a decision to close 月付 that stands open is over with that."""
    if any(map(turn.asks, ("close", "settle_close", "owing", "offer_close"))):
        turn.settle_question()
    turn.say("utter_other_product_only")


def say_not_compared(turn: Turn) -> None:
    """As the second bubble of what 月付 is or costs, where another product was named beside it."""
    if beside(turn) and len(turn.bubbles) == 1 and turn.decision is None:
        turn.say("utter_other_product_compare")


def say_elsewhere(turn: Turn) -> None:
    """As a second bubble, where another product was named too."""
    if beside(turn) and len(turn.bubbles) == 1:
        turn.say("utter_other_product")

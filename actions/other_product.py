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


# 不是月付，是花呗; 我要关的是花呗: of what stands open to be confirmed.
_NOT_OURS = re.compile("(?<!是)不是(?:要?关)?(?:我的|这个|抖音)*月付(?!吗|么|嘛)")
_MEANT_OTHER = re.compile("(?:关|注销|还|结清)的?(?:其实)?(?:是|只是)(?!不是)")


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
    closed_elsewhere = beside(turn) and re.search(_CLOSE, text) and KEEPS_OURS.search(text)
    if not closed_elsewhere and not _corrects(turn, text):
        return False
    facts = turn.facts
    return facts is None or (facts.state == "ACTIVE" and facts.open_charge is None)


def _corrects(turn: Turn, text: str) -> bool:
    """Whether what stands open was asked of the wrong product."""
    if turn.pressed or turn.decision is None or not products.names_other_product(text):
        return False
    meant_other = not products.names_our_product(text) and _MEANT_OTHER.search(text)
    return bool(_NOT_OURS.search(text) or meant_other)


def say_only_elsewhere(turn: Turn) -> None:
    """It is closed where it is; a decision about 月付 that stands open is over with that."""
    closing = any(map(turn.asks, ("close", "settle_close", "owing", "offer_close")))
    if closing or _corrects(turn, normalise(turn.text)):
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

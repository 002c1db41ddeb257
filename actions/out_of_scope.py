"""What the assistant does not do, and what it did not understand."""

from __future__ import annotations

import re

from actions import close, mentioned, other_product, refund, words
from actions.turn import Turn
from nlu import products
from nlu.text import normalise

CANDIDATES = 2
FEW_CHARS = 4  # 明天呢, 真的吗: too few to be about something else
MISSES_BEFORE_PERSON = 2
CHINESE = re.compile(r"[\u3400-\u9fff]")


# Said at the assistant with nothing asked: an apology and a way on, no guess at what was meant.
INSULT = re.compile(
    "(?>你|您|们|个|这|是|真|就|一群|都|什么|破|的|[，, ])*"
    "(?:滚|傻[逼比缺xX叉]|[煞沙]笔|你?妈[的了逼]?|他妈的?|操(?:你妈)?|艹|草(?:泥马|你妈)|[tT][mM][dD]|[sS][bB]"
    "|去你(?:妈)?的|去死|闭嘴|有病|脑子有病|脑残|智障|弱智|白痴|废物|蠢货|猪|王八蛋?|混蛋"
    "|垃圾|恶心|没用|坑人|狗屁|气死(?:我|老子)?)"
    "(?>机器人|客服|东西|平台|公司|玩意儿?|吧|啊|了|的|蛋|开|[，,。.！!？? ])*"
)


def out_of_scope(turn: Turn) -> None:
    """What else it is for; 月付 named beside what is elsewhere is closed here all the same, after asking."""
    if other_product.to_be_closed(turn):
        close.how_to_close(turn)
    elif not turn.pressed and products.is_refund_elsewhere(normalise(turn.text)):
        _refund_elsewhere(turn)
    elif len(turn.text.strip()) <= FEW_CHARS and not other_product.named(turn):
        not_understood(turn)
    else:
        turn.say("utter_out_of_scope")


def _refund_elsewhere(turn: Turn) -> None:
    """Where to ask, unless the ledger has one of that shop: paid with 月付 it is ours whatever the shop."""
    if turn.facts is not None and mentioned.named(turn.facts.refunds, turn.text) is not None:
        refund.refund(turn)
    else:
        turn.say("utter_refund_elsewhere")


def not_understood(turn: Turn) -> None:
    """Asks which of the two likeliest questions is meant; a second miss in a row puts a person first."""
    turn.misses += 1
    candidates = likely(turn) if CHINESE.search(turn.text) else []
    if turn.misses >= MISSES_BEFORE_PERSON:
        turn.say("utter_missed_twice", buttons=candidates)
    elif not CHINESE.search(turn.text):
        turn.say("utter_missed_other_script")
    elif candidates:
        turn.say("utter_clarify", buttons=candidates)
    else:
        turn.say("utter_missed")


def insulted(turn: Turn) -> bool:
    """Whether the typed words are an insult and nothing else."""
    return INSULT.fullmatch(turn.text.strip()) is not None


def apologise(turn: Turn) -> None:
    turn.misses += 1
    turn.say("utter_insulted")


def likely(turn: Turn) -> list[dict[str, str]]:
    """Buttons for the best intents that are questions; the classifier's ranking is best first."""
    ranked = [str(each.get("name")) for each in turn.message.get("intent_ranking") or []]
    asked = [name for name in ranked if name in words.QUESTION_TITLES]
    return [{"title": words.QUESTION_TITLES[name], "payload": f"/{name}"} for name in asked[:CANDIDATES]]


REPLIES = {"out_of_scope": out_of_scope, "nlu_fallback": not_understood}

"""Use by somebody else: a person looks into it, and what the customer does at once."""

from __future__ import annotations

import re

from actions import decisions, handover, own, words
from actions.turn import Turn

# Doubts whether we are who we say, and tells of no harm: to be answered, and nothing to look into.
DOUBT = re.compile(
    r"(你们?|月付|抖音|客服|平台|官方|这个?|这里)[^，。！？,.!? ]{0,6}(骗子|骗人|骗钱|诈骗|骗局|假的)"
    r"|(骗子|骗人|骗钱|诈骗)的?(公司|平台|软件|机构|产品|APP|app)"
)
HARM = re.compile(r"被骗|骗[了走我]|盗|[转刷划扣]走|冒用|冒名|不是我|验证码|[让叫]我|电话|来电|自称")
# Called names, with nothing reported: 骗子, 你们是骗子, 一群大骗子.
CALLED_NAMES = re.compile(
    "(?:(?>你们?|您|这|就|都|真|全|是|一(?:群|帮|个|家)|群|帮|个|大|死|臭|破|老|滚|妈的|[，,。.！!？?~ ])*"
    "(?:骗子|骗人|骗钱|诈骗犯?)(?>的|们|吧|啊|呀|吗|呢|[，,。.！!？?~ ])*)+"
)

REPORT = re.compile("盗|冒|骗|不是我|不是本人|没[买用开借]|别人|他人|陌生|孩子|小孩|谁[用刷花买开借]|被")
# Not theirs, of something on the bill, in passing: 慢着，账单里有一笔我不认识的消费.
_NOT_MINE = re.compile(
    "(?:不认识|不认得|没[买下用花]过?|莫名其妙|来历不明|不是我[买下用花]|不知道(?:是)?谁[买下用花])的?"
    "[^，。,. ]{0,4}(?:消费|单|笔|东西|账|扣|交易)|(?:消费|单|笔|东西|账|扣款?|交易)[^，。,. ]{0,3}"
    "(?:我|根本|从来|都|完全|是|的)*(?:不认识|不认得|没买过|没下过|莫名其妙|来历不明|不是我[买下用花])"
)


def found(turn: Turn) -> bool:
    """Whether typed words find, while a decision stands open, something on the bill that is not theirs.

    The decision is over then, for it may settle just that; they are told so, and how to report it.
    """
    decided = (turn.decision or {}).get("kind") in decisions.KINDS
    if turn.pressed or not decided or not _NOT_MINE.search(turn.text):
        return False
    turn.settle_question()
    turn.say("utter_fraud_found")
    return True


def report_unauthorised(turn: Turn) -> None:
    """A ticket for whoever reports harm: a visitor may be somebody who cannot log in any more."""
    if not turn.pressed and doubted(turn.text):
        turn.say("utter_fraud_doubt", hotline=turn.ledger.terms.hotline)
    elif handover.guessed(turn, REPORT) or handover.feared(turn):
        turn.say("utter_fraud_ask")
    else:
        register(turn)


def doubted(text: str) -> bool:
    """Whether the words call us swindlers, or ask whether we are, and tell of no harm."""
    if CALLED_NAMES.fullmatch(text.strip()):
        return True
    return DOUBT.search(text) is not None and not HARM.search(text)


def register(turn: Turn) -> None:
    """The ticket, and what there is to do at once for the account as it stands.

    A decision that stands open is over: it was shown before anything was known to be wrong.
    """
    turn.settle_question()
    facts, late = turn.facts, "utter_fraud_late"
    if facts is None:
        handover.open_ticket(turn, "fraud", "utter_fraud_anonymous", late)
    elif facts.state == "CLOSED" and facts.closed_at is not None:
        closed_on = words.day(facts.closed_at, today=facts.today)
        handover.open_ticket(turn, "fraud", "utter_fraud_closed", late, closed_on=closed_on)
    elif facts.freezes:
        handover.open_ticket(turn, "fraud", "utter_fraud_frozen", late, **own.freeze_words(facts))
    else:
        handover.open_ticket(turn, "fraud", "utter_fraud_own", late)


REPLIES = {"report_unauthorised": report_unauthorised}

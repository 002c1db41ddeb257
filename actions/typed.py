"""What typed words mean where they answer something: a decision, an offer, a payment being checked.

The classifier reads a sentence by itself; 先不关 or 好了没 has its meaning from what was said before. These
words never charge, close or file anything: a yes shows the button again, a no cancels.
"""

from __future__ import annotations

import re

from actions import decisions, smalltalk, unusable
from actions.turn import Turn

# What the buttons say, typed, with nothing else in it.
_YES = re.compile(
    r"(好的?|嗯|行|可以|我|要|就|那|[，, ])*(确认|确定)"
    r"(一次|提前|全部|现在|马上|月付|结清|还清|还款|付款|支付|扣款|关闭|注销|办理"
    r"|[并和了吧啊的¥￥\d.,，。！!“”\" ])*"
    r"|(都行|都可以|都好|随便|随你|无所谓|看着办|你看着办|你决定)[吧啊了。！! ]*"
)
# Agreeing to the application that was offered, or saying that what it asks for is done.
_YES_TO_APPLY = re.compile(
    r"(好的?|嗯|行|可以|我|已经|要|就|那|现在|请|麻烦|帮我|[，, ])*"
    r"((申请|提交|解冻)+|(密码)?(已经?)?(改|修改|换)(好|完|过)?(密码)?)[了吧啊呀呢一下。！! ]*"
)
_FILLER = (
    "(?:算了|那|就|我|还是|先|暂时|现在|今天|太贵了?|太多了?|好的?|嗯|吧|了|啊|呢|哈|谢谢|[，,。.！!~ ])*"
)
NO = re.compile(
    f"{_FILLER}(?:"
    "(?:不|别|不要|不想|不用|不必|不打算|取消|撤回|撤销|停止|放弃)"
    "(?:再)?(?:(?:关闭?|注销)(?:掉|月付)?|结清|还清|还款?|付款?|扣款?|办理?|弄|操作|要|申请|并)*"
    "|反悔|后悔|(?:等会儿?|等一下|等等|下次|改天|回头|以后|过几天|晚点|再)(?:再?说|再?看|再?想想|吧)"
    f"){_FILLER}"
)
_WAITING = re.compile("好了[没吗嘛么]|结果|等着|等多久|多久|这么久|这么慢|还没好|还要等|到底|核实")
# Intents that say little by themselves.
_VAGUE = frozenset({"affirm", "deny", "thanks", "goodbye", "greet", "nlu_fallback", "out_of_scope"})
_MAX_CHARS = 30  # an answer is short; a story is read by the classifier
_LOGIN = re.compile("(?:我|要|想|去|先|请|怎么|在哪)*登[录陆](?:一下|后?办理|后?查询?)?[吧啊。！!?？ ]*")


def answered(turn: Turn) -> bool:
    """Whether the typed words were an answer to what stands open, and have been replied to."""
    text = turn.text.strip()
    if turn.pressed or len(text) > _MAX_CHARS:
        return False
    kind = (turn.decision or {}).get("kind")
    agrees = bool(_YES.fullmatch(text))
    if kind == "unfreeze" and (agrees or turn.intent == "affirm" or _YES_TO_APPLY.fullmatch(text)):
        unusable.offer_again(turn)
    elif kind in decisions.KINDS and agrees:
        decisions.again(turn, *decisions.KINDS)
    elif NO.fullmatch(text):
        decisions.decline(turn)
    elif turn.customer_id is None and _LOGIN.fullmatch(text):
        smalltalk.login(turn)
    else:
        return _asks_for_outcome(turn, text)
    return True


def _asks_for_outcome(turn: Turn, text: str) -> bool:
    facts = turn.facts
    if facts is None or facts.open_charge is None or turn.intent not in _VAGUE or not _WAITING.search(text):
        return False
    decisions.say_under_way(turn, facts)
    return True

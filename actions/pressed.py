"""Words that say the button was pressed (我点确认了, 点了没反应): what has come of it, as the ledger has it.

They press nothing: where no press has come, the decision is shown again with its button.
"""

from __future__ import annotations

import re

from actions import decisions, outcome, settle, unusable
from actions.turn import Turn

_DO = "(?:点击?|按|确认|同意|提交)"
_BUTTON = (
    "(?>了|过|完|好|那个|这个|下面的?|上面的?|按钮|按键|确认|确定|同意|申请|结清|关闭|付款|一下|[一两好]+[次遍下]"
    '|[并和“”"])+'
)
_SAYS = re.compile(
    "(?>我|不是|明明|刚才|刚刚|刚|已经?|都|早就?|是|有|那|[，, ])*"
    f"{_DO}(?=[^，,]*[了过完好]){_BUTTON}"
    "(?>[，, ]|啊|呀|呢|吗|的|(?:但是?|可是|为什么|怎么|咋|还是?|就|一直)+(?=[没不])"
    "|没有?(?:反应|动静|用|成功|好|扣款?|关闭?|办)?|不(?:动|行|了)|[。！!？?~])*"
)
_OF_DECISIONS = frozenset({"prepay_all", "how_to_close", "close_impact"})  # topics


def answered(turn: Turn, text: str) -> bool:
    """Whether the typed words say so of what stands open or has just ended, and have been answered."""
    facts = turn.facts
    if facts is None or not _SAYS.fullmatch(text):
        return False
    kind = str((turn.decision or {}).get("kind"))
    if facts.open_charge is not None:
        decisions.say_under_way(turn, facts)
    elif kind in decisions.KINDS:
        decisions.show(turn, kind, how="unheard")
    elif kind in decisions.OFFERS:
        decisions.show(turn, decisions.OFFERS[kind])
    elif kind == "unfreeze":
        unusable.offer_again(turn)
    elif (last := outcome.just_ended(facts)) is not None:
        settle.say_settlement(turn, facts, last)
    elif turn.topic not in _OF_DECISIONS and "确认" not in text:
        return False
    elif facts.state == "CLOSED":
        decisions.say_closed(turn, facts)
    else:
        turn.say("utter_unheard")
    return True

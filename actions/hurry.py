"""Impatience with nothing else said (快点, 急死了, 怎么这么慢): where what the customer waits for stands."""

from __future__ import annotations

import re

from actions import decisions, diagnosis, follow_up, handover, outcome, refund, settle, unusable
from actions.turn import Turn

_HURRY = re.compile(
    "(?>那|你们?|您|就|都|倒是|麻烦|请|能不能|可不可以|能|可以|帮我|给我|搞|弄|办|处理"
    "|真|好|太|我|怎么|咋|为什么|这么|还|[，, ])*"
    "(?:快(?:一?点儿?|些)|赶紧|赶快|抓紧|速度|急死(?:人|我)?|着急|急(?=[啊呀！!]|$)|慢|磨蹭|磨叽|催(?:一下|促)?"
    "|等不[及了]|等(?:了)?(?:很|好|这么)久)"
    "(?>一?点儿?|给我|处理|办|弄|扣|什么|啊|呀|吧|了|的|死|行吗|行不行|好吗|好不好|可以吗|能不能|快点|吗|嘛|么"
    "|[！!。，,？?~ ])*"
)


# Of somebody who was called: 人呢, 多久有人理我, 什么时候回我, 怎么还不回我, 还没人理我.
_PERSON, _ANSWER = "(?:客服|真?人|人工)", "(?:回复|答复|联系|搭理|[回理来接管应睬])"
_FOR_PERSON = re.compile(
    "(?>那|到底|你们?|您|我|都|就|还|要|得|一直|为什么|为啥|怎么|咋"
    "|等了?(?:半天|[很好这]么?久|一?个?小时)|了|，|,| )*"
    f"(?:{_PERSON}(?:呢|在吗|在哪|去哪了?|不在|怎么还?[不没]来)"
    f"|(?:多久|什么时候|啥时候|几时|几点)(?:才|能|会|有|人|客服)*(?:{_ANSWER}|找|处理)(?:我|过来)?"
    f"|{_PERSON}?(?:怎么|咋|为什么|为啥|还|都|就|一直)*[没不]有?(?:{_PERSON}{_ANSWER}*|{_ANSWER})我?(?:消息|信息)?"
    f"|有{_PERSON}(?:在|{_ANSWER})*我?吗)"
    "(?>啊|呢|呀|吧|了|吗|的|[！!。，,？?~ ])*"
)
# Calls that were made for a person; what is hurried after them is that person.
_CALLS = frozenset({"action_talk_to_human", "action_register_hardship", "action_report_unauthorised"})


def answered(turn: Turn, text: str) -> bool:
    """Whether the typed words are that, and have been answered; they confirm and file nothing."""
    ticket = turn.ticket
    for_person = ticket is not None and _FOR_PERSON.fullmatch(text) is not None
    if not for_person and (not _HURRY.fullmatch(text) or follow_up.asked(turn)):
        return False
    facts, kind = turn.facts, str((turn.decision or {}).get("kind"))
    just_called = handover.tried(turn)[-1:] and handover.tried(turn)[-1] in _CALLS
    if ticket is not None and (for_person or just_called):
        handover.say_ticket(turn, ticket, "utter_person_waited_for")
    elif facts is not None and facts.open_charge is not None:
        decisions.say_under_way(turn, facts)
    elif kind in decisions.KINDS:
        decisions.show(turn, kind, how="again")
    elif kind == "unfreeze":
        unusable.offer_again(turn)
    elif facts is not None and (last := outcome.just_ended(facts)) is not None:
        settle.say_settlement(turn, facts, last)
    elif ticket is not None:
        handover.say_ticket(turn, ticket, "utter_person_waited_for")
    elif facts is not None and (filed := diagnosis.filed_application(facts)) is not None:
        unusable.say_filed(turn, facts, filed)
    elif facts is not None and (pending := refund.awaited(facts)) is not None:
        turn.say("utter_refund_no_faster", **refund.about(facts, pending))
    else:
        turn.say("utter_progress_which")
    return True

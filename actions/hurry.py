"""Impatience with nothing else said (快点, 急死了, 怎么这么慢): where what the customer waits for stands."""

from __future__ import annotations

import re

from actions import decisions, diagnosis, follow_up, handover, outcome, refund, settle, unusable
from actions.turn import Turn
from ledger.tickets import Ticket

_HURRY = re.compile(
    "(?>那|你们?|您|就|都|倒是|麻烦|请|能不能|可不可以|能|可以|帮我|给我|搞|弄|办|处理"
    "|真|好|太|我|怎么|咋|为什么|这么|还|[，, ])*"
    "(?:快(?:一?点儿?|些)|赶紧|赶快|抓紧|速度|急死(?:人|我)?|着急|急(?=[啊呀！!]|$)|慢|磨蹭|磨叽|催(?:一下|促)?"
    "|等不[及了]|等(?:了)?(?:很|好|这么)久)"
    "(?>一?点儿?|给我|处理|办|弄|扣|什么|啊|呀|吧|了|的|死|行吗|行不行|好吗|好不好|可以吗|能不能|快点|吗|嘛|么"
    "|[！!。，,？?~ ])*"
)


# Of somebody who was called: 人呢, 多久有人理我, 怎么还不回我, 都没人处理吗, 排到我了吗, 投诉有结果吗.
_PERSON, _ANSWER = "(?:客服|真?人|人工)", "(?:回复|答复|联系|搭理|处理|跟进|受理|[回理来接管应睬])"
_MATTER = "(?:工单|投诉|登记的?)"
_FOR_PERSON = re.compile(
    "(?>那|到底|你们?|您|我的?|都|就|还|要|得|一直|为什么|为啥|怎么|咋"
    "|等了?(?:半天|[很好这]么?久|一?个?小时)|了|，|,| )*"
    f"(?:{_PERSON}(?:呢|在吗|在哪|去哪了?|不在|怎么还?[不没]来)"
    f"|(?:多久|什么时候|啥时候|几时|几点)(?:才|能|会|有|人|客服)*(?:{_ANSWER}|找|处理)(?:我|过来)?"
    f"|(?:{_PERSON}|{_MATTER})?(?:怎么|咋|为什么|为啥|还|都|就|一直)*[没不]有?(?:{_PERSON}{_ANSWER}*|{_ANSWER})"
    f"(?:我(?:的?(?:事情?|问题|{_MATTER}))?|{_MATTER})?(?:消息|信息)?"
    f"|有{_PERSON}(?:在|{_ANSWER})*我?(?:的?(?:事情?|问题|{_MATTER}))?吗"
    "|(?:排|等|轮)到(?:我|哪|第?几|多少)(?:号|个|位|里|儿)?|(?:怎么|咋)?(?:没|不)?(?:有)?(?:在)?排(?:上|着)?队"
    "|(?:前面|排在?|是|我|有|还)*(?:第|多少|几)(?:几|多少|位|个|人)+(?:在?排队?|等)?"
    "|(?:我|是|有|还)*(?:前面|排在?|第)+(?:第|多少|几)*号|什么时候(?:能|才)?(?:轮|排)?到我"
    f"|{_MATTER}(?:现在|处理|办理?|受理|有|没有?|好|进度|进展|结果|状态|到哪(?:里|儿|一步)?|(?:怎么|咋)样|得|了|呢)+)"
    "(?>啊|呢|呀|吧|了|吗|没有?|的|[！!。，,？?~ ])*"
)
# How long: of a person where the last answer spoke of the ticket, else of what hurry would be of.
_HOW_LONG = re.compile(
    "(?>那|大概|到底|我|你们?|您|一般|都|就|还|再|要|得|需要|会|有|[，, ])*"
    "(?:等|排队?)?(?:到)?(?:多久|多长时间|多少时间|几分钟|几个?小时|几天|什么时候)"
    "(?>能|才|会|行|好|啊|呢|呀|的|了|[！!。，,？?~ ])*"
)
# Calls that were made for a person; what is hurried after them is that person.
_CALLS = frozenset({"action_talk_to_human", "action_register_hardship", "action_report_unauthorised"})


def answered(turn: Turn, text: str) -> bool:
    """Whether the typed words are that, and have been answered; they confirm and file nothing."""
    ticket = turn.ticket
    of_ticket = ticket is not None and _of_ticket(turn, ticket, text)
    hurried = _HURRY.fullmatch(text) or (ticket is not None and _HOW_LONG.fullmatch(text))
    if not of_ticket and (not hurried or follow_up.asked(turn)):
        return False
    facts, kind = turn.facts, str((turn.decision or {}).get("kind"))
    if ticket is not None and of_ticket:
        handover.say_waiting(turn, ticket)
    elif facts is not None and facts.open_charge is not None:
        decisions.say_under_way(turn, facts)
    elif kind in decisions.KINDS:
        decisions.show(turn, kind, how="again")
    elif kind == "unfreeze":
        unusable.offer_again(turn)
    elif facts is not None and (last := outcome.just_ended(facts)) is not None:
        settle.say_settlement(turn, facts, last)
    elif ticket is not None:
        handover.say_waiting(turn, ticket)
    elif facts is not None and (filed := diagnosis.filed_application(facts)) is not None:
        unusable.say_filed(turn, facts, filed)
    elif facts is not None and (pending := refund.awaited(facts)) is not None:
        turn.say("utter_refund_no_faster", **refund.about(facts, pending))
    else:
        turn.say("utter_progress_which")
    return True


def _of_ticket(turn: Turn, ticket: Ticket, text: str) -> bool:
    """Whether the words wait for a person, or hurry what the last answer spoke of, which was the ticket."""
    if _FOR_PERSON.fullmatch(text):
        return True
    if not _HURRY.fullmatch(text) and not _HOW_LONG.fullmatch(text):
        return False
    called = handover.tried(turn)[-1:] and handover.tried(turn)[-1] in _CALLS
    return bool(called) or handover.spoke_of(turn, ticket)

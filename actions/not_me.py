"""It was not I who logged in, closed it, or did this: said by itself, it is a report.

It needs no diagnosis before it, and names nothing that the classifier could tell from a question about the
account or about closing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from actions import fraud, handover, masking, words
from actions.turn import Turn
from ledger import tickets
from ledger.model import AccountFacts
from nlu.text import normalise

_I = "(?:我|本人|自己)+"
_END = "(?:的|过|了|(?= |$))"
_NEVER = "我(?:自己|本人)?(?:从来|根本)?(?:没有?|未)"
_BEFORE = (
    "(?>那|这|个|几|[0-9一二两三四]|次|些|都|根本|真的?|绝对|肯定|明明|可|但|就|月付|我的|账[户号]|登[录陆]|异地|异常"
    "|记录|设备|昨[天晚]|今[天早]|前天|晚上|夜里|半夜|的|好像|什么|啊|喂|快| )*"
)
_AFTER = (
    "(?>啊|呀|的|了|过|怎么[办回]事?|咋[办整]|咋回事|帮我|[查看]一?[下查看]|快|有人(?:登|动)了?我的?(?:号|账[户号])?|真的"
    "|是谁|到底|谁(?:登[录陆]?|关|注销|操作|弄|点|动)?|没有?登[录陆]?过?|我|本人|自己| )*"
)
_AWAY = "在?(?:那里|那儿|那边|外地|异地|别处|别的[地城][方市])"
_LOGGED_IN = re.compile(
    f"{_BEFORE}(?<!是)不是{_I}在?(?:登[录陆]?|操作|弄|动|改|绑定?|换){_END}{_AFTER}"
    f"|{_BEFORE}{_NEVER}(?:{_AWAY}登[录陆]?过?|登[录陆]?过){_AFTER}"
)
_CLOSE = "(?:关[闭掉]?|注销|销户?)"
_CLOSED = re.compile(f"{_BEFORE}(?<!是)不是{_I}(?:要|主动|亲自)?(?:{_CLOSE}|取消|操作|弄|点){_END}{_AFTER}")
# To ask who closed it, or to say it was not done, may only be forgotten: the record first, and a button.
_WHO = "(?:是|到底|你们)*谁(?:给我|帮我|替我|把(?:我的?)?(?:月付|号|账[户号])?|让你们?|叫你们?)*"
_WHO_CLOSED = re.compile(
    f"{_BEFORE}(?:{_NEVER}(?:主动|亲自|要|说|申请|去)*{_CLOSE}(?:过|啊|呀)?|{_WHO}{_CLOSE}(?:的|了|掉)?)"
    f"{_AFTER}(?:(?<= )我?(?:自己|本人)?没有?{_CLOSE}(?:过|啊|呀)?)?"
)
_MAX_CHARS = 24  # a story is read by the classifier
_NOT_I = "(?<!是)不是(?!我老|我[爸妈儿女家])|(?:没|不)(?:有)?(?:去|来|在|到|用)过?|谁(?:登|用)"


def answered(turn: Turn) -> bool:
    """Whether typed words say or ask so, and have been answered."""
    if turn.pressed:
        return False
    text = normalise(turn.text)
    if len(text) > _MAX_CHARS:
        return False
    logged_in, closed, who = (each.fullmatch(text) for each in (_LOGGED_IN, _CLOSED, _WHO_CLOSED))
    facts = turn.facts if closed or who or re.search(_NOT_I, text) else None
    if logged_in or (closed and facts is not None and facts.state == "CLOSED"):
        fraud.register(turn)
    elif who and facts is not None and facts.state == "CLOSED":
        _say_closed(turn, facts)
    elif facts is not None and _of_evidence(facts, text):
        _add(turn)
    else:
        return False
    return True


def _say_closed(turn: Turn, facts: AccountFacts) -> None:
    assert facts.closed_at is not None  # it is closed
    turn.settle_question()
    closed_on = words.moment(facts.closed_at, today=facts.today)
    turn.say("utter_fraud_closed_by_whom", closed_on=closed_on, receipt=facts.close_receipt)


def _of_evidence(facts: AccountFacts, text: str) -> bool:
    """Whether one of the logins for which the account was frozen is denied: 沈阳的不是, 我没去过成都."""
    said = f"(?:{_NOT_I})", "(?:没|不)(?:有)?(?:去|在|到|用)过?"
    return any(
        re.search(f"{name}[^ 是]{{0,6}}{said[0]}|{said[1]}[^ ]{{0,3}}{name}", text) for name in _named(facts)
    )


def _named(facts: AccountFacts) -> Iterator[str]:
    """The cities and the kinds of device of such logins; of a device 平板 is said for 平板电脑 C."""
    for freeze in facts.freezes:
        for login in freeze.evidence.get("logins", []):
            yield from (re.escape(normalise(str(login.get(name, "")))[:2]) for name in ("city", "device"))


def _add(turn: Turn) -> None:
    """To the report that is looked into; else it is one."""
    report = fraud.open_report(turn)
    if report is None:
        fraud.register(turn)
        return
    tickets.append(turn.ledger, report.id, masking.masked(turn.text), key=f"{turn.key}:fraud")
    handover.say_ticket(turn, report, "utter_fraud_added", "utter_fraud_late")

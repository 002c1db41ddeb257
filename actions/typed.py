"""What typed words mean where they answer something: a decision, an offer, a payment being checked.

The classifier reads a sentence by itself; 先不关 or 好了没 has its meaning from what was said before. These
words never charge, close or file anything: a yes shows the button again, a no cancels.
"""

from __future__ import annotations

import re

from actions import (
    backing_out,
    close,
    decisions,
    diagnosis,
    follow_up,
    fraud,
    human,
    hurry,
    links,
    login,
    masking,
    other_product,
    out_of_scope,
    outcome,
    pressed,
    settle,
    unusable,
)
from actions.outcome import OF_OTHERS
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
    r"((申请|提交|解冻)+|(密码)?(已经?)?(改|修改|换)(好|完|过)?(密码)?)[了吧呗啊呀呢一下。！! ]*"
)
_EAGER = "(好的?|行|嗯|可以|同意|没问题|那|就|我|要|现在|马上|直接|快点?|[，, ])*"
_PAY, _CLOSE = "结清|还清|支付|付款?|扣款?|扣钱|还款?", "关闭?|注销"


def _going_ahead(verbs: str) -> re.Pattern[str]:
    """Going ahead with what is asked, in other words than the button's."""
    return re.compile(rf"{_EAGER}(({verbs}|办理?)[了吧啊掉呀。！! ]*|(?<=嗯)好[的吧啊]?)")


_GO = {
    "settle": _going_ahead(_PAY),
    "close": _going_ahead(_CLOSE),
    "settle_close": _going_ahead(f"{_PAY}|{_CLOSE}"),
    "owing": _going_ahead(f"{_PAY}|{_CLOSE}"),
}
# Agrees to be charged, where no decision stands open: 我现在还，扣吧.
_CHARGE_ME = re.compile(
    f"(?=.*(?:扣|同意))(?=.*(?:吧|同意|马上|现在|直接|快))(?:{_EAGER}(?:{_PAY})[了吧啊呀。！!，, ]*){{1,3}}"
)
# Atomic groups: whatever was typed, it is read once.
_FILLER = (
    "(?>(?>不对(?=[，,。 ])|算了|那|就|我|还是|先|暂时|现在|今天|太贵|太多|好的?|嗯|吧|了|啊|呢|哈|谢谢"
    "|[，,。.！!~ ])*)"
)
NO = re.compile(
    f"{_FILLER}(?>(?>"
    "(?>不要|不想|不用|不必|不打算|不|别|取消|撤回|撤销|停止|放弃)再?"
    "(?>(?>关闭|关|注销)(?>掉|月付)?|结清|还清|还款|还|付款|付|扣款|扣钱|扣|办理|办|弄|操作|要|申请|并)*"
    "|反悔|后悔|留着|(?>等会儿?|等一下|等等|下次|改天|回头|以后|过几天|晚点|再)(?>再?说|再?看|再?想想|吧)?"
    f"){_FILLER})+"
)
# 不对吧, 不会吧, 不还呢: surprise, or a question; nothing is refused by it.
OBJECTS = re.compile(r"不(?>对|会|是)[吧呀啊啦的]*[。！!？? ]*|.*[呢吗么嘛？?][。！!？? ]*")
# Both at once, asked for outright; and of both only the one.
_TO_SETTLE, _TO_CLOSE = "(?:结清|还清|付清)", "(?:关闭|关掉|注销|关)"
_SO = "(?>掉|了|月付|账户|吧|[，,。！! ])*"
_AND_CLOSE = re.compile(
    f"{_EAGER}(?>再试一次|重新|一起|一次|全部|提前|[，, ])*{_TO_SETTLE}"
    f"(?>并|再|然后|之后|后|且|[，, ])*{_TO_CLOSE}{_SO}"
)
_NOT_CLOSE = f"(?>但|但是|可是|先|我|暂时)*(?:不|别)(?>要|想|用|打算)*{_TO_CLOSE}{_SO}"
_JUST_SETTLE = f"(?:{_TO_SETTLE}|还[款钱])(?>就行|就好|就可以|了|吧|[，,。！! ])*"
_ONLY_SETTLE = re.compile(
    f"(?>我|那|就|先|只|光|想|要|[，, ])*{_JUST_SETTLE}{_NOT_CLOSE}"
    f"|{_NOT_CLOSE}(?>只|就|先|光|但|要|想)+{_JUST_SETTLE}"
)
_OF_BOTH = frozenset({"how_to_close", "close_impact", "prepay_all"})  # topics after which it says which
# Wants to do it by oneself, after it was offered to be done here: the other button of that offer.
_BY_ONESELF = re.compile(
    "(?:(?:我|那|就|还是|先|只|想|要|可以|能|给|看看?|知道|告诉|说说?|具体|该|自己|[，, ])*"
    "(?:(?<=自己)(?:去|来)?(?:关|操作|办|弄|注销)(?:闭|掉|月付|理)*|(?:怎么|咋|如何)操作"
    "|(?:操作|关闭|注销|办理)?的?(?:步骤|流程|教程))"
    "(?:是什么|有哪些|怎么样|一下|就行|就好|呢|吧|啊|呀|吗|[。！!？?~ ])*){1,2}"
)
_OF_CLOSING = frozenset({"close", "settle_close", "owing", "offer_close"})  # decisions
_APPLIES = re.compile(
    "(?:我|那|就|要|想|请|帮我|现在|马上|怎么)*(?:申请|解冻)(?:一下|解冻|恢复|吧|呗|呢|啊|了|。)*"
)
_OF_APPLICATION = re.compile("申请|通过|审核|编号|撤")
_REGRET = re.compile("取消|撤|悔|关")
_MAX_CHARS = 30  # an answer is short; a story is read by the classifier
_LOGIN = re.compile(
    "(?:我|要|想|去|先|请|怎么|在哪|已经|都)*登[录陆]"
    "(?:一下|后?办理|后?查询?|[好过上]?了)?[吧啊呢呀。！!?？ ]*"
)


def answered(turn: Turn) -> bool:
    """Whether the typed words were an answer to what stands open, and have been replied to.

    The words are looked at before the account, which costs more and matters for few of them.
    """
    text = turn.text.strip()
    if turn.pressed or len(text) > _MAX_CHARS or masking.SECRET.search(text):
        return False  # whoever typed a secret is told first never to send one: `scam.hinted`
    if out_of_scope.insulted(turn):
        out_of_scope.apologise(turn)
    elif other_product.keeps_ours(turn):
        other_product.say_only_elsewhere(turn)
    elif fraud.found(turn) or human.told_of_taken_back(turn) or _says_whose_account(turn, text):
        return True
    elif _wants_steps(turn, text):
        close.steps_close(turn)
    elif _speaks_of_application(turn, text) or _speaks_of_password(turn, text) or _applies(turn, text):
        unusable.unfreeze(turn)
    elif _says_whether_to_close(turn, text) or _takes_back(turn, text) or _says_pressed(turn, text):
        return True
    elif OBJECTS.fullmatch(text) and (NO.fullmatch(text) or _denies(turn)):
        _object(turn)
    elif NO.fullmatch(text) or backing_out.of_decision(turn, text, decisions.KINDS):
        _refuse(turn, text)
    else:
        return _goes_on(turn, text) or outcome.asked(turn, text) or hurry.answered(turn, text)
    return True


def _denies(turn: Turn) -> bool:
    return turn.intent == "deny" and not follow_up.asked(turn)


def _takes_back(turn: Turn, text: str) -> bool:
    """A payment that is done, or the wish to close."""
    return outcome.withdraws(turn, text) or close.refused(turn)


def _says_pressed(turn: Turn, text: str) -> bool:
    return _YES.fullmatch(text) is None and pressed.answered(turn, text)


def _can_be_charged(turn: Turn) -> bool:
    return turn.facts is not None and settle.can_be_quoted(turn.facts)


def _says_whose_account(turn: Turn, text: str) -> bool:
    """To log in, to link a messaging app, or to unlink it."""
    if turn.customer_id is None and _LOGIN.fullmatch(text):
        login.tell(turn)
        return True
    return links.asked(turn, text)


def _speaks_of_application(turn: Turn, text: str) -> bool:
    """Its state, also for who wants it back: it has been filed."""
    if not _OF_APPLICATION.search(text) or OF_OTHERS.search(text):
        return False
    return turn.facts is not None and diagnosis.filed_application(turn.facts) is not None


def _wants_steps(turn: Turn, text: str) -> bool:
    """The way to close in the app, where closing is what was spoken of."""
    closing = turn.topic == "how_to_close" or (turn.decision or {}).get("kind") in _OF_CLOSING
    return closing and _BY_ONESELF.fullmatch(text) is not None


def _applies(turn: Turn, text: str) -> bool:
    """申请, with nothing else said: of whoever may apply to have a frozen account back."""
    if turn.asks("unfreeze") or not _APPLIES.fullmatch(text):
        return False
    return turn.facts is not None and diagnosis.find(turn.facts) in ("cured", "risk")


def _speaks_of_password(turn: Turn, text: str) -> bool:
    """Where a risk check froze the account, changing the password is the first step of having it back."""
    if "密码" not in text or OF_OTHERS.search(text):
        return False
    if turn.asks("unfreeze") and _YES_TO_APPLY.fullmatch(text):
        return False
    return turn.facts is not None and any(each.kind == "risk" for each in turn.facts.freezes)


def _refuse(turn: Turn, text: str) -> None:
    """A no; for an account that is closed it may come too late, and says so."""
    facts = turn.facts
    if facts is not None and facts.state == "CLOSED" and _REGRET.search(text):
        decisions.say_closed(turn, facts)
    else:
        decisions.decline(turn)


def _says_whether_to_close(turn: Turn, text: str) -> bool:
    """To settle with or without closing: said outright, it changes which of the two is shown."""
    close_after = bool(_AND_CLOSE.fullmatch(text))
    told = turn.topic in _OF_BOTH or any(map(turn.asks, ("settle", "settle_close", "owing")))
    if not close_after and not (told and _ONLY_SETTLE.fullmatch(text)):
        return False
    facts = turn.facts
    if facts is None or not facts.debts.total_fen or facts.open_charge is not None:
        return False
    decisions.show_settle(turn, close_after=close_after)
    return True


def _object(turn: Turn) -> None:
    """The decision again as it stands, so that it can be looked at; else what may be meant."""
    kind = (turn.decision or {}).get("kind")
    if kind in decisions.KINDS:
        decisions.show(turn, str(kind), how="again")
    else:
        out_of_scope.not_understood(turn)


def _goes_on(turn: Turn, text: str) -> bool:
    """A yes to a decision or an offer, or to be charged: its button is shown, for the first time or again."""
    kind = str((turn.decision or {}).get("kind"))
    decision = decisions.OFFERS.get(kind, kind)
    agrees = bool(_YES.fullmatch(text) or (decision in _GO and _GO[decision].fullmatch(text)))
    agrees = agrees or (decision == "settle" and _CHARGE_ME.fullmatch(text) is not None)
    if kind in decisions.KINDS and agrees:
        return decisions.again(turn, *decisions.KINDS)
    agrees = agrees or turn.intent == "affirm"
    if kind in decisions.OFFERS and agrees:
        decisions.show(turn, decision)
    elif turn.decision is None and _CHARGE_ME.fullmatch(text) and _can_be_charged(turn):
        turn.topic = "prepay_all"
        decisions.show_settle(turn, close_after=False, how="again")
    elif kind == "unfreeze" and (agrees or _YES_TO_APPLY.fullmatch(text)):
        unusable.offer_again(turn)
    else:
        return False
    return True

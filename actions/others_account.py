"""Somebody else's account: only whoever is logged in is told of theirs, whatever the kinship."""

from __future__ import annotations

import re

from actions.turn import Turn
from nlu.text import normalise

KIN = (
    "(?:老公|老婆|丈夫|妻子|爱人|对象|男朋?友|女朋?友|媳妇|妈妈?|爸爸?|父母|父亲|母亲|爷爷|奶奶|外公|外婆|儿子|女儿"
    "|孩子|哥哥?|姐姐?|弟弟?|妹妹?|家里?人|亲戚|朋友|同事|同学|室友|邻居|前任|前夫|前妻|闺蜜|老板|当事人)"
)
_WHO = f"(?:(?:我|俺|咱)(?:的)?{KIN}|(?<!我){KIN}|(?<!其)[他她](?!们)|别人|人家|那个?人)"
_LOOK = "(?:查|看(?!到)|问|了解|告诉|知道|调)"
_THING = "(?:月付|账[户号单目]|欠款?|额度|逾期|还款|还没还|还了|分期)"
_MUCH = "(?:欠[^我用]{0,4}(?:多少|几|没|吗)|[^我用]{0,3}多少|逾期[^我用]{0,3}[没吗多]|还[完清了]+[没吗])"
_ASKS = re.compile(
    # 帮我查下我老公的欠多少; 我妈的账户, 我爸的月付还完没; 他手机号138..., 查一下
    f"{_LOOK}[一下个看到询我]{{0,3}}{_WHO}[^我用给发]{{0,5}}{_THING}"
    f"|(?<![给替帮跟])(?<!发给){_WHO}(?:的{_THING}|名下[^我用]{{0,3}}|的?(?=欠)){_THING}?{_MUCH}"
    f"|{_WHO}的?(?:手机号|(?:手机|电话)(?=号|是|[0-9])|号码|身份证|账号)[^我]{{0,24}}(?:查|欠|账单|额度)"
)
_NAMED = re.compile(
    f"(?:那|查|看|[，, ])*{_WHO}的(?:月付|账[户号单]|欠款|额度|还款)+(?:情况|呢|多少|查一?下|[吗？?。 ])*"
)
# Theirs, whatever is to be told or done of it: 我老婆的额度为什么降了, 替我妈把她的月付关了.
_LINE = "(?:月付|账[户单]|额度|退款|欠款)"
_DONE_FOR = f"(?:替|帮|代)(?:我(?:的)?)?{KIN}"
_THEIRS = re.compile(
    f"(?:{KIN}|(?<!其)[他她](?!们))(?:说[他她]的?|的|那个|名下|上个?月)+(?:号(?:上|里)?的?)?{_LINE}"
    f"|隔壁[^我 ]{{1,3}}(?:用不了|的)?{_LINE}|{_DONE_FOR}[^我用]{{0,5}}{_LINE}[^我]{{0,6}}[关销停]"
    f"|{_DONE_FOR}[^我用]{{0,11}}[他她][^我]{{0,3}}(?:还几|欠|退款|{_LINE})"
)
_ASKER = re.compile(f"(?:帮|让|告诉|叫|给|发|求)我|我(?=是[他她]|想[替帮]|来|替|帮|就|要替)|我(?:的)?{KIN}")
# What else they are named for: whoever harmed the customer, died, is paid for, or opened it in their name.
_NOT_THEIRS = re.compile(
    "盗|冒|骗|偷|被.{0,4}用了|人工|投诉|[去过]世|死|走了|催收|开通|开的|身份证|代[还付]|[来能]还"
    "|[帮替给代].{0,4}(?:交|还(?!清|几|款日))"
)
# The customer's own matter, or one for a person.
_OWN = re.compile("我(?!要?查|想[查知看问]|要?看)")
_MATTERS = re.compile(
    "盗|冒|骗|偷|不是我|人工|投诉|[去过]世|死|催收|开通|注销|关闭|怎么还|代还|替|怎么办|为什么|为啥"
)
_HELPS = re.compile(f"(?:帮|给|替|跟|麻烦|告诉|让|请)我|(?:我|俺|咱)(?:的)?{KIN}")


def asked(turn: Turn) -> bool:
    """Whether typed words ask how somebody else's account stands."""
    if turn.pressed:
        return False
    text = normalise(turn.text)
    if _of_theirs(text):
        return True
    if _MATTERS.search(text) or not (_NAMED.fullmatch(text) or _ASKS.search(text)):
        return False
    return _OWN.search(_HELPS.sub("", text)) is None


def _of_theirs(text: str) -> bool:
    named = re.search(KIN, text) and _THEIRS.search(text) and not _NOT_THEIRS.search(text)
    return bool(named) and "我" not in _ASKER.sub("", text)


def refuse(turn: Turn) -> None:
    turn.say("utter_others_account")

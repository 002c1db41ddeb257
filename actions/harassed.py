"""Left alone: by the assistant, or by collectors who call somebody that is not late or is no customer at all.

Who is late hears what is late, too, as for any question about that (`actions.overdue`); a complaint has its
own way (`actions.human`). Whether a collector's call is one of ours nobody here can see, so it is not said.
"""

from __future__ import annotations

import re

from actions import decisions, distress, handover, other_product, overdue, words
from actions.turn import Turn
from nlu.text import normalise

_PLEASE = "(?>你们?|您|都|求求|拜托|请|麻烦|能不能|可不可以|可以|烦死(?:了|人)?|够了|行了|好了|真的?|我说| )*"
_DONT = "(?:别|不要|莫|少|甭)(?>再|来|去|老是?|一直|总是?|天天|整天|给|跟|对|着|都)*"
_SO = "(?>了|好吗|行吗|行不行|好不好|可以吗|吧|啊|呀|嘛|谢谢|求求你们?| )*"
_LEAVE = re.compile(
    f"{_PLEASE}(?:{_DONT}(?:烦|打扰|吵|缠|跟|理|惹|管|搭理|打搅|啰嗦|废话|说话|说|问|推荐)着?(?:老子|我们?|人)?"
    "|让我(?:自己|一个人)*(?:静[静一]?[静下]?|安静|待|冷静)(?:一?会儿?|一下|着)?|(?:走开|离我远点|边儿?去|消失))"
    f"{_SO}"
)
_ADVERTISES = re.compile("营销|推销|广告|推广|活动|优惠|贷款")

_PEOPLE = (
    "(?:家人|家里|父母|爸妈?|妈|老[公婆]|亲戚|朋友|同事|单位|公司|领导|通讯录|紧急联系人|孩子|奶奶|爷爷"
    "|[哥姐弟妹])"
)
_COLLECTOR = "(?:催收|催债|催款|讨债|追债|要债)"
_PESTERS = (
    "(?:打|骂|骚扰|威胁|恐吓|吓|上门|爆|群发|曝光|堵|围|半夜|天天|一直|老是|不停|不断|没完|太|找(?!不到)|联系|厉害"
    "|缠)"
)
_OFTEN = "(?:别|不要|停止|凭什么|为什么|为啥|干嘛|老是?|一直|总是?|天天|半夜|整天|每天|不停|大晚上|凌晨)"
_CALLS = "(?:打|拨|发|来).{0,4}(?:电话|短信|信息|消息)"
_HARASSED = re.compile(
    f"{_COLLECTOR}.{{0,10}}{_PESTERS}|(?:接到|收到|被|还有).{{0,4}}{_COLLECTOR}(?!之?前)|{_PESTERS}.{{0,4}}{_COLLECTOR}"
    f"|骚扰.{{0,4}}(?:我|{_PEOPLE})|(?:别|不要|停止)再?骚扰|被.{{0,3}}骚扰|(?:爆|轰炸).{{0,4}}通讯录"
    f"|[我他她]?只?是.{{0,6}}紧急联系人|{_OFTEN}[^不没]{{0,3}}(?:找|联系)我?的?{_PEOPLE}"
    f"|{_OFTEN}[^不没]{{0,4}}[打拨][^通不给]{{0,2}}(?:我的?)?(?:{_PEOPLE}|我的?电话|(?:骚扰|催)?电话(?:给我|来|了|骂|催))"
    f"|{_OFTEN}[^不没]{{0,3}}给(?:我|{_PEOPLE}).{{0,4}}{_CALLS}|(?:打|来)电话.{{0,4}}(?:骂|威胁|恐吓|吓)"
)
# No more than what might be, of what was repaid, closed or never theirs, or of money: each is answered so.
_OTHERWISE = re.compile(
    "会不会|会.{0,10}[吗么不]$|会打|如果|要是|万一|怕|担心|[几多]少?[天久]|什么时候|还款|还[清完]|还了|付过|付了|还过"
    "|没有?[用借开办]过|不是我|从来没|用我|盗|冒|换|更新|权限|打不[通进]|占线|没人接|律师|起诉|报警|怎么样"
    "|想关|关[掉闭]|之后|让我|转账|转到|账户|网贷|银行|扣"
    "|验证码|(?:改|换)[^ ]{0,3}(?:手机|号)|记录|奖励|邀请|好用|(?:怎么|咋)(?:才能|看|查|还)"
)
# To repay is what the call was about: 别找我爸还款.
_STOP = re.compile(f"(?:别|不要|停止|甭)再?(?:打|联系|找|骚扰|给)[^ ]{{0,6}}{_PEOPLE}")


def answered(turn: Turn) -> bool:
    """Whether typed words ask to be left alone, or tell of such calls, and have been answered."""
    if turn.pressed or any(word in turn.text for word in handover.COMPLAINT_WORDS):
        return False
    text = normalise(turn.text)
    harassed = _HARASSED.search(text)
    if _LEAVE.fullmatch(text) or (harassed and _ADVERTISES.search(text) and not re.search(_COLLECTOR, text)):
        _leave(turn)
        return True
    asked = _OTHERWISE.search(text.replace("还款", "") if _STOP.search(text) else text)
    if not harassed or asked or other_product.named(turn):
        return False
    _tell(turn)
    return True


def _leave(turn: Turn) -> None:
    """Nothing is asked of the customer any more; who did not want to live still hears who listens."""
    if (turn.decision or {}).get("kind") in decisions.KINDS:
        decisions.decline(turn)
    elif distress.just_cared(turn):
        turn.say("utter_left_alone_cared_for")
    else:
        turn.settle_question()
        turn.say("utter_left_alone")


def _tell(turn: Turn) -> None:
    facts, turn.topic = turn.facts, "overdue"
    if facts is None:
        turn.say("utter_harassed_anonymous")
    elif facts.debts.overdue_fen or facts.debts.chargeback_fen or facts.open_charge is not None:
        overdue.overdue(turn)
    else:
        turn.say("utter_harassed_none", today=words.day(facts.today))

"""A relative who has died, is missing, or cannot act any more: sympathy, and a person.

Whether that debt is to be paid, and by whom, is nothing that can be said here: the account is not the
asker's, and how the asker's own stands is no answer to it. A hardship of one's own is answered as ever.
"""

from __future__ import annotations

import re

from actions.others_account import KIN
from actions.turn import Turn
from nlu.text import normalise

TOPIC = "bereaved"  # until the customer asks something else

_ELDER = "(?:妈妈?|爸爸?|父母|父亲|母亲|爷爷|奶奶|外公|外婆|姥姥|姥爷|岳[父母]|公公|婆婆|老人家?|老伴)"
_RELATIVE = (
    f"(?:{KIN}|{_ELDER}|亲人|家属|先生|太太|孙[子女]|侄[子女]|外甥|叔叔?|伯伯?|舅舅?|姑姑?|姨妈?"
    "|[表堂][哥姐弟妹])"
)
_WHEN = "(?:上个?|这个?|前|去|今|昨|半|[0-9一二两三几])*(?:年|月|周|星期|天|晚)(?:前|初|底|的时候)?"
_ILL = "(?:突发|急性|因病|生病|得病|车祸|出了?(?:车祸|事故?|意外)|意外|[心脑]梗死?|脑[溢出]血|心脏病|癌症?)"
_ADVERB = (
    f"(?>{_WHEN}|{_ILL}|人|他|她|已经?|刚刚?|突然|不幸|老年|变|前阵子|早就|早|都|就"
    "|以后|之后|后来|现在|不久前|可能|也| )*"
)
_DIED = (
    "(?:[去过离逝辞]世(?![界纪博贸茂])|[病去过]逝|病故|身[故亡](?!保?险|理赔)|亡故|离开人世|不在人世"
    "|往生|仙逝|(?<![快要])猝死|牺牲)"
)
# Said of somebody named only; by themselves these words mean much else: 急死了, 额度没了, 我走了.
# Nor where it goes on: 死了心, 没了额度, 走了还没回来, 不在了身边.
_GONE = (
    "(?:死(?!了?[机循磕活都也心]|了?我)了?|(?:人?没了|过身了?|走的)(?= |$|[他她])"
    "|(?:走了|不在了)(?= |$|[他她月要用])"
    "|没(?:能)?(?:抢?救|挺|撑|熬|扛)[过回]?[来去]|快不行了|病危|病重|昏迷|成?了?植物人|痴呆"
    "|坐牢|服刑|入狱|判刑|[进蹲关]了?(?:监狱|看守所)|被(?:刑事?|行政)?(?:抓|判|拘|捕|逮捕)|拘[留役]|进去了)"
)
_LOST = "(?:失踪|失联|下落不明|跑路|跑了|找不到人?|联系不[上到]|没(?:有)?(?:消息|音[讯信])|人间蒸发|不见了)"
_DEAD = re.compile(
    f"{_DIED}|已故|生前|遗[产属](?!税)|死者|逝者|亡[夫妻父母]"
    f"|(?<![给找跟和]){_RELATIVE}{_ADVERB}{_GONE}|(?:(?<!你们)(?<!们的)人|用户|机主|本人|欠款人|借款人|持有人)(?:都|已经|要是|如果)*死[了后亡]"
)
# In anger, of nobody's relative.
_CURSE = re.compile("你们?(?!好)[^ 我户]{0,5}(?:死|没了|走了)")
# Ill: no more than a reason why their account cannot be seen to.
_SICK = "(?:[在进住入]{1,2}了?(?:icu|重症)|中风|瘫痪?|说不了话|失智)"
_MISSING = re.compile(
    f"{_RELATIVE}{_ADVERB}{_SICK}"
    f"|(?<![给找跟和]){_RELATIVE}(?:的(?:人|电话))?{_ADVERB}{_LOST}|{_LOST}的?{_RELATIVE}"
)
_MAY_BE = re.compile("(?:走[了的]|没了|不在了|进去了)$")  # on the way home, out of the house
_REPORTED = re.compile("[盗冒骗偷]|有人用|被人?用")  # somebody uses what they left
_ALIVE = re.compile("快不行|病[危重]|昏迷|植物人|痴呆|坐牢|服刑|入狱|判刑|监狱|看守所|被|拘|进去了")
# No more than how it would be: nobody is to be consoled.
_SUPPOSED = re.compile("(?:如果|要是|假如|万一|假设|若)|^(?:人|用户|机主|本人|欠款人|借款人)|哪天|百年")
# Theirs: their account, or what they left; of one who is only out of reach nothing else is of our matter.
_THINGS = "(?:月付|账[户单号]|欠款?|额度|逾期|还款|分期|债|贷|名下|号)"
_THEIRS = re.compile(
    f"(?<!其)[他她](?!们)(?:手机[上里]?)?[^ 我]{{0,3}}{_THINGS}|{_RELATIVE}的[^我]{{0,3}}{_THINGS}|替[他她]"
    f"|{_RELATIVE}[^我]{{0,4}}欠(?!了?我)"
)
# The asker's own: used by them, or not to be paid in time for the grief.
_OWN = re.compile(
    "我(?:的|自己的?)(?:月付|账[户单]|欠款|额度|分期|逾期)|用了?我(?!的?手机)|(?:刷|花|买|欠)了?我|[盗冒骗偷]"
    "|还不[上起]|没(?:钱|工作|收入)|手头|周转|延期|缓[几一缓]|办后事|晚[几一]天|宽限|推迟"
    "|(?:能|可以)用月付|忘[了记]?[^ ]{0,3}还|没来得?及还|我想还|违约金|[这本上]个?[月期]的?账单"
    "|[世故亡逝]了?(?:之?后|以后|那[天年段几])?我(?!们?(?:[能要该替来得还]|可以|怎么|需要))"
)
_CLOSE_ONES = re.compile(f"{_ELDER}|老[公婆]|丈夫|妻子|爱人|儿子|女儿|孩子|[哥姐弟妹]|家人|亲人|家属")
# What is asked of what somebody left, and not of the own account: not 我, nor where they have gone.
_MATTER = re.compile(
    "(?:月付|账[户单号]|欠款?|债|手机)[^ 我]{0,8}(?:[办关还销弄]|处理)|怎么处理|谁来?还|[要用]我?还"
    "|注销|死亡|证明"
)
_AWAY = re.compile(
    f"回来|出差|[上下]班|旅游|出门|[忘没]带|[离辞]职|身边|家里|用不了|我(?!的?{_RELATIVE}|们?家|还)"
)
# After the sympathy, what is still of them: 那要我还吗, 需要什么材料, 那怎么关.
_STILL = re.compile(
    "(?:那|要|需要|得|该|由|这|我|我们|家属|家里|是不是|就|还|会|可以|能|他|她|[ ])*"
    "(?:(?:用|必须)?(?:我|谁|家属|家里人?|子女|孩子)*(?:来|替|帮)?[还关](?:[他她])?(?:掉|闭|款|钱|账)*"
    "|怎么[办弄关还查证]+明?|咋[办弄关还]+|(?:什么|哪些|啥)(?:材料|证明|手续|证件|资料)|死亡证明|继承|利息|违约金|免掉?"
    "|[他她]的?(?:月付|账|欠款|钱|债)?(?:呢|怎么办|咋办|是多少|欠多少|多少)?)"
    "(?:呢|吗|么|嘛|啊|了|的|吧|行吗|可以吗|不|吗|[ ])*"
)
_MAX_CHARS = 14


def answered(turn: Turn) -> bool:
    """Whether typed words tell or ask of such a relative, and have been answered.

    What was to be decided of the asker's own account is over: it is not the moment for it.
    """
    response = "" if turn.pressed else _response(turn, normalise(turn.text))
    if not response:
        return False
    turn.settle_question()
    turn.topic = TOPIC
    turn.say(response)
    return True


def _response(turn: Turn, text: str) -> str:
    if turn.topic == TOPIC and len(text) <= _MAX_CHARS and _STILL.fullmatch(text):
        return "utter_bereaved_again"
    died = None if _CURSE.search(text) else _DEAD.search(text)
    if not died and not (_MISSING.search(text) and _THEIRS.search(text)):
        return ""
    if _OWN.search(text) and not _THEIRS.search(text):
        return ""
    if _REPORTED.search(text) or (died and _MAY_BE.search(died[0]) and not _plainly(text)):
        return ""
    if _SUPPOSED.search(text):
        return "utter_bereaved_supposed"
    return "utter_bereaved" if died and not _ALIVE.search(died[0]) else "utter_relative_unable"


def _plainly(text: str) -> bool:
    """Whether words that may mean something else do not: 我妈走了 does, 同事走了 may be on the way home."""
    if re.fullmatch(f"(?:我们?|咱)?的?家?里?的?{_ELDER}{_ADVERB}{_GONE}", text):
        return True
    if not _CLOSE_ONES.search(text):
        return "走了" not in text and _THEIRS.search(text) is not None
    asked = _MATTER.search(text) and not _AWAY.search(text)
    return bool(_THEIRS.search(text) or re.search(_ILL, text) or asked)

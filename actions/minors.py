"""Minors: one who has or wants 月付, and a child who spent with a parent's.

All are for a person: nothing invites a minor to open or use anything, and what is to become of the money
is not ours to say. A parent's own child is no thief: a report of fraud asks for the police, and its
investigation looks for somebody who is known already. So none is filed unasked; who did not know of it may
press for one.
"""

from __future__ import annotations

import re

from actions.turn import Turn
from nlu.text import normalise

_TEN_TO_17 = "(?:1[0-7]|十[一二三四五六七]?)"
_AGE = f"(?<![0-9一二三四五六七八九十百])(?:[0-9]|{_TEN_TO_17}|[一二三四五六七八九])周?岁"
_SCHOOL = "(?:小学|初[中一二三]|高[中一二三]|中学|中专|职高)"
_18 = "(?:18|十八)(?:周?岁)?(?![0-9万千百块元期天号月])"
_NOT_YET = f"(?:[没未不]成年|[没未不](?:有|到)?满{_18}|没(?:有|到|够){_18}|不到{_18})"
_PUPIL = f"(?:个|名)?{_SCHOOL}学?生|在?[读上]着?{_SCHOOL}(?!毕业|老师)"
# Of a child of one's own, or of what is long past: 我7岁的儿子, 我12岁就有抖音号, 我读高三那年.
_NO_MORE = (
    "(?!周?岁|的(?! |$|学生)|就(?!想|要|不)|那[年时会个几]|时|以?前|起|开始|家长|老师|毕业"
    "|[^ ]{0,2}(?:儿子|女儿|闺女|孩|娃|弟|妹|[孙侄]))"
)
# One who says so of oneself: 我16岁, 我还没成年, 我是初中生.
_SELF = re.compile(
    "(?<!说)(?:我|本人|俺)(?:今年|现在|才|只有|刚|还|是|当时|那时候?|那会儿?|就|其实| )*"
    f"(?:{_AGE}|{_NOT_YET}|{_PUPIL}){_NO_MORE}|(?:^| )(?:我|本人)(?:今年|才|现在)*{_TEN_TO_17}(?= |$)"
)
_CHILD = (
    f"(?:孩子|小孩|娃儿?|小朋友|未成年人?|{_SCHOOL}学?生|{_AGE}的?(?:儿子|女儿|弟弟|妹妹|孙[子女]|他|她)?)"
)
_YOUNG = "(?:儿子|女儿|闺女|弟弟?|妹妹?|孙[子女]|侄[子女]|外甥女?)"  # grown up or not
_PLAYS = re.compile(
    "游戏|皮肤|装备|点券|打赏|主播|直播|氪金?|盲盒|玩具|火箭|礼物|上学|网课|不懂事|趁我"
    f"|{_AGE}|{_SCHOOL}|{_NOT_YET}"
)
_FOR = "[给帮替为跟陪和送养带]"
_BY = f"(?<!{_FOR})(?<!{_FOR}我)(?<!{_FOR}我家)(?:{_CHILD}|{_YOUNG})(?!的卡)"
_PAID = "[充买刷花用付拍打按]"
# The child's doing and not the asker's: 我 only where something of theirs is used, 用我, 趁我.
_DID = "(?:[^ 我]|(?<=[用拿趁花刷把着偷盗从在道])我|我的| (?!我|月付|怎么|能))"
_SPENT = re.compile(
    f"{_BY}{_DID}{{0,16}}(?:{_PAID}(?!卡)[^ 吗]{{0,9}}[了过掉光]|充值|打赏|氪金?|下了?单"
    "|刷礼物|刷的|消费|拿我)"
)
_PAYS = re.compile(f"{_BY}[^ ]{{0,10}}{_PAID}|{_BY}.{{0,3}}(?:[偷乱误瞒]|背着|趁)")
_BY_MINOR = re.compile(
    f"{_NOT_YET}[^ ]{{0,4}}(?:消费|充值|打赏|购买|买|刷|花)|(?:消费|充值|打赏)[^ ]{{0,3}}{_NOT_YET}"
)
_BACK = re.compile("能退|可以退|退[不吗]|申请退|追回|要回|作废|无效|合同")
_UNKNOWN = re.compile("偷|瞒|背着|趁|不知[道情]|没授权|未经|没[经有]?(?:我|家长|大人)?(?:同意|允许)|擅自")
# What it is paid with: 月付, the account or the phone of the grown-up.
_OURS = re.compile("月付|我的?(?:账|钱|密码|手指)|手机|账单|额度|充|打赏|游戏|盲盒|[偷乱误]+[^ ]{0,2}下了?单")
# Of harm by somebody else, or an age that is wrong.
_REPORTED = re.compile("骗|盗|冒|陌生|被人|模式|显示|填错")
# Answered otherwise: a stranger's doing, what a parent has to pay or to set, the own account to be closed.
_OTHERWISE = re.compile(
    f"{_REPORTED.pattern}|别人家|[他她]家|邻居|亲戚|学费|奶粉|看病|住院|发烧|开学|影响|征信|商家|在我店"
    "|(?:怎么|咋|想|要|帮我)[^ ]{0,6}(?:关|注销|取消(?!这?个?订?单))|关[掉闭]"
    "|(?:加|设|改|要)[^ ]{0,3}密码|免密|加个?锁|限额"
    "|分(?:[0-9一二三四五六七八九十]+)期|剩|(?:不能|没法)用|用不了"
)
# The asker's own question beside it, unless that is of taking it back or of what they did not know of.
_OWN = re.compile(
    "付不[了出]|还不[上起完]|没钱|提额|(?:提|加|涨|恢复)[高升]?额度|手续费|利息|违约金|结清|提前还|分期|最低还"
    "|退货|出生|怎么还|几号还|(?:什么|啥)时候还|账单(?:日|多少)"
)
_MAY_OPEN = re.compile("(?:能|可以|可不可以|给|想|怎么|什么时候)[^ ]{0,8}(?:开(?!学|始|的)|申请|办)")
_IS_MINOR = re.compile(f"{_NOT_YET}|{_SCHOOL}学?生|{_AGE}|给(?:孩子|小孩|娃)[^ ]{{0,2}}(?:办|开通?|申请)")
_HAS = re.compile("[开用]的|[开用]了|开通了|欠|不该|不应该|凭什么|[买刷花借充][了过的]")


def answered(turn: Turn) -> bool:
    """Whether typed words tell or ask of a minor, and have been answered."""
    response = "" if turn.pressed else _response(normalise(turn.text))
    if not response:
        return False
    turn.settle_question()
    turn.say(response)
    return True


def _response(text: str) -> str:
    oneself = _SELF.search(text) and not _REPORTED.search(text)
    if not oneself and (_OTHERWISE.search(text) or _asks_own(text)):
        return ""
    if (oneself or _IS_MINOR.search(text)) and _MAY_OPEN.search(text) and not _HAS.search(text):
        return "utter_minor_open"
    if oneself:
        return "utter_minor_self"
    if not _spent(text):
        return ""
    return "utter_minor_spent_unknown" if _UNKNOWN.search(text) else "utter_minor_spent"


def _asks_own(text: str) -> bool:
    return bool(_OWN.search(text)) and not (_UNKNOWN.search(text) or _BACK.search(text))


def _spent(text: str) -> bool:
    """Whether a child has: of one that may be grown up only where it plays or is as old."""
    if _BY_MINOR.search(text):
        return True
    told = _PAYS.search(text) and (_UNKNOWN.search(text) or _BACK.search(text))
    young = re.search(_CHILD, text) or _PLAYS.search(text)
    return bool((told or _SPENT.search(text)) and young and _OURS.search(text))

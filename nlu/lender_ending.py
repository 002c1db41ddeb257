"""Words that end as lenders' names do, or are written in letters. Texts are `nlu.text.normalise`d.

New lenders come faster than a list of them could grow, but they are named alike: 某某花, 某某借, 某某易卡.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set

_ENDINGS = (
    "花",
    "借",
    "贷",
    "呗",
    "享",
    "先享",
    "钱包",
    "有钱",
    "小贷",
    "优品",
    "先付",
    "后付",
    "享付",
    "e付",
    "周转金",
    "钱袋",
    "借条",
    "信用",
    "易分",
    "金融",
)
_CARD = re.compile("[a-z\u4e00-\u9fff]{1,3}?(?:(?<!交)易|花|享|白)卡|小额贷款(?:有限)?公司")
_STEM_CHARS = (1, 2, 3, 4, 5)
_LATIN = re.compile("[a-z]{4,}")

# Where a name may stand.
_PLACE = re.compile(
    "(?:^|(?<= )|(?<=[那这]个)|(?<=你们)|(?<=我的)|(?<=叫)|(?<=[在把])|(?<=关闭)|(?<=注销)|(?<=开通)"
    "|(?<=取消)|(?<=怎么关)|(?<=我))"
)
# What is asked of a product; 的, 那边 or the like may be between.
_ASKED = re.compile(
    "(?:的|上的?|里的?|那里|那边|平台|app|[这那]个东西|[这那]东西|这玩意儿?|呀|啊)? ?(?:给我|我要|我想|我)?"
    "(?:贷款?|借|金融|钱包|分期|额度|账单|欠|账户|账号|逾期|利息|还款|还清|还了|还完|还不|还有|还剩|还能|自动|提前|关|注销"
    "|全部|全还|一把|销户|款?上征信|买的东西|把(?:账户|账号)"
    "|用不|不能|不想|被|冻结|开通|开不|会上|会不会|最低|结清|一次|这个月|扣|是什么|是啥|在哪|可以|能|降额|征信|催|打电话"
    "|放款|付不|我|会员|额度|为什么|为啥|怎么|咋|如何|显示|提示|客服|$)"
)
_AFTER_LATIN = re.compile(
    f"(?! ?[a-z]| ?$) ?{_ASKED.pattern}"
)  # not one of many such words, nor the only one
# What stands in a sentence beside such an ending, and in no name: 还没花, 可以借, 我的钱包, 明明有钱.
_NO_STEM = frozenset(
    "的了着过吗呢吧啊么没不未别有无会能可想要应该就才又再还都也刚已正一二两三四五几多少个些每这那哪什怎何谁我你他她它"
    "们自己给帮替向跟和与或从到在里上下中外前后进出来去是为因所让被把将用拿找看说问点开关买卖付充取提存卡钱笔月日天年"
    "停掉弄成改终止历史纯误操作合并撒撤销触违约暂修号真太很更最乱随敢专大小先全快慢房车学校网抖音微信支付明"
)


def endings(texts: Iterable[str]) -> frozenset[str]:
    """All such words of the texts: what is said there is no name."""
    return frozenset(word for text in texts for word in (*_ending(text), *_LATIN.findall(text)))


def lender(text: str, known: Set[str]) -> str:
    """Such a word that is not `known`, at a name's place; empty where there is none."""
    card = _CARD.search(text)
    if card:
        return card[0]
    ends = sorted({*_ends(text), *(latin.end() for latin in _LATIN.finditer(text))})
    for place in _PLACE.finditer(text):
        for end in ends:
            word = text[place.end() : end]
            asked = _AFTER_LATIN if _LATIN.fullmatch(word) else _ASKED
            if _may_name(word) and word not in known and asked.match(text, end):
                return word
    return ""


def _ends(text: str) -> Iterator[int]:
    """Where in the text an ending ends."""
    for ending in _ENDINGS:
        for found in re.finditer(ending, text):
            yield found.end()


def _ending(text: str) -> Iterator[str]:
    longest = max(_STEM_CHARS) + max(map(len, _ENDINGS))
    for end in _ends(text):
        yield from (text[start:end] for start in range(max(0, end - longest), end - 1))


def _may_name(word: str) -> bool:
    if _LATIN.fullmatch(word):
        return True
    ending = max((each for each in _ENDINGS if word.endswith(each)), key=len, default="")
    stem = word.removesuffix(ending)
    return bool(ending) and len(stem) in _STEM_CHARS and not set(stem) & _NO_STEM

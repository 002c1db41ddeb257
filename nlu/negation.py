"""Words that refuse a decision about money. Texts are `nlu.text.normalise`d.

The classifier reads 别给我关了 as of closing, which it is; whether it is wished for is told here.
"""

from __future__ import annotations

import re

# No blank stands in it: 不用了 关掉月付 and 不要分期 全部还清 refuse another thing than what is wished for.
_BETWEEN = (
    "(?:给我|帮我|替我|你们?|急着|着急|现在|马上|直接|随便|擅自|私自|自动|偷偷|把我?的?(?:月付|账[户号])|我的?"
    "|再|先|乱|去|要|想|打算|就)*"
)
_DO_NOT = "(?:(?<![要用想])不(?:要|想|用|必|打算|需要?|准|许)|(?<![分特级个区])别|甭)"
_NEVER_SAID = "没有?(?:说|想|要求?|打算|让|叫|同意|答应|申请)过?|(?<!是)不是(?:要|想|说|让|叫|来)"
_PLAIN_NOT = (
    "(?<![可能会要想用行给还])(?<!(?<![但可])是)不(?:再|先)?"  # right before what is done: 结清但不关
)

_CLOSE = "(?:关(?![联于系键心注怀])|注销|销户|销号|停用|停掉|取消(?=我?的?月付))"
_REFUSES_CLOSE = (
    f"(?:(?:{_DO_NOT}|{_NEVER_SAID}){_BETWEEN}|{_PLAIN_NOT}){_CLOSE}"
    "|(?:关闭?|注销)(?:月付)?就(?:不用|不必|算了|免了)"
)
_ALL = "(?:提前|一次性?|全部?|全额|结清|还清|还完|付清)"
_REFUSES = {
    "close": re.compile(_REFUSES_CLOSE),
    "settle": re.compile(f"(?:(?:{_DO_NOT}|{_NEVER_SAID}){_BETWEEN}|{_PLAIN_NOT}){_ALL}"),
}
# 月付 itself is to stay, and not only its reminders or its automatic payment.
_KEEPS_OURS = re.compile(
    f"(?:{_REFUSES_CLOSE})(?:闭|掉|了|我的?|这个|月付|账[户号]|[啊吧呀哦哈]|就行|(?:可以|好|行)吗?)*(?:$| )"
)
_ASKS = re.compile("怎|咋|如何|为什么|为啥|凭什么|什么|影响|征信|会不会|会怎|多久|哪")
_SETTLES = re.compile("(?<![没等])(?:结清|还清|付清|还完|清掉|全部?还|一次性?还)(?!之?前)")
_SETTLED = re.compile("(?:已经?|刚刚?|早就?|都)(?:全部?)?(?:结清|还清|付清|还完)|等.{0,3}(?:结清|还清|还完)")


def refuses(decision: str, text: str) -> bool:
    """Whether the words say not to do it (`close` or `settle`)."""
    return bool(_REFUSES[decision].search(text))


def keeps_ours(text: str) -> bool:
    """Whether 月付 is not to be closed, and no more is asked."""
    return bool(_KEEPS_OURS.search(text)) and not _ASKS.search(text)


def only_settles(text: str) -> bool:
    """Whether everything is to be paid off, and 月付 not to be closed."""
    wished = _SETTLES.search(text) and not _SETTLED.search(text)
    return bool(wished) and keeps_ours(text) and not refuses("settle", text)

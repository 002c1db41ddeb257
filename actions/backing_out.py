"""Words that back out of what stands open to be confirmed: 别给我关啊, 我看错了, 等发工资再说.

In doubt nothing is confirmed: who did not mean it so asks again, who did could lose money by an old button.
"""

from __future__ import annotations

import re

from actions.turn import Turn

_DO = "(?:关|扣|付|还|结|弄|办|点|动|收|划|搞)"
# What an answer is waited for, and not somebody else: 先问问额度.
_MATTER = "(?:额度|退款|账单|分期|征信|利息|手续费|违约金|还款|优惠|逾期|订单|影响|怎么|多少)"
_BACKS_OUT = re.compile(
    f"(?:别|不要|莫|唔好|唔使|不许|不准|甭|不用)(?:给我|帮我|替我|你们?|先|再|急着|着急)*{_DO}"
    "|停(?!用|机|了|掉|诊|车)|打住|住手|退出|返回|作罢|拉倒|免了|撤(?:了|回|销)"
    "|(?:没|没有|不是|从来没)(?:有|说|想|要|打算)+(?:过|要)?(?:再|去|现在|马上|今天)*(?:关|还|结|付|扣)"
    "|(?:看|点|按|搞|弄|说|打|选|发)错|(?:太|这么|好|有点)贵"
    "|等.{0,10}(?:再说|再[还关结付]|发工资|发了?薪|有钱)"
    f"|(?:问问(?!.{{0,4}}{_MATTER})|商量|考虑|想想|想一想|想一下|琢磨|冷静)"
    "|^(?:stop|wait|cancel|no way|not now|forget it|never ?mind|hold on)\\b"
    "|拜拜|再见|(?:我|先)(?:走|撤|下)了?$|下线"
)
_ASKS = re.compile(
    "[吗呢嘛?？]|么[。！!~ ]*$|怎|咋|如何|为什|为啥|多少|[几哪啥]|什么|能不能|会不会|可不可以|是不是|有没有"
)
# Something else is wanted instead: 说错了，我要关闭月付.
_WISHES = re.compile("我(?:是|就|只)?(?:要|想)(?!想|考虑|问|商量|冷静|等|退|停|走|取消)|而是|改成|换成")


def of_decision(turn: Turn, text: str, kinds: tuple[str, ...]) -> bool:
    """Whether the words back out of the decision, one of `kinds`, that is open, and ask for nothing else."""
    if (turn.decision or {}).get("kind") not in kinds or _ASKS.search(text) or _WISHES.search(text):
        return False
    return _BACKS_OUT.search(text.lower()) is not None

"""Whoever writes of not wanting to live is answered by care and a person, before anything else.

Neither what was asked, nor what is owed, nor a button that pays stands in that reply. Many everyday words
hold 死 (急死了, 死机, 打死也不): only words that speak of dying oneself count. Where it is in doubt, care is
the better mistake.
"""

from __future__ import annotations

import re
from functools import cache

from actions import handover, scam_signs
from actions.turn import Turn

_SIMPLER = str.maketrans("殺輕樓尋遺藥離", "杀轻楼寻遗药离")
_WORDS = (
    # to live no longer
    "(?:不想|不要|不愿意?|不打算|没想)(?:再|继续|要)*活(?![动期跃络体力该泼])|(?<![半要])(?<!半死)(?<![养激])不活了"
    "|(?<![激复养存生盘救灵])活不(?:下去|成|了)|没(?:有)?(?:办)?法(?:再|继续)?活(?![动期跃络])"
    "|活着.{0,4}(?:没|有什么|有啥|干什么|干嘛|太累|好累|痛苦)|(?:没|不).{0,3}活下去|我.{0,2}活够了|没脸活"
    # to be dead
    "|(?<![你您])(?<![你您]们)想死(?![我你机磕皮扣守记活板心账循])|想去死|我(?:要|就|还是|只能|只好|现在就|马上|真想|得)?去死"
    "|让我死|死了?(?:算了|得了|拉倒|干净|一了百了|就解脱)|不如(?:去)?死|生不如死|死给你|死的心都|逼死(?!强迫)|逼.{0,3}[去上寻找]死"
    "|(?:要是|如果|万一|假如|等)我死[了掉]|我死[了掉](?:是不是|还|就|以后|之后|这|钱|债|欠|谁|你们|月付)"
    "|只(?:有|剩|能|好)(?:去)?死(?:路|了|给|$| )"
    # by one's own hand
    "|自杀(?![毒菌虫价猪]|小队|式)|(?<!各)(?<!亲)自尽(?![快量早力可管])|自缢|自残(?![疾次余障联])|自我了断|伤害自己"
    "|(?<!年)轻生(?![活煎日鲜产态])|寻短见|寻死|割腕|(?<![楼墙板顶])上吊(?![顶灯柜扇牌床带坠机兰装篮])|跳楼(?![价机梯]|大?甩|促|清仓|大促)"
    "|跳河(?![北南])|跳江(?![苏西])|跳海(?![南淘外报信])|跳桥|投[河江](?![北南苏西])|卧轨(?!道)|喝(?:农药|百草枯)"
    "|[吃吞][^的买]{0,3}安眠药|烧炭(?:自|死|走|算)|遗书|(?:结束|了结)(?:自己|我|这条|这个)*的?(?:生命|命|一生|自己)"
    "|离开(?:这个?)?(?:人世|世界)|不想(?:再)?醒(?:来|过来)|我.{0,3}想不开"
    # said of a debt or an account that is over, it is a relief
    "|^(?!.*(?:关|注销|清|还完|销户|卸载|退|删|取消|解绑)).*一了百了"
    # English, pinyin
    "|(?:want to|wanna|rather) die|kill(?:ing)? myself|suicid|end my life"
    "|bu ?xiang ?huo(?!dong)|huo ?bu ?xia ?qu|(?<![a-z])zi ?sha(?![a-z])"
)

_LINE = "12356"  # whom that answer names, and no other


@cache
def _compiled() -> re.Pattern[str]:
    """Compiled when the first message is read, like the signs of a scam."""
    return re.compile(_WORDS)


def tell_of_it(text: str) -> bool:
    return _compiled().search(scam_signs.plain(text).translate(_SIMPLER)) is not None


def told(turn: Turn) -> bool:
    """Whether the customer's own words say so; pressed buttons never do."""
    return not turn.pressed and tell_of_it(turn.text)


def just_cared(turn: Turn) -> bool:
    """Whether the last answer was that care."""
    return _LINE in handover.last_answer(turn)


def care(turn: Turn) -> None:
    """Where somebody listens now, and a person of ours too; what was to be decided is over.

    The ticket is one that stays with the staff, also when the customer goes on with the assistant.
    """
    handover.open_ticket(turn, "hardship", "utter_distress", late="utter_distress")
    turn.settle_question()
    turn.topic = ""


def care_alone(turn: Turn, reference: str) -> None:
    """The same where no ticket can be filed: the care does not wait for a ledger."""
    turn.say("utter_distress_alone", card={"type": "error", "reference": reference})

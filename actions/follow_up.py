"""Words that say little by themselves (那手续费呢, 还有吗, 什么时候到): they are about the last answer."""

from __future__ import annotations

import re

from actions.turn import Turn

_BEFORE = (
    "(?>那么?|哦|嗯|请问|我|你们|它|这个|这|的话|大概|一般|现在|到底|究竟"
    "|最[晚迟快]|是不是|是|会|还|再|，|,| )*"
)
_AFTER = "(?>呢|啊|呀|吧|嘛|吗|么|了|的|没有?|不|。|！|!|？|\\?|~| )*"
# What such words ask for, by the name the table below knows it by.
_ASKED = {
    "when": "(?:什么时候|啥时候|几时|几点钟?|哪天|(?:几|多少)号|要?等?(?:(?:几|多少)个?(?:工作)?[天日]|多久)"
    "|多长时间)"
    "(?:能|可以|才|会)*(?:到账?|好|恢复|完成|有结果|下来)?"
    "|(?:怎么|咋)样|进度(?:怎么样|咋样|到哪)?|到哪(?:里|儿|一步)?|办到哪(?:一步)?",
    "cost": "(?:有|要|收|没有|多少)*(?:手续费|利息|费用|服务费)(?:多少|怎么算|高|贵)*"
    "|要?收费|要?收钱|要钱|花钱|要?多少钱|贵",
    "a_day": "(?:每|[一1])[天日](?:是|要|会|得|收|涨|加|扣|算|多|增加|大概|的?(?:违约金|利息|罚息|滞纳金))*"
    "(?:多少|几[块毛分])(?:钱|利息|违约金|罚息|滞纳金)?|(?:涨|加|收|扣|要)?(?:多少|几[块毛分])钱?(?:每|[一1])[天日]",
    "capped": "(?:有|没有?|会|还|要|一直|就|这样)*(?:封顶|上限|到顶|无限|最[高多]|一直|涨到|收到)"
    "(?:的|涨|加|收|算|到|多少|几[块百千]|什么时候|下去|钱)*",
    "penalty_cap": "(?:有|没有?|会|还|要|都|能|不)*封顶(?:的)?",
    "hour": "(?:最[晚迟]|截止|当天|要|得|在|到|还款?)*(?:几点钟?)(?:之?前|以?前|还款?|截止|算|为止)*",
    "restore": "(?:能|能不能|可以|可不可以|什么时候|啥时候|几时|要?多久|几天"
    "|怎么|咋|如何|要|会|才|给我|帮我|把|额度)*恢复(?:一下|回来|额度|使用|正常)*",
    "how": "(?:要|该|具体)*(?:怎么|咋|如何)(?:弄|办|整|搞|操作|处理|做)|然后|接下来(?:怎么办)?|下一步"
    "|(?:在|去)?哪(?:里|儿)?(?:弄|办|操作|看)|流程|步骤",
    "why": "(?:为什么|为啥|为何|凭什么)(?:就|还)?(?:不行|不能|不可以|不让)?|什么原因|啥原因|咋回事|怎么回事",
    "more": "还有|(?:有|没有|有没有)?(?:别的|其他|其它)(?:什么)?(?:办法|方法)"
    "|还有(?:别|其他|其它)|就这些|就这?几笔|有哪些|其他|剩下",
    "month": "(?:这|上|下|本)个?(?:月|期)",
    "faster": "(?:能|能不能|可以|可不可以|帮我|给我)*(?:加急|快点|快一点|催|催促|加快)(?:一下|处理|到账)*",
    "where_to": "(?:钱|会)*(?:退|到|打|转)(?:回|给)?(?:到|哪|哪里|哪儿|哪张?卡|哪个卡|什么卡|银行卡)+",
    "need": "(?:有|要|需要)*(?:什么|哪些|啥)(?:条件|要求|材料|资料|证件)",
    "reopen": "(?:关(?:了|掉|闭)?|以后|之后|后|还|都|就)*(?:能|可以|能不能|可不可以)"
    "(?:(?:再|重新)+(?:开通?|用回来|办|恢复)|开通?|用回来|恢复)",
    "spared": "(?:能|可以|可不可以|能不能|给我|帮我|都|再|请)*"
    "(?:减?免|减少?|少收|少算|不收|打个?折)(?:掉|一?点儿?|一?些|除|多少)?",
    "usable": "(?:能|会)(?:不能|不会)?(?:通过|批|过)"
    "|(?:能|可以|可)(?:不能|不可以)?用|(?:恢复|好)了?(?=[没吗嘛么])",
}
_PATTERNS = {kind: re.compile(f"{_BEFORE}(?:{words}){_AFTER}") for kind, words in _ASKED.items()}
MORE = _PATTERNS["more"]
_MAX_CHARS = 14

# What nothing else is asked of than what is owed, whatever was spoken of.
_ANYWHERE = {"spared": "overdue", "penalty_cap": "overdue"}
# After an answer to the first, what is asked of it is a question of this intent.
MEANT: dict[str, dict[str, str]] = {
    "how_to_close": dict.fromkeys(("how", "when", "why", "need", "cost"), "how_to_close")
    | dict.fromkeys(("more", "reopen"), "close_impact"),
    "close_impact": {"how": "how_to_close", "need": "how_to_close", "cost": "how_to_close"}
    | dict.fromkeys(("reopen", "why", "more"), "close_impact"),
    "open_account": dict.fromkeys(("how", "when", "why", "need"), "open_account"),
    "why_unusable": {"restore": "unfreeze", "a_day": "overdue"}
    | dict.fromkeys(("why", "usable", "more"), "why_unusable")
    | dict.fromkeys(("how", "when", "need"), "unfreeze"),
    "unfreeze": {"restore": "unfreeze", "a_day": "overdue"}
    | dict.fromkeys(("why", "usable"), "why_unusable")
    | dict.fromkeys(("how", "when", "need", "faster"), "unfreeze"),
    "where_usable": {"why": "why_unusable", "usable": "where_usable", "more": "where_usable"},
    "prepay_all": dict.fromkeys(("how", "cost", "need", "when", "why", "month", "more"), "prepay_all")
    | {"usable": "why_unusable"},
    "how_to_repay": {
        "how": "how_to_repay",
        "when": "billing_dates",
        "cost": "fees_interest",
        "usable": "why_unusable",
        "a_day": "overdue",
    },
    "minimum_payment": {"how": "how_to_repay", "when": "billing_dates"}
    | dict.fromkeys(("cost", "a_day"), "minimum_payment"),
    "repayment_status": dict.fromkeys(("how", "when", "why", "faster"), "repayment_status")
    | {"usable": "why_unusable"},
    "auto_debit": dict.fromkeys(("how", "when", "why"), "auto_debit"),
    "query_bill": {
        "when": "billing_dates",
        "cost": "fees_interest",
        "how": "how_to_repay",
        "why": "query_bill",
        "more": "query_bill",
        "month": "query_bill",
        "a_day": "overdue",
    },
    "billing_dates": {"month": "billing_dates", "how": "how_to_repay", "cost": "query_bill"},
    "overdue": {
        "restore": "unfreeze",
        **dict.fromkeys(("spared", "cost", "a_day", "why"), "overdue"),
        "how": "how_to_repay",
        "usable": "why_unusable",
    },
    "request_extension": dict.fromkeys(("how", "need", "more", "why"), "request_extension")
    | {"when": "billing_dates", "cost": "minimum_payment", "usable": "why_unusable"}
    | dict.fromkeys(("spared", "a_day"), "overdue"),
    "fees_interest": {"how": "how_to_repay"}
    | dict.fromkeys(("why", "cost", "more", "a_day"), "fees_interest"),
    "make_instalment": {"cost": "fees_interest"}
    | dict.fromkeys(("how", "need", "when", "why"), "make_instalment"),
    "manage_instalment": {"cost": "fees_interest"}
    | dict.fromkeys(("how", "when", "why", "more"), "manage_instalment"),
    "query_limit": {"restore": "unfreeze", "why": "limit_change", "how": "limit_change"},
    "limit_change": {"restore": "unfreeze"}
    | dict.fromkeys(("how", "when", "why", "need", "usable"), "limit_change"),
    "refund": dict.fromkeys(("when", "cost", "how", "why", "faster", "where_to", "more"), "refund"),
    "promotions": dict.fromkeys(("how", "when", "need", "more"), "promotions"),
    "merchant_service": dict.fromkeys(("how", "when", "cost", "need"), "merchant_service"),
}
_OF_PAYING = ("how_to_repay", "minimum_payment", "overdue", "request_extension")
_OF_USE = ("why_unusable", "unfreeze", "query_limit", "limit_change")
_OF_PARTS = ("repayment_status", "auto_debit", "fees_interest", "make_instalment", "manage_instalment")
# The bill of a month: 上个月呢.
for _topic in (*_OF_PAYING, *_OF_USE, *_OF_PARTS):
    MEANT[_topic]["month"] = "query_bill"
# By what hour, before it is taken for when; whether what grows by the day is capped.
for _topic in ("query_bill", "billing_dates", *_OF_PAYING):
    MEANT[_topic] = {"hour": "billing_dates", "capped": "overdue"} | MEANT[_topic]
MEANT["fees_interest"]["capped"] = "overdue"
for _topic in _OF_USE:
    MEANT[_topic]["capped"] = "query_limit"

# Buttons that lead on within a topic.
BELONGS_TO = {
    "offer_close": "how_to_close",
    "steps_close": "how_to_close",
    "offer_settle": "prepay_all",
    "offer_settle_close": "prepay_all",
    "confirm_settle": "prepay_all",
    "apply_unfreeze": "unfreeze",
    "register_hardship": "request_extension",
}


def meanings(turn: Turn) -> dict[str, str]:
    """After the last answer, which intent each matter is a question of."""
    return MEANT.get(turn.topic, {}) | _ANYWHERE


def asked(turn: Turn) -> str:
    """Which of the last answer's matters short typed words ask about: a name of `_ASKED`, or ""."""
    text = turn.text.strip()
    if turn.pressed or len(text) > _MAX_CHARS:
        return ""
    kinds = meanings(turn)
    return next((kind for kind in kinds if _PATTERNS[kind].fullmatch(text)), "")


def understand(turn: Turn) -> None:
    """Takes such words for the question that they are after the last answer, and notes this turn's topic.

    Sets `meant` (the intent), `follow_up` (which matter) and `topic`, which a follow-up leaves as it is.
    """
    turn.follow_up = asked(turn)
    topic = BELONGS_TO.get(turn.intent, turn.intent)
    if turn.follow_up:
        grows = turn.follow_up in ("a_day", "capped")
        late = grows and turn.facts is not None and turn.facts.debts.penalty_a_day_fen
        turn.meant = "overdue" if late else meanings(turn)[turn.follow_up]
    elif topic in MEANT:
        turn.topic = topic

"""A refused order that the question names: 昨天那笔怎么回事, 手柄怎么没买成."""

from __future__ import annotations

import re

from actions import cause, diagnosis, follow_up, handover, mentioned, own, refused, unusable, words
from actions.turn import Turn
from ledger.model import AccountFacts, Refusal

# Said of an order that did not go through, and of money that was repaid.
_FAILED = re.compile(
    "怎么回事|咋回事|怎么了|咋了|什么情况|没[有能]?(?:付|买|下|用|成|过)|不成功|失败|[付买用下过]不(?=[了成出起上掉到过])|被?拒|不让"
    "|为什么|为啥|凭什么|不给[用付买]|扣没扣|扣了?钱?[吗没]"
)
_ONE = re.compile("[那这].?[笔单个件]|订单|下单|东西|买")
_MONEY_BACK = re.compile("还款|还的|还了|自动|扣|退|提现|转")
_AND_THIS = re.compile(".{2,8}呢[？?]?")  # 投影仪呢, after another was spoken of
_NOT_OF_ORDERS = frozenset({"refund", "report_unauthorised", "unfreeze", "open_account"})


def answered(turn: Turn) -> bool:
    """Whether the words ask about one refused order, by its day, shop, item or number, and were told.

    Or about another than was told: 还有吗.
    """
    facts = turn.facts
    may = facts is not None and facts.state == "ACTIVE" and facts.open_charge is None
    if turn.pressed or not may or facts is None or turn.intent in _NOT_OF_ORDERS:
        return False
    more = turn.topic == "why_unusable" and follow_up.asked(turn) == "more"
    told = _just_told(turn, facts) if more else []
    rest = [each for each in facts.refusals if each not in told]
    refusal = (rest[0] if rest else None) if told else _meant(turn, facts)
    if refusal is None and not told:
        return False
    turn.topic = "why_unusable"
    if refusal is None:
        turn.say("utter_refused_no_more", count=str(len(told)))
        return True
    if refusal.reason == "freeze" and diagnosis.lifted_since(facts, refusal) is None:
        turn.say("utter_unusable_order", goods=own.goods(refusal), **cause.order_words(facts, refusal))
        unusable.why_unusable(turn)
    else:
        refused.tell(turn, facts, refusal)
    return True


def _just_told(turn: Turn, facts: AccountFacts) -> list[Refusal]:
    """Those that the answers named since the customer last asked something else than for more."""
    answers = handover.last_answer(turn, meanwhile=lambda said: follow_up.MORE.fullmatch(said) is not None)
    return [each for each in facts.refusals if _names(answers, each)]


def _names(answers: str, refusal: Refusal) -> bool:
    """By the item, or the shop where that is why; long names are cut."""
    item, shop = refusal.item[: words.ITEM_CHARS - 1], refusal.merchant[: words.SHOP_CHARS - 1]
    return item in answers or (refusal.reason == "shop" and shop in answers)


def _meant(turn: Turn, facts: AccountFacts) -> Refusal | None:
    """The newest of those of the day that is named, else the one whose shop, item or number is."""
    text = turn.text.strip()
    follows = turn.topic in ("why_unusable", "where_usable") and _AND_THIS.fullmatch(text)
    failed = bool(_FAILED.search(text) or follows)
    day = mentioned.day(turn, facts.today)
    if day is not None and (failed or _ONE.search(text)) and not _MONEY_BACK.search(text):
        of_day = [each for each in facts.refusals if each.at.date() == day]
        bought = any(each.on == day for each in (*facts.unbilled, *(facts.bill.items if facts.bill else ())))
        if of_day and (failed or not bought):
            return mentioned.named(of_day, text) or of_day[0]
    named = mentioned.named(facts.refusals, text) if failed and day is None else None
    usable = named is not None and named.reason in ("shop", "item") and turn.intent == "where_usable"
    return None if usable else named  # whether it is to be had there at all is what `usage` says

"""What is asked of settling beside the wish for it: what its fees are, and whether an amount covers it."""

from __future__ import annotations

import re

from actions import decisions, means, mentioned, own, repay, settle, words
from actions.turn import Turn
from ledger import quotes
from ledger.errors import GuardRefused
from ledger.model import AccountFacts, Bill, Quote

_SETTLES = frozenset({"settle", "settle_close", "owing", "offer_settle"})  # decisions with a quote
_FEES = "(?:手续费|服务费|利息|违约金|罚息|费用)"
_MUCH = "(?:怎么|为什么|为啥|咋|凭什么|干嘛)(?:还|要|会|有|收|扣|算|我|的|是|这么|那么|[，, ])*"
_MORE_THAN = "比(?:账单|欠款|欠的|应还的?|刚才)多"
_CONTENT = (
    "(?:都|里面)?(?:包含|包括|含|有|是)?(?:哪些|什么|啥)(?:钱|费用?)?|明细|怎么来的"
    "|(?:怎么|咋)(?:算|得|加)(?:出来)?的?(?=[。！!？?~，, ]*$)"
)
# 那手续费呢, 怎么这么多手续费, 里面都有什么. How fees are reckoned in general is another question.
_OF_COSTS = re.compile(
    "(?>那么?|哦|嗯|请问|这个?|这次|这笔|提前|结清|一次|还清|里面|其中|现在|我|还|要|会|有|收|的"
    "|你|先|能不能|告诉|说清楚?|解释|一下|想知道|[总合]共?|数|包含|含|包括|没有|多少|多|，|,| )*"
    "(?:(?:这么|那么)(?:多|贵)[？?，, ]*(?:怎么[算来]的?)?|多少钱(?:的?手续费)?"
    f"|手续费(?:是|都)?怎么(?:算|收|来)(?:出来)?|{_FEES}|{_MUCH}(?:{_FEES}|多|贵|高)|(?:{_MUCH})?{_MORE_THAN}|{_CONTENT})"
    f"(?>{_MUCH}(?:多|贵|高)|{_FEES}|没有|呢|啊|呀|吧|吗|么|了|的|是|要|有|多少|几块|多|高|贵|钱"
    "|怎么来|哪来|什么|哪些|[。！!？?~，, ])*"
)
# 132是什么钱, 哪来的132, 怎么多出132块: of the amount that the quote adds to what is owed, or of its total.
_AMOUNT = "[¥￥]?[0-9][0-9,.]*(?:块|元)?(?:钱|多)?"
_OF_AMOUNT = re.compile(
    f"(?>那么?|这个?|里面|其中|怎么|为什么|为啥|咋|多[出了]?来?|哪来|的|还|有|要|收|是|[，, ])*{_AMOUNT}"
    "(?>呢|又|到底|都|是|算|个|什么|啥|哪里?来|哪[些个]|怎么来|怎么算|钱|费用?|的|啊|呀|[。！!？?~，, ])*"
)
_WHAT = re.compile("什么|啥|怎么|咋|哪|为")
_MAX_CHARS = 20
# 那我明天结清呢, 如果不提前还呢: whether it may wait, and no assent.
_PAID = "(?:结清|还清|还完|付清|还款?|付款?|结)"
_WHEN = (
    "(?:[明后]天|今晚|下个?(?:月|周|星期|期)|过(?:几天|段时间|阵子)|以后|改天|晚点|月底"
    "|到期(?:那天|日)?|[0-9]+[号日]|等.{0,6})"
)
_LATER = re.compile(
    "(?>那么?|我|要是|如果|假如|万一|想|先|[，, ])*"
    f"(?:{_WHEN}(?:再|才|一起|去|还|提前|一次性?|全部?)*{_PAID}"
    f"|(?:暂时|现在|今天)?不(?:提前|一次性?|现在|马上|全部?)+{_PAID})"
    "(?>了|掉|的话|[，, ])*"
    "(?:呢|会?(?:怎样|怎么样|如何)|(?:可以|行|能)[吗么嘛]|行不行|可不可以|有影响[吗么嘛]|会有什么影响|[吗么嘛])"
    "(?>呀|啊|[。！!？? ])*"
)
_SHORT = frozenset({"utter_not_enough", "utter_enough_for_bill"})  # responses
_DONE = "(?:还清|结清|还完|付清|清掉|还上|全部?还|一次还|关掉|关闭|注销)"
_COVERS = re.compile(
    f"够|(?:能|可以|可否|行不行|是不是).{{0,6}}{_DONE}|{_DONE}了?[吗么不]|^那?.{{2,9}}呢[？?]?$"
)
# 那就还500, 我先付一千: less than the quote, or enough for it; said while it is shown.
_JUST_PAYS = re.compile(
    "(?>那|我|就|先|只|要|想|能|可以|还是|[，, ])*[还付交给]个?[¥￥]?"
    "[0-9一二两三四五六七八九十][0-9一二两三四五六七八九十百千万.,]*"
    "(?:块|元|毛|钱|吧|行|可以|得了|算了|[吗么呢了。！!？?~ ])*"
)
_TO_PAY = re.compile("还|结|付|清|关")
_OF_BILL = re.compile("账单|[这本]个?[月期]|月的|最低|逾期")
_OF_PAYING = frozenset(
    {"prepay_all", "how_to_repay", "query_bill", "minimum_payment", "how_to_close"}
)  # topics


def answered(turn: Turn) -> bool:
    """Whether the typed words ask so, and were answered; a decision that stands open is offered again."""
    facts = turn.facts
    if turn.pressed or facts is None:
        return False
    if turn.asks("close") and _OF_COSTS.fullmatch(turn.text.strip()):
        turn.say("utter_close_free")
        return True
    if not settle.can_be_quoted(facts):
        return False
    if turn.asks("settle") and means.told(turn, facts):
        return True
    return _told_later(turn, facts) or _told_whether_enough(turn, facts) or _told_costs(turn, facts)


def _told_later(turn: Turn, facts: AccountFacts) -> bool:
    """That it may wait, until when the bill is due, and that the quote will be another one then."""
    if not _of_settling(turn) or not _LATER.fullmatch(turn.text.strip()):
        return False
    bill = own.due_bill(facts)
    if facts.debts.overdue_fen:
        turn.say("utter_settle_later_overdue", **own.overdue_words(facts))
    elif bill is not None:
        turn.say("utter_settle_later_bill", **own.bill_words(facts, bill))
    else:
        turn.say("utter_settle_later", **own.next_words(facts))
    return True


def _told_costs(turn: Turn, facts: AccountFacts) -> bool:
    """Of the quote that is shown, or would be: principal, each kind of fee, and what falls away."""
    text = turn.text.strip()
    if not _of_settling(turn) or len(text) > _MAX_CHARS:
        return False
    of_amount = _OF_AMOUNT.fullmatch(text) is not None and _WHAT.search(text) is not None
    quote = _quote(turn, facts) if of_amount or _OF_COSTS.fullmatch(text) else None
    if quote is None:
        return False
    cost_fen, costs = words.quote_costs(quote)
    if of_amount and not _named(turn, cost_fen, quote.total_fen, quote.total_fen - facts.debts.total_fen):
        return False
    back_fen = sum(line.amount_fen for line in quote.lines if line.kind == "chargeback")
    more = {
        "principal": words.money(quote.total_fen - cost_fen - back_fen),
        "back": words.money(back_fen),
        "cost": words.money(cost_fen),
        "costs": costs,
        "waived": words.money(quote.waived_fen),
    }
    response = "utter_settle_costs" if quote.waived_fen else "utter_settle_costs_all"
    if back_fen:
        alone = back_fen == quote.total_fen
        response = "utter_settle_costs_only_back" if alone else "utter_settle_costs_back"
    elif not cost_fen:
        response = "utter_settle_costs_none"
    _say(turn, quote, response, **more)
    return True


def _named(turn: Turn, *amounts_fen: int) -> bool:
    """Whether the words name one of the amounts, be it without its fen."""
    fen = mentioned.amount_fen(turn)
    return fen is not None and any(fen in (each, each // 100 * 100) for each in amounts_fen)


def _of_settling(turn: Turn) -> bool:
    kind = (turn.decision or {}).get("kind")
    return kind in _SETTLES or (kind is None and turn.topic == "prepay_all")


def _told_whether_enough(turn: Turn, facts: AccountFacts) -> bool:
    """Whether the amount that the words name covers everything, or the bill where that is what they say."""
    fen = mentioned.amount_fen(turn)
    just_pays = _of_settling(turn) and _JUST_PAYS.fullmatch(turn.text.strip()) is not None
    if fen is None or not (just_pays or _COVERS.search(turn.text)):
        return False
    if not _TO_PAY.search(turn.text) and not _of_settling(turn) and turn.topic not in _OF_PAYING:
        return False
    bill = own.owed_bill(facts)
    if bill is not None and _OF_BILL.search(turn.text):
        turn.topic = "how_to_repay"
        if not repay.told_of_part(turn, facts, bill):
            over = words.money(fen - bill.outstanding_fen)
            response = "utter_enough_bill" if fen > bill.outstanding_fen else "utter_enough_bill_exactly"
            turn.say(response, amount=words.money(fen), over=over, **own.bill_words(facts, bill))
        return True
    quote = _quote(turn, facts)
    if quote is None:
        return False
    _say_whether_enough(turn, facts, bill, quote, fen)
    return True


def _say_whether_enough(turn: Turn, facts: AccountFacts, bill: Bill | None, quote: Quote, fen: int) -> None:
    difference_fen = fen - quote.total_fen
    more = {"amount": words.money(fen), "difference": words.money(abs(difference_fen))}
    if difference_fen >= 0:
        _say(turn, quote, "utter_enough" if difference_fen else "utter_enough_exactly", **more)
    elif bill is not None and fen >= bill.outstanding_fen:
        _say(turn, quote, "utter_enough_for_bill", **more, **own.bill_words(facts, bill))
    else:
        _say(turn, quote, "utter_not_enough", **more)


def _quote(turn: Turn, facts: AccountFacts) -> Quote | None:
    close_after = (turn.decision or {}).get("kind") in ("settle_close", "owing")
    try:
        return quotes.make(turn.ledger, facts.customer_id, close_after=close_after)
    except GuardRefused:  # it cannot be closed now: the answer to that wish says why
        return None


def _say(turn: Turn, quote: Quote, response: str, **more: str) -> None:
    """The answer, then the decision that stands open; without one it is offered, if the amount covers it."""
    kind = (turn.decision or {}).get("kind")
    turn.topic = "how_to_close" if kind == "owing" else "prepay_all"
    total, fees = words.money(quote.total_fen), words.quote_fees(quote)
    turn.say(response, total=total, today=words.day(quote.made_at), fees=fees, **more)
    if kind in ("settle", "settle_close"):
        decisions.say_quote(turn, quote, how="after")
    elif kind == "owing":
        turn.decision_shown = True
        turn.say("utter_close_owing_after")
    elif response not in _SHORT:
        decisions.offer(turn, "offer_settle")
        turn.say("utter_settle_offered", values={"decline": {"kind": "settle"}})

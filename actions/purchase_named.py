"""A purchase of the customer's own that the question names by shop, item or order number: 餐桌分几期了."""

from __future__ import annotations

import re

from actions import cards, listing, mentioned, own, refund, words
from actions.turn import Turn
from ledger import lookups
from ledger.model import AccountFacts, Bill, Plan
from ledger.purchase_views import Purchase

ROOM = 85  # characters for the purchases found
# What is asked of something that was bought. What one may still buy is another question.
_ASKED = re.compile(
    "欠|剩|没还|还[了清完]|还(?:要|得|需)?(?:多少|几)|几期|第几|分(?:了|过|成)?期|多少钱|花了|买了[什啥哪]|哪天"
    "|(?:什么时候|几号)(?:买|还|到期|扣)|到期|出账"
    "|^.{2,8}呢[？?]?$|怎么回事|什么情况|什么钱|扣了|[那这].?[笔单个件]|订单|利息|手续费|每[期月]|月供|进度"
)
_TO_BUY = re.compile(
    "(?:能|可以?|可否|支持|想|准备|打算|怎么|如何|有没有|要不要).{0,3}(?:买|分期|用(?!了)|付款|支付)|[买付用下]不"
)
_NOT_OF_PURCHASES = frozenset(
    {"where_usable", "why_unusable", "refund", "report_unauthorised", "merchant_service"}
)

# To undo or change what was agreed is answered by what cannot be and what can.
_TO_CHANGE = re.compile("取消|撤[销回]|退[掉货款了]|改[成为期]|换[成个]")


def answered(turn: Turn) -> bool:
    """Whether the typed words ask about purchases of the customer's, and were told where these stand."""
    facts = turn.facts
    may = facts is not None and facts.state == "ACTIVE" and facts.open_charge is None
    if turn.pressed or not may or facts is None or turn.intent in _NOT_OF_PURCHASES:
        return False
    if not _ASKED.search(turn.text) or _TO_BUY.search(turn.text) or _TO_CHANGE.search(turn.text):
        return False
    found = mentioned.all_named(lookups.purchases(turn.ledger, facts.customer_id), turn.text)
    if not found:
        return False
    plans = {plan.id: plan for plan in facts.plans}
    turn.topic = "manage_instalment" if any(each.plan_id in plans for each in found) else "query_bill"
    if len(found) == 1:
        _tell(turn, facts, found[0], plans)
    else:
        _list(turn, facts, found, plans)
    return True


def _tell(turn: Turn, facts: AccountFacts, bought: Purchase, plans: dict[int, Plan]) -> None:
    """Where it stands: in a plan, on a bill, not billed yet, refunded, not delivered yet, or paid."""
    about = _words(facts, bought)
    plan, bill = plans.get(bought.plan_id or 0), _bill_of(facts, bought)
    refunded = next((each for each in facts.refunds if each.order_no == bought.order_no), None)
    if refunded is not None and refunded.state == "PENDING":
        refund.say_pending(turn, facts, refunded)
    elif bought.state == "HELD":
        turn.say("utter_purchase_held", **about)
    elif plan is not None and plan.kind == "product":
        turn.say("utter_purchase_plan", **about, **_plan_words(facts, plan))
    elif plan is not None:
        turn.say("utter_purchase_bill_plan", **about, **_plan_words(facts, plan))
    elif not bought.left_fen and facts.debts.chargeback_fen:
        turn.say("utter_purchase_paid_once", **about)
        own.taken_back(turn, facts)
    elif not bought.left_fen:
        turn.say("utter_purchase_paid", **about)
    elif bill is None:
        turn.say("utter_bill_line_unbilled", **about, **own.next_words(facts))
    else:
        card = cards.bill(facts.bill) if facts.bill is not None and facts.bill.id == bill.id else None
        turn.say("utter_bill_line", card=card, **about, **own.bill_words(facts, bill))


def _list(turn: Turn, facts: AccountFacts, found: list[Purchase], plans: dict[int, Plan]) -> None:
    """Several of one shop, or of one kind: each with where it stands."""
    lines = [
        f"{words.short(each.item, listing.LISTED_CHARS)} {words.money(each.amount_fen)}"
        f"（{words.day(each.on, today=facts.today)}，{_standing(facts, each, plans)}）"
        for each in found
    ]
    turn.say("utter_purchases", count=str(len(found)), lines=listing.listed(lines, ROOM))
    own.add_taken_back(turn, facts)


def _standing(facts: AccountFacts, bought: Purchase, plans: dict[int, Plan]) -> str:
    plan, bill = plans.get(bought.plan_id or 0), _bill_of(facts, bought)
    if bought.state == "HELD":
        return "订单未完成"
    if plan is not None:
        of = "" if plan.kind == "product" else f"{words.label(plan.label)}"
        return f"{of}分期已出{plan.billed_periods}/{plan.periods}期"
    if not bought.left_fen:
        return "还过" if facts.debts.chargeback_fen else "已还清"
    return f"在{words.bill_name(bill, today=facts.today)}里，未还" if bill else "还没出账"


def _bill_of(facts: AccountFacts, bought: Purchase) -> Bill | None:
    return next((bill for bill in facts.bills if bill.month == bought.bill_month), None)


def _words(facts: AccountFacts, bought: Purchase) -> dict[str, str]:
    """{goods}, {amount} and {on} of a purchase."""
    return {
        "goods": own.goods(bought),
        "amount": words.money(bought.amount_fen),
        "on": words.day(bought.on, today=facts.today),
    }


def _plan_words(facts: AccountFacts, plan: Plan) -> dict[str, str]:
    """{name}, {periods}, {billed}, {left}, {next} and {each} of a plan."""
    return {
        "name": words.label(plan.label),
        "periods": str(plan.periods),
        "billed": str(plan.billed_periods),
        "left": words.money(plan.remaining_principal_fen),
        "next": own.plan_dues(facts, [plan]),
        "each": words.plan_period(plan),
    }

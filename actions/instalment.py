"""Paying in instalments: what it would cost, and the plans that run."""

from __future__ import annotations

import re

from actions import listing, mentioned, own, rules, words
from actions.turn import Turn
from ledger import disclosure, lookups
from ledger.disclosure import PlanOffer
from ledger.model import AccountFacts, Plan

ROOM = 62  # characters for the plans
# Of something that is bought already, and not of what might be: 买的, 那笔, 单独.
_BOUGHT = re.compile("买[的了过]|[那这].?[笔单个件把台张]|单独|只分|已经买")
CLOSED = ("utter_closed_instalment", "utter_closed_owing_instalment")


def make_instalment(turn: Turn) -> None:
    """The whole cost of the customer's own bill over each number of periods, else why not and the rule."""
    terms = turn.ledger.terms
    rule = {
        "periods": rules.periods(terms),
        "least": words.money(terms.min_instalment_fen),
        "bill_day": str(terms.bill_day),
        "due_day": str(terms.due_day),
        "until": rules.clock(terms.bill_window_until),
        "path": terms.bill_path,
    }
    rates = {"product": rules.fee_rate(terms, "product"), "bill_rate": rules.fee_rate(terms, "bill")}
    if told_of_amount(turn, rule):
        return
    facts = own.account(turn, "utter_instalment_anonymous", *CLOSED, **rule)
    if facts is None:
        if turn.facts is None:
            own.add(turn, "utter_instalment_rates", **rates)
        return
    if own.being_checked(turn, facts):
        return
    if own.owed_bill(facts) is None and own.taken_back(turn, facts, "utter_instalment_taken_back"):
        return
    if not told_of_unbilled(turn, facts, rule):
        say_offers(turn, facts, rule, rates)


def told_of_amount(turn: Turn, rule: dict[str, str]) -> bool:
    """Whether the cost of a price that the words name has been told; the bill's own amount has its offers."""
    facts, fen = turn.facts, mentioned.amount_fen(turn)
    bill = own.owed_bill(facts) if facts is not None else None
    if fen is None or (facts is not None and not may_buy(facts)):
        return False
    if bill is not None and fen in (bill.outstanding_fen, bill.total_fen):
        return False
    offers = disclosure.product_plans(turn.ledger.terms, fen)
    amount = words.money(fen)
    if isinstance(offers, str):
        turn.say("utter_instalment_amount_too_small", amount=amount, **rule)
        return True
    chosen, not_offered = of_periods(turn, offers)
    response = "utter_instalment_amount_not_offered" if not_offered else "utter_instalment_amount"
    costs = "\n".join(map(rules.offer, chosen))
    turn.say(response, amount=amount, costs=costs, asked=not_offered, **rule)
    return True


def told_of_unbilled(turn: Turn, facts: AccountFacts, rule: dict[str, str]) -> bool:
    """Whether the words name one thing that was bought and is on no bill yet, and it was told when it can."""
    if turn.pressed or facts.freezes or not _BOUGHT.search(turn.text):
        return False
    found = mentioned.all_named(lookups.purchases(turn.ledger, facts.customer_id), turn.text)
    if len(found) != 1 or found[0].bill_month or found[0].plan_id or not found[0].left_fen:
        return False
    bought = {"goods": own.goods(found[0]), "amount": words.money(found[0].amount_fen)}
    turn.say("utter_instalment_unbilled", **bought, **own.next_words(facts), **rule)
    return True


def may_buy(facts: AccountFacts) -> bool:
    """Whether a purchase could be made now; where not, that is what the answer is about."""
    return facts.state == "ACTIVE" and not facts.freezes and facts.open_charge is None


def of_periods(turn: Turn, offers: tuple[PlanOffer, ...]) -> tuple[tuple[PlanOffer, ...], str]:
    """Those of the numbers of periods that the words name, else all; and a named one that there is not."""
    named = mentioned.periods(turn)
    chosen = tuple(each for each in offers if each.periods in named)
    there_are = {each.periods for each in offers}
    return chosen or offers, next((str(each) for each in named if each not in there_are), "")


def say_offers(turn: Turn, facts: AccountFacts, rule: dict[str, str], rates: dict[str, str]) -> None:
    """Costs are disclosed before anybody agrees: per period, in all and annualised."""
    bill = own.owed_bill(facts)
    offers = disclosure.bill_plans(turn.ledger.terms, bill, facts.now)
    next_bill = words.day(facts.next_bill_on, today=facts.today)
    if offers == "overdue" and bill is not None:
        turn.say("utter_instalment_overdue", **own.bill_words(facts, bill), **own.overdue_words(facts))
        return
    if isinstance(offers, str) and facts.freezes:
        turn.say("utter_instalment_frozen", **own.freeze_words(facts))
        return
    if isinstance(offers, str) or bill is None:
        turn.say(f"utter_instalment_{offers}", next_bill=next_bill, **rule)
        own.add(turn, "utter_instalment_rates", **rates)
        return
    how = {"due": words.day(bill.due_on, today=facts.today), **rule}
    if turn.follow_up == "how":  # the costs have just been told
        turn.say("utter_instalment_how", **how)
        return
    chosen, not_offered = of_periods(turn, offers)
    costs = "\n".join(map(rules.offer, chosen))
    principal = words.money(offers[0].principal_fen)
    response = "utter_instalment_not_offered" if not_offered else "utter_instalment_offers"
    more = own.bill_words(facts, bill) | {"periods": rule["periods"], "asked": not_offered}
    turn.say(response, principal=principal, costs=costs, **more)
    own.add(turn, "utter_instalment_how", **how)


def manage_instalment(turn: Turn) -> None:
    """The running plans with what is left of them, and what can still be done."""
    path = turn.ledger.terms.bill_path
    facts = own.account(turn, "utter_plans_anonymous", *CLOSED, path=path)
    if facts is None:
        return
    if not facts.plans:
        turn.say("utter_plans_none", today=words.day(facts.today))
        return
    lines = [plan_line(plan) for plan in facts.plans]
    if len(lines) == 1:
        lines = [plan_in_full(facts.plans[0], facts)]
    left = words.money(sum(plan.remaining_principal_fen for plan in facts.plans))
    whole = listing.fitting(lines, ROOM) == len(lines)
    response = (
        "utter_plans" if len(lines) == 1 else "utter_plans_several" if whole else "utter_plans_and_more"
    )
    plans = listing.listed(lines, ROOM if whole else ROOM - len(left), "个")
    turn.say(response, count=str(len(lines)), plans=plans, left=left, due=own.plan_dues(facts, facts.plans))
    own.being_checked(turn, facts)


def plan_in_full(plan: Plan, facts: AccountFacts) -> str:
    """One plan: what it is, what is left of its principal, what is late, and when the next period is due."""
    left = words.money(plan.remaining_principal_fen)
    return f"{words.plan(plan)}，剩余本金{left}{own.plan_dues(facts, [plan])}"


def plan_line(plan: Plan) -> str:
    """One of several: without what a period costs, and without the shop where the item is named."""
    shop, _, item = words.label(plan.label).partition(" ")
    name, left = listing.in_line(shop, item), words.money(plan.remaining_principal_fen)
    return f"{name}，已出{plan.billed_periods}/{plan.periods}期，剩余本金{left}"


REPLIES = {"make_instalment": make_instalment, "manage_instalment": manage_instalment}

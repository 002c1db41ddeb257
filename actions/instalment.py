"""Paying in instalments: what it would cost, and the plans that run."""

from __future__ import annotations

from actions import own, rules, words
from actions.turn import Turn
from ledger import disclosure
from ledger.model import AccountFacts, Plan

PLANS_SHOWN = 3


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
    facts = own.account(turn, "utter_instalment_anonymous", "utter_closed_instalment", **rule)
    if facts is None:
        if turn.facts is None:
            own.add(turn, "utter_instalment_rates", **rates)
        return
    if own.being_checked(turn, facts):
        return
    say_offers(turn, facts, rule, rates)


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
    costs = "\n".join(rules.offer(each) for each in offers)
    principal = words.money(offers[0].principal_fen)
    turn.say("utter_instalment_offers", principal=principal, costs=costs, **own.bill_words(facts, bill))
    own.add(turn, "utter_instalment_how", due=words.day(bill.due_on, today=facts.today), **rule)


def manage_instalment(turn: Turn) -> None:
    """The running plans with what is left of them, and what can still be done."""
    path = turn.ledger.terms.bill_path
    facts = own.account(turn, "utter_plans_anonymous", "utter_closed_instalment", path=path)
    if facts is None:
        return
    if not facts.plans:
        turn.say("utter_plans_none", today=words.day(facts.today))
        return
    shown = [plan_line(plan, facts) for plan in facts.plans[:PLANS_SHOWN]]
    turn.say("utter_plans", count=str(len(facts.plans)), plans="\n".join(shown))
    own.being_checked(turn, facts)


def plan_line(plan: Plan, facts: AccountFacts) -> str:
    """One plan: what it is, what is left of its principal, and when the next period is due."""
    left = f"剩余本金{words.money(plan.remaining_principal_fen)}"
    due = f"，{words.day(plan.next_due_on, today=facts.today)}还下一期" if plan.next_due_on else ""
    return f"{words.plan(plan)}，{left}{due}。"


REPLIES = {"make_instalment": make_instalment, "manage_instalment": manage_instalment}

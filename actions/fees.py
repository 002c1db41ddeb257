"""Fees and interest: the rates, each with its annual one, and what the customer's own bill holds of them."""

from __future__ import annotations

from actions import instalment, listing, mentioned, other_product, own, rules, words
from actions.turn import Turn
from ledger.model import Bill

FEE_KINDS = ("plan_fee", "interest", "penalty")
ROOM = 75  # characters for the fees of a bill


def fees_interest(turn: Turn) -> None:
    """The annual rates, which is what most ask; then what of this customer's own bill is a fee."""
    terms, facts = turn.ledger.terms, turn.facts
    if of_new_plan(turn):
        instalment.make_instalment(turn)
        return
    rule = {
        "product": rules.fee_rate(terms, "product"),
        "bill_rate": rules.fee_rate(terms, "bill"),
        "rate": rules.daily_rate(terms.daily_rate),
        "penalty_rate": rules.daily_rate(terms.penalty_rate),
    }
    bill = own.payable_bill(facts) if facts else None
    charged = fee_lines(bill) if bill else ""
    turn.say("utter_fees", **rule)
    other_product.say_not_compared(turn)
    if len(turn.bubbles) > 1:
        return
    if facts is None or (facts.debts.total_fen and bill is None):
        own.add(turn, "utter_fees_general", **rule)
    elif bill is None:
        own.add(turn, "utter_fees_none", today=words.day(facts.today), **rule)
    elif facts.debts.interest_fen and own.rolls_over(facts, bill):
        interest = words.money(facts.debts.interest_fen)
        own.add(turn, "utter_fees_rolling", interest=interest, **rule, **own.bill_words(facts, bill))
    elif charged:
        own.add(turn, "utter_fees_bill", lines=charged, **own.bill_words(facts, bill))
    else:
        own.add(turn, "utter_fees_bill_none", **rule, **own.bill_words(facts, bill))


def of_new_plan(turn: Turn) -> bool:
    """Whether the words name periods that no plan of the customer's runs over: what one would cost."""
    running = {plan.periods for plan in turn.facts.plans} if turn.facts else set()
    named = mentioned.periods(turn)
    return bool(named) and not running.intersection(named)


def fee_lines(bill: Bill) -> str:
    """The bill's fees, interest and penalty by name and amount."""
    return listing.listed(listing.bill_lines([item for item in bill.items if item.kind in FEE_KINDS]), ROOM)


REPLIES = {"fees_interest": fees_interest}

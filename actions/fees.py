"""Fees and interest: the rates, each with its annual one, and what the customer's own bill holds of them."""

from __future__ import annotations

from actions import own, rules, words
from actions.turn import Turn
from ledger.model import Bill

FEE_KINDS = ("plan_fee", "interest", "penalty")
LINES_SHOWN = 3


def fees_interest(turn: Turn) -> None:
    """What costs something and what does not; a customer hears first why this bill holds a fee."""
    terms, facts = turn.ledger.terms, turn.facts
    rule = {
        "product": rules.fee_rate(terms, "product"),
        "bill_rate": rules.fee_rate(terms, "bill"),
        "rate": rules.daily_rate(terms.daily_rate),
        "penalty_rate": rules.daily_rate(terms.penalty_rate),
    }
    bill = own.payable_bill(facts) if facts else None
    charged = fee_lines(bill) if bill else ""
    if facts is None or (facts.debts.total_fen and bill is None):
        turn.say("utter_fees")
    elif bill is None:
        turn.say("utter_fees_none", today=words.day(facts.today))
    elif facts.debts.interest_fen and own.rolls_over(facts, bill):
        interest = words.money(facts.debts.interest_fen)
        turn.say("utter_fees_rolling", interest=interest, **own.bill_words(facts, bill))
    elif charged:
        turn.say("utter_fees_bill", lines=charged, **own.bill_words(facts, bill))
    else:
        turn.say("utter_fees_bill_none", **own.bill_words(facts, bill))
    own.add(turn, "utter_fees_rates", **rule)


def fee_lines(bill: Bill) -> str:
    """The bill's fees, interest and penalty by name and amount."""
    charged = [item for item in bill.items if item.kind in FEE_KINDS]
    shown = [f"{words.bill_item(item)} {words.money(item.amount_fen)}" for item in charged[:LINES_SHOWN]]
    rest = f"等{len(charged)}笔" if len(charged) > LINES_SHOWN else ""
    return "、".join(shown) + rest


REPLIES = {"fees_interest": fees_interest}

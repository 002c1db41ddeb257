"""The credit bureau's record: what is reported and what is not; nothing can be bought off it."""

from __future__ import annotations

from actions import decisions, own, words
from actions.turn import Turn


def credit_report(turn: Turn) -> None:
    """The rule, and what of the customer's own account matters now: assessed badly, late, or due by when."""
    facts = turn.facts
    bill = own.payable_bill(facts) if facts else None
    refused = next((each for each in facts.freezes if each.kind == "bureau"), None) if facts else None
    if facts is not None and facts.state == "CLOSED":
        decisions.say_closed(turn, facts, "utter_closed_credit", "utter_closed_owing_credit")
    elif facts is not None and refused is not None and not facts.debts.overdue_fen:
        turn.say("utter_credit_bureau", **own.bureau_words(refused, facts))
    elif facts is not None and bill is None and facts.limit_cut is not None:
        late = facts.limit_cut.evidence
        month = words.month(str(late["bill"]), today=facts.today)
        turn.say("utter_credit_was_late", bill=month, days_late=str(late["days_late"]))
    elif facts is None or bill is None or not bill.minimum_fen:
        turn.say("utter_credit")
    elif facts.debts.overdue_fen:
        turn.say("utter_credit_overdue", **own.bill_words(facts, bill), **own.overdue_words(facts))
    else:
        turn.say("utter_credit_bill", **own.bill_words(facts, bill))


REPLIES = {"credit_report": credit_report}

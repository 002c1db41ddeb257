"""A use by somebody else that was reported and is still being looked into, said before a decision.

The report freezes nothing: it is the customer's word, and whoever works on it places the freeze that forbids
to close. Until then settling and closing stay the customer's to decide, knowing what the report has come to.
"""

from __future__ import annotations

from actions import words
from actions.turn import Turn
from ledger import tickets
from ledger.model import AccountFacts

_ANEW = ("first", "cancelled")  # ways to show a decision that the customer does not have in mind


def tell(turn: Turn, facts: AccountFacts, how: str = "first") -> None:
    """The first of two bubbles; of three the last one, with the decision's button, would be lost."""
    if how not in _ANEW or turn.bubbles:
        return
    report = tickets.latest_of(turn.ledger, facts.customer_id, "fraud")
    if report is not None:
        turn.say(
            "utter_reported_owing" if facts.debts.total_fen else "utter_reported_close",
            since=words.day(report.opened_at, today=facts.today),
            number=report.number,
        )

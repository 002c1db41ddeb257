"""A use by somebody else that was reported and is still being looked into, said before a decision.

The report freezes nothing: it is the customer's word, and whoever works on it places the freeze that forbids
to close. Until then settling and closing stay the customer's to decide, knowing what the report has come to.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from actions import words
from actions.turn import Turn
from ledger import tickets
from ledger.model import AccountFacts

_ANEW = ("first", "cancelled")  # ways to show a decision that the customer does not have in mind
FORGOTTEN_AFTER = timedelta(hours=1)  # since the decision was first shown, and the report told of


def tell(turn: Turn, facts: AccountFacts, how: str = "first", *, alone: bool = True) -> dict[str, str]:
    """Says it before a decision that is not in mind, as the first of two bubbles.

    Of three the last one, with the decision's button, would be lost: where the decision comes after another
    answer, or (not `alone`) takes two bubbles itself, {since} and {number} are returned for its own sentence.
    """
    joined = how not in _ANEW and (how == "after" or not alone)
    if (turn.bubbles and not joined) or not (how in _ANEW or _forgotten(turn, facts)):
        return {}
    report = tickets.latest_of(turn.ledger, facts.customer_id, "fraud")
    if report is None:
        return {}
    about = {"since": words.day(report.opened_at, today=facts.today), "number": report.number}
    if joined:
        return about
    turn.say("utter_reported_owing" if facts.debts.total_fen else "utter_reported_close", **about)
    return {}


def _forgotten(turn: Turn, facts: AccountFacts) -> bool:
    """Whether the decision that stood open was first shown so long ago."""
    opened = (turn.decision_at_start or {}).get("opened")
    return opened is not None and facts.now - datetime.fromisoformat(opened) >= FORGOTTEN_AFTER

"""Phone number, name and accounts: whose 月付 it is and where it is open."""

from __future__ import annotations

from actions import words
from actions.turn import Turn


def account_info(turn: Turn) -> None:
    """Whose account is logged in, and how to move or change it; of a card only the last four digits."""
    facts = turn.facts
    if facts is None:
        turn.say("utter_account_anonymous")
    elif facts.state == "CLOSED":
        closed_on = words.day(facts.closed_at, today=facts.today) if facts.closed_at else ""
        turn.say("utter_account_closed", closed_on=closed_on)
    else:
        opened_on = words.day(facts.opened_on, today=facts.today)
        turn.say("utter_account_own", opened_on=opened_on, card_last4=facts.card_last4)


REPLIES = {"account_info": account_info}

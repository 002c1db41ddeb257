"""Coupons and offers: where they are shown; nothing is promised."""

from __future__ import annotations

from actions import words
from actions.turn import Turn


def promotions(turn: Turn) -> None:
    """Where offers are shown; a customer with a fee-free plan hears of the offer that is being used."""
    facts = turn.facts
    free = next((plan for plan in facts.plans if plan.fee_free), None) if facts else None
    if free is None:
        turn.say("utter_promotions")
    else:
        turn.say("utter_promotions_own", plan=words.label(free.label), periods=str(free.periods))


REPLIES = {"promotions": promotions}

"""A cause why 月付 cannot be used, as it is told: one bubble, and its card with the ledger's evidence."""

from __future__ import annotations

from typing import Any

from actions import cards, words
from actions.turn import Turn
from ledger.model import AccountFacts, Refusal

Evidence = list[tuple[str, str]]


def tell(
    turn: Turn, cause: str, evidence: Evidence, response: str = "", values: Any = None, **more: str
) -> None:
    """The card's title and remedy are the words of the cause, whose own response is the default."""
    title, remedy = words.DIAGNOSES[cause]
    diagnosed = cards.diagnosis(cause, title, evidence, remedy)
    card = cards.ending(diagnosed, "unusable", cause, "")
    turn.say(response or f"utter_unusable_{cause}", card=card, values=values, **more)


def order_words(facts: AccountFacts, refusal: Refusal) -> dict[str, str]:
    """The refused order: {at}, {merchant}, {item} and {amount}."""
    return {
        "at": words.moment(refusal.at, today=facts.today),
        "merchant": words.short(refusal.merchant, words.SHOP_CHARS),
        "item": words.short(refusal.item, words.ITEM_CHARS),
        "amount": words.money(refusal.amount_fen),
    }

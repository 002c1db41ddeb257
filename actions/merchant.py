"""A seller's question: general, for no customer's ledger holds a seller's money."""

from __future__ import annotations

from actions.turn import Turn


def merchant_service(turn: Turn) -> None:
    turn.say("utter_merchant")


REPLIES = {"merchant_service": merchant_service}

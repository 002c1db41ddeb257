"""Paying an order with 月付, and making it the default or not."""

from __future__ import annotations

from actions import decisions, guards, own, words
from actions.turn import Turn


def payment_setting(turn: Turn) -> None:
    """How to pay with it and how not to pay with it by default, without closing it."""
    facts = turn.facts
    if facts is None:
        turn.say("utter_payment_setting")
    elif facts.state == "CLOSED":
        decisions.say_closed(turn, facts, "utter_closed_unusable", "utter_closed_owing_unusable")
    elif facts.freezes:
        turn.say("utter_payment_setting_frozen", **own.freeze_words(facts))
    elif facts.open_charge is not None:
        turn.settle_question()
        turn.say("utter_payment_setting_checking", **guards.charge_words(facts))
    else:
        turn.say("utter_payment_setting_own", available=words.money(facts.limit.available_fen))


REPLIES = {"payment_setting": payment_setting}

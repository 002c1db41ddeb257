"""Opening 月付, opening it again, and what it is."""

from __future__ import annotations

from actions import decisions, other_product, own, rules, words
from actions.turn import Turn


def open_account(turn: Turn) -> None:
    """Who qualifies and how; for a customer that it is open already, or what opening again means."""
    facts = turn.facts
    if facts is None:
        turn.say("utter_open_anonymous")
    elif facts.state == "CLOSED":
        decisions.say_closed(turn, facts, "utter_open_again", "utter_closed_owing_open")
    elif not own.being_checked(turn, facts):
        opened_on = words.day(facts.opened_on, today=facts.today)
        if facts.freezes:
            turn.say("utter_open_frozen", opened_on=opened_on, **own.freeze_words(facts))
        else:
            available = words.money(facts.limit.available_fen)
            turn.say("utter_open_already", opened_on=opened_on, available=available)


def what_is(turn: Turn) -> None:
    """What it is in one sentence, with the terms' days; who may use it now also hears what is left."""
    terms, facts = turn.ledger.terms, turn.facts
    rule = {
        "bill_day": str(terms.bill_day),
        "due_day": str(terms.due_day),
        "free_days": str(terms.interest_free_days_max),
        "periods": rules.periods(terms),
    }
    if facts is None or facts.state == "CLOSED" or facts.freezes or facts.open_charge:
        turn.say("utter_what_is", **rule)
    else:
        turn.say("utter_what_is_own", available=words.money(facts.limit.available_fen), **rule)
    other_product.say_not_compared(turn)


REPLIES = {"open_account": open_account, "what_is": what_is}

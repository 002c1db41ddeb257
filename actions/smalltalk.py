"""Small talk, and yes and no: words alone never charge or close anything."""

from __future__ import annotations

from actions import decisions, login, words
from actions.turn import Turn


def greet(turn: Turn) -> None:
    """With the one thing a customer may need to know today."""
    facts = turn.facts
    if facts is None:
        turn.say("utter_greet", buttons=login.first_step(turn))
    elif facts.open_charge is not None:
        turn.say("utter_greet_checking", amount=words.money(facts.open_charge.amount_fen))
    elif facts.debts.overdue_fen:
        turn.say("utter_greet_overdue", amount=words.money(facts.debts.overdue_fen))
    elif facts.bill is not None and facts.bill.outstanding_fen:
        turn.say(
            "utter_greet_bill",
            amount=words.money(facts.bill.outstanding_fen),
            due=words.day(facts.bill.due_on, today=facts.today),
        )
    else:
        turn.say("utter_greet_clean")


def goodbye(turn: Turn) -> None:
    """Not while a payment is looked into: 886 may be its amount, and whoever goes knows not to pay twice."""
    facts = turn.facts
    if facts is not None and facts.open_charge is not None:
        decisions.say_under_way(turn, facts)
    else:
        turn.say("utter_goodbye")


def thanks(turn: Turn) -> None:
    turn.say("utter_thanks")


def bot_challenge(turn: Turn) -> None:
    turn.say("utter_bot_challenge")


def menu(turn: Turn) -> None:
    turn.say("utter_menu")


def affirm(turn: Turn) -> None:
    """A typed yes shows an open decision again with fresh buttons; without one it asks what is meant."""
    facts = turn.facts
    if facts is not None and facts.open_charge is not None:
        decisions.say_under_way(turn, facts)
    elif turn.decision is None:
        turn.say("utter_affirm")
    else:
        decisions.show(turn, turn.decision["kind"], how="again")


def deny(turn: Turn) -> None:
    """A typed no cancels an open decision, and comes too late for a payment that the bank has."""
    decisions.decline(turn)


REPLIES = {
    "greet": greet,
    "goodbye": goodbye,
    "thanks": thanks,
    "bot_challenge": bot_challenge,
    "menu": menu,
    "affirm": affirm,
    "deny": deny,
    "login": login.tell,
}

"""The next step of whoever has to log in: on the page they are on, or from a messaging app on the host's."""

from __future__ import annotations

from typing import Any

from actions import cards, words
from actions.turn import Turn
from ledger import one_time

_PAGE = "我们的App或网页"


def needed(turn: Turn) -> None:
    """Says that this needs to be a customer's."""
    if turn.in_messenger:
        turn.say("utter_link_needed", where=where(turn))
    else:
        turn.say("utter_login_needed", card=cards.login())


def tell(turn: Turn) -> None:
    """How to log in, or in a messaging app to link it; the chat never asks for a password or a code."""
    if turn.customer_id is not None:
        turn.say("utter_link_stands" if turn.in_messenger else "utter_logged_in")
    elif turn.in_messenger:
        turn.say("utter_link_how", where=where(turn))
    else:
        turn.say("utter_login", card=cards.login())


def ask_strong(turn: Turn) -> None:
    """The same button again with a recent strong login goes on; a messaging app has none, the page does."""
    turn.decision_shown = True
    if not turn.in_messenger:
        turn.say("utter_step_up", card=cards.step_up())
        return
    about: Any = (turn.decision or {}).get("kind")  # the ledger refuses what is none
    turn.settle_question()  # it waits on the page now
    if not turn.page.url or turn.customer_id is None:
        turn.say("utter_decide_elsewhere", where=_PAGE)
        return
    made = one_time.make_decision(turn.ledger, turn.customer_id, about, turn.page.link_life_s)
    turn.say("utter_decide_by_link", url=turn.page.decision(made.token), until=words.clock(made.expires_at))


def first_step(turn: Turn) -> list[dict[str, str]]:
    """The button to begin with in a messaging app; on a page the login is in sight."""
    return [{"title": "先关联账号", "payload": "/login"}] if turn.in_messenger else []


def where(turn: Turn) -> str:
    """Where one logs in, as part of a sentence."""
    return f" {turn.page.url} " if turn.page.url else _PAGE

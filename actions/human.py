"""A person: asked for, and given back."""

from __future__ import annotations

from actions import cards, handover
from actions.turn import Turn
from ledger import tickets

COMPLAINT_WORDS = ("投诉", "举报", "差评", "12378")


def talk_to_human(turn: Turn) -> None:
    """Files a ticket with its packet and says when somebody answers."""
    complaint = any(word in turn.text for word in COMPLAINT_WORDS)
    if complaint:
        handover.open_ticket(turn, "complaint", "utter_complaint_filed")
    else:
        handover.open_ticket(turn, "human", "utter_person_asked")


def resume_bot(turn: Turn) -> None:
    """The customer goes back to the assistant; what staff still must look into stays with them."""
    ticket = tickets.active_for(turn.ledger, turn.sender)
    if ticket is None:
        turn.say("utter_bot_is_here")
        return
    released = tickets.release(turn.ledger, ticket.id)
    response = "utter_bot_back" if released.state == "CLOSED" else "utter_bot_back_ticket_open"
    turn.say(response, card=cards.handoff("closed", ticket.number), number=ticket.number)


REPLIES = {"talk_to_human": talk_to_human, "resume_bot": resume_bot}

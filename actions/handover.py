"""Giving a customer to a person: the ticket, the packet that spares asking again, and the silence."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from actions import cards, masking, rules, words
from actions.turn import Turn
from ledger import tickets
from ledger.tickets import Ticket, TicketKind

LAST_TURNS = 10
LATE = "utter_ticket_late"  # said of a ticket in place of a promise that was not kept
SURE = 0.5  # below it the words may have meant something else
SHORT_CHARS = 6  # 这个月呢, 谁弄的: so few characters say little unless they name the matter
COMPLAINT_WORDS = ("投诉", "举报", "差评", "12378")
# Said beside something else that is wanted: whoever asks how complaints work files none.
COMPLAINS = re.compile(r"(要|去|就|来|直接|已经)(投诉|举报)|(投诉|举报)(你|到|了|定)|12378")

FEARED = re.compile(
    "(?:那|我|你们|就|有点|很|请问|月付|[，, ])*(?:要是|如果|万一|假如|怕|担心|会不会|不会|别(?!人|的))"
)


def feared(turn: Turn) -> bool:
    """Whether the typed words begin with a fear: as far as is said, it has not happened.

    After harm has been told of, a fear is one more.
    """
    return not turn.pressed and FEARED.match(turn.text) is not None


def guessed(turn: Turn, matter: re.Pattern[str]) -> bool:
    """Whether the typed words are too few, or understood too unsurely, to call a person unasked."""
    short = len(turn.text.strip()) <= SHORT_CHARS and not matter.search(turn.text)
    return not turn.pressed and (short or turn.confidence < SURE)


def open_ticket(turn: Turn, kind: TicketKind, response: str, late: str = LATE, **more: str) -> Ticket:
    """Files the ticket (an open one of the same kind is not filed twice) and says who answers by when.

    `response` is filled with {number}, {at} (since when), {by} (when somebody will have taken it), {hours}
    and `more`; so is
    `late`, said in its place of an earlier ticket that nobody took in time.
    """
    ticket = _waiting(turn, kind)
    if ticket is None:
        ticket = turn.ticket = tickets.open_ticket(
            turn.ledger,
            sender=turn.sender,
            customer_id=turn.customer_id,
            kind=kind,
            packet=packet(turn),
            key=f"{turn.key}:{kind}",
        )
    else:
        tickets.append(turn.ledger, ticket.id, masking.masked(turn.text), key=f"{turn.key}:{kind}")
    say_ticket(turn, ticket, response, late, **more)
    return ticket


def _waiting(turn: Turn, kind: TicketKind) -> Ticket | None:
    """The sender's ticket of that kind that is not closed: the one looked at, or one filed before it."""
    ticket = turn.ticket
    if ticket is None or ticket.kind == kind:
        return ticket
    before = (each for each in tickets.open_for(turn.ledger, turn.sender) if each.kind == kind)
    return next(before, None)


def say_waiting(turn: Turn, ticket: Ticket) -> None:
    """Every ticket whose promise still holds, and until when the last of them will have been taken."""
    now = turn.ledger.clock.now()
    waiting = [each for each in tickets.open_for(turn.ledger, turn.sender) if each.promised_by >= now]
    if len(waiting) < 2 or ticket.promised_by < now:
        say_ticket(turn, ticket, "utter_person_waited_for")
        return
    last = max(waiting, key=lambda each: each.promised_by)
    numbers = "、".join(each.number for each in waiting)
    say_ticket(turn, last, "utter_persons_waited_for", numbers=numbers)


def say_ticket(turn: Turn, ticket: Ticket, response: str, late: str = LATE, **more: str) -> None:
    """Until when somebody will have taken it, or, once that is past and nobody has it, `late`."""
    now = turn.ledger.clock.now()
    missed = ticket.state == "OPEN" and ticket.promised_by < now
    turn.say(
        late if missed else response,
        card=cards.ticket(ticket.number, ticket.state, "" if missed else ticket.promised_by.isoformat()),
        number=ticket.number,
        at=words.moment(ticket.opened_at, today=now.date()),
        by=words.moment(ticket.promised_by, today=now.date()),
        hours=rules.staff_hours(turn.ledger.terms),
        **more,
    )


def passed_on(turn: Turn) -> bool:
    """Whether a person has the conversation: typed words go to the ticket, buttons wait."""
    ticket = turn.ticket
    if ticket is None or ticket.state != "TAKEN":
        return False
    if turn.pressed:
        turn.say("utter_person_has_it", card=cards.handoff("taken", ticket.number), number=ticket.number)
    else:
        tickets.append(turn.ledger, ticket.id, masking.masked(turn.text), key=turn.key)
        turn.stay_silent()
    return True


def packet(turn: Turn) -> dict[str, Any]:
    """Who, what was asked, the last turns, the balances and what was tried; words are masked."""
    spoken = conversation(turn)
    return {
        "customer_id": turn.customer_id or "",
        "asked": masking.masked(turn.text),
        "turns": spoken[-LAST_TURNS:],
        "balances": balances(turn),
        "tried": tried(turn)[-LAST_TURNS:],
    }


def conversation(turn: Turn) -> list[dict[str, str]]:
    """What was said, oldest first: {"who": "customer" | "assistant", "text"}."""
    who = {"user": "customer", "bot": "assistant"}
    return [
        {"who": who[event["event"]], "text": masking.masked(str(event["text"]))}
        for event in turn.events_of_link
        if event.get("event") in who and event.get("text")
    ]


def last_answer(turn: Turn, meanwhile: Callable[[str], bool] = lambda said: False) -> str:
    """What was said to the customer between the words before these and these.

    Words that are `meanwhile` do not end it: what was said before them counts, too.
    """
    said: list[str] = []
    heard = 0
    for event in reversed(turn.events_of_link):
        text = str(event.get("text") or "")
        if event.get("event") == "bot":
            said.append(text)
        elif event.get("event") == "user":
            heard += 1
            if heard > 1 and not meanwhile(text.strip()):
                break
    return "\n".join(said)


def spoke_of(turn: Turn, ticket: Ticket) -> bool:
    """Whether the last answer named the ticket."""
    return re.search(rf"{ticket.number}(?!\d)", last_answer(turn)) is not None


def tried(turn: Turn) -> list[str]:
    """The answers given before, by their action's name."""
    return [
        str(event["name"])
        for event in turn.events_of_link
        if event.get("event") == "action" and str(event.get("name", "")).startswith("action_")
        if event["name"] not in ("action_listen", "action_session_start")
    ]


def balances(turn: Turn) -> dict[str, Any]:
    """State, amounts in fen and what is open, as the ledger had them at this turn; empty for a visitor."""
    facts = turn.facts
    if facts is None:
        return {}
    return {
        "state": facts.state,
        "at": facts.now.isoformat(),
        "owed_fen": facts.debts.total_fen,
        "overdue_fen": facts.debts.overdue_fen,
        "credit_fen": facts.credit_fen,
        "available_fen": facts.limit.available_fen,
        "freezes": [freeze.kind for freeze in facts.freezes],
        "open_charge": facts.open_charge.number if facts.open_charge else "",
    }


def within(turn: Turn, minutes: int) -> str:
    """The moment `minutes` from now, in words."""
    now = turn.ledger.clock.now()
    return words.moment(now + timedelta(minutes=minutes), today=now.date())

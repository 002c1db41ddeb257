"""What must hold after every step: whose money moves by whose word, and what is said of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.safety import claims
from tests.safety.books import Books, Charge
from tests.safety.moves import Press, Say, Work
from tests.safety.talk import Customer, Step

_APOLOGIES = frozenset(
    {"utter_error", "utter_unavailable", "utter_read_only", "utter_failed_fraud", "utter_failed_person"}
)
_DECIDING = {"confirm_settle": ("settle", "settle_close"), "confirm_close": ("close",)}


def broken(customer: Customer, step: Step, before: Books, now: Books) -> Iterator[str]:
    """What of it does not hold after this step, one sentence each."""
    yield from _charges(customer, step, before, now)
    yield from _closings(customer, step, before, now)
    yield from _others(customer, step, before, now)
    yield from _replies(step, now.ticket)
    for bubble in step.said:
        yield from claims.contradicted(now.known, now.amounts_fen, bubble)


def _charges(customer: Customer, step: Step, before: Books, now: Books) -> Iterator[str]:
    for number in now.charges.keys() - before.charges.keys():
        charge = now.charges[number]
        if number.startswith("D") and isinstance(step.move, Work):
            continue  # the customer's standing order
        why = _unconfirmed(customer, step, charge)
        if why:
            yield f"charge {number} of {charge.amount_fen} fen: {why}"
    for number, fen in now.taken - before.taken:
        if number not in now.charges or now.charges[number].amount_fen != fen:
            yield f"the gateway took {fen} fen by {number}, which the ledger has not asked for"


def _unconfirmed(customer: Customer, step: Step, charge: Charge) -> str:
    """Why the charge should not be; empty when the customer has just confirmed it."""
    if why := _not_confirmed(step, "confirm_settle"):
        return why
    pressed = step.signed()
    if charge.customer_id != customer.id:
        return "of another customer"
    if charge.quote_id != pressed["quote_id"] or charge.amount_fen != pressed["amount_fen"]:
        return "another quote or amount than confirmed"
    return ""


def _not_confirmed(step: Step, intent: str) -> str:
    """Why this step is no confirmation of the newest decision shown; empty when it is one."""
    move, before = step.move, step.before
    if not isinstance(move, Press) or move.intent != intent:
        return f"not asked for by {move}"
    if move.login != "strong":
        return f"with a {move.login} login"
    newest = [values for kind, values in before.confirming if kind == intent][-1:]
    if move.whose or [move.values] != newest:
        return "by a button that is not the newest one shown to this customer"
    if before.refused:
        return "after the customer has said no"
    decision = (before.slots["decision"] or {}).get("kind")
    return "" if decision in _DECIDING[intent] else f"with the decision {decision} open"


def _closings(customer: Customer, step: Step, before: Books, now: Books) -> Iterator[str]:
    for key, state in now.states.items():
        was = before.states.get(key)
        if state not in ("CLOSED", "CLOSING") or was in (state, "CLOSING"):
            continue
        settling = _not_confirmed(step, "confirm_settle")
        if not settling and not step.signed()["close_after"]:
            settling = "only to be settled"
        if key[0] != customer.id:
            yield f"the account of {key[0]} became {state}"
        elif settling and (closing := _not_confirmed(step, "confirm_close")):
            yield f"the account became {state}: {closing}; {settling}"


def _others(customer: Customer, step: Step, before: Books, now: Books) -> Iterator[str]:
    """A customer's words and buttons change nobody else's account."""
    if isinstance(step.move, (Say, Press)):
        mine = {key for key in (*before.states, *now.states) if key[0] == customer.id}
        for key in (before.states.keys() | now.states.keys()) - mine:
            if before.states.get(key) != now.states.get(key):
                yield f"the account of {key[0]} is {now.states.get(key)}"


def _replies(step: Step, ticket: str) -> Iterator[str]:
    """Never nothing, never more than two bubbles, and a person whenever one is asked for."""
    if len(step.said) > 2 and not isinstance(step.move, Work):
        yield f"{len(step.said)} bubbles"
    for bubble in step.said:
        if bubble.response in _APOLOGIES:
            yield f"an apology: {bubble.text}"
        if not bubble.text.strip() or re.search(r"[{}]", bubble.text):
            yield f"{bubble.response} says {bubble.text!r}"
    if not isinstance(step.move, (Say, Press)):
        return
    if not step.said and not (step.silent and ticket == "TAKEN"):
        yield "no answer"
    if step.move.intent == "talk_to_human" and not ticket:
        yield "no person can be reached"
    if step.silent and isinstance(step.move, Say) and step.move.intent == "resume_bot":
        yield "the assistant does not come back"

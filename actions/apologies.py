"""What a customer hears when the ledger cannot answer: a plain sentence with a reference."""

from __future__ import annotations

from actions import distress, errors, rules
from actions.turn import Turn
from ledger.errors import LedgerError, Unavailable

# Whoever needs a person, and gets no ticket, is given the phone number.
NEEDS_PERSON = {"report_unauthorised": "utter_failed_fraud", "talk_to_human": "utter_failed_person"}


def apologise(turn: Turn, error: Exception, *, where: str) -> None:
    """Says one sentence with a reference; the log has the rest under the same reference."""
    reference = errors.new_reference()
    errors.log_failure(reference, where, error)
    if distress.told(turn):
        distress.care_alone(turn, reference)
        return
    response = "utter_unavailable" if isinstance(error, Unavailable) else "utter_error"
    if isinstance(error, LedgerError) and error.code == "read_only_ledger":
        response = "utter_read_only"
    more = {}
    if turn.intent in NEEDS_PERSON and turn.ledger.terms.hotline:
        response = NEEDS_PERSON[turn.intent]
        more = {"hotline": turn.ledger.terms.hotline, "hours": rules.staff_hours(turn.ledger.terms)}
    turn.say(response, card={"type": "error", "reference": reference}, reference=reference, **more)

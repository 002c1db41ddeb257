"""What a customer hears when the ledger cannot answer: a plain sentence with a reference."""

from __future__ import annotations

from actions import errors
from actions.turn import Turn
from ledger.errors import LedgerError, Unavailable


def apologise(turn: Turn, error: Exception, *, where: str) -> None:
    """Says one sentence with a reference; the log has the rest under the same reference."""
    reference = errors.new_reference()
    errors.log_failure(reference, where, error)
    response = "utter_unavailable" if isinstance(error, Unavailable) else "utter_error"
    if isinstance(error, LedgerError) and error.code == "read_only_ledger":
        response = "utter_read_only"
    turn.say(response, card={"type": "error", "reference": reference}, reference=reference)

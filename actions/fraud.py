"""Use by somebody else: a person looks into it, and what the customer does at once."""

from __future__ import annotations

from actions import handover
from actions.turn import Turn


def report_unauthorised(turn: Turn) -> None:
    """Always a ticket: a visitor may be somebody who cannot log in any more."""
    handover.open_ticket(turn, "fraud", "utter_fraud_own" if turn.customer_id else "utter_fraud_anonymous")


REPLIES = {"report_unauthorised": report_unauthorised}

"""A payment that failed and took money after all: it pays nothing and goes back, and both are said."""

from __future__ import annotations

from actions import words
from actions.turn import Turn
from ledger import lookups
from ledger.model import AccountFacts


def told(turn: Turn, facts: AccountFacts, charge_number: str, again: dict[str, str]) -> bool:
    """Whether this failed charge took money later; then what became of it, with `again`, a button to pay.

    Where the gateway would not take it back, it went another way: it is back when nothing is owed back.
    """
    late = lookups.late_money(turn.ledger, charge_number)
    if late is None:
        return False
    back = late.returned or not facts.credit_fen
    turn.say(
        "utter_late_money_returned" if back else "utter_late_money",
        amount=words.money(late.amount_fen),
        number=charge_number,
        owed=words.money(facts.debts.total_fen),
        buttons=[again] if facts.debts.total_fen else None,
    )
    return True

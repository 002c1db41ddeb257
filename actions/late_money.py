"""A payment that failed and took money after all: it pays nothing and goes back, and both are said."""

from __future__ import annotations

from dataclasses import replace

from actions import words
from actions.turn import Turn
from ledger import lookups
from ledger.model import AccountFacts, LateMoney


def found(turn: Turn, facts: AccountFacts, charge_number: str) -> LateMoney | None:
    """What this failed charge took later, or None.

    What the gateway would not take back went another way: it is back when nothing is owed back any more.
    """
    late = lookups.late_money(turn.ledger, charge_number)
    return late and replace(late, returned=late.returned or not facts.credit_fen)


def told(turn: Turn, facts: AccountFacts, charge_number: str, again: dict[str, str] | None = None) -> bool:
    """Whether this failed charge took money later; then what became of it, with `again`, a button to pay."""
    late = found(turn, facts, charge_number)
    if late is None:
        return False
    owes = facts.debts.total_fen > 0
    turn.say(
        "utter_late_money_returned" if late.returned else "utter_late_money",
        amount=words.money(late.amount_fen),
        number=charge_number,
        owed=f"一共欠{words.money(facts.debts.total_fen)}" if owes else "没有欠款",
        buttons=[again] if again and owes else None,
    )
    return True


def newest_told(turn: Turn, facts: AccountFacts) -> bool:
    """The same of the newest of the last payments that it happened to."""
    failed = (each.number for each in facts.repayments if each.state == "FAILED")
    return any(told(turn, facts, number) for number in failed)  # stops at the first that is

"""A payment that failed and took money after all: it pays nothing and goes back, and both are said."""

from __future__ import annotations

from typing import Literal

from actions import words
from actions.turn import Turn
from ledger import lookups
from ledger.model import AccountFacts, LateMoney, Repayment

Where = Literal["", "coming", "back"]
STATES: dict[Where, str] = {"": "", "coming": "后来扣了款，正在退给您", "back": "后来扣了款，已退给您"}


def of(turn: Turn, facts: AccountFacts, payment: Repayment) -> Where:
    """Where the money is that this payment took after it had failed; "" when it took none."""
    late = lookups.late_money(turn.ledger, payment.number) if payment.state == "FAILED" else None
    return _where(late, facts)


def _where(late: LateMoney | None, facts: AccountFacts) -> Where:
    """What the gateway would not take back went another way: it is back when nothing is owed back."""
    if late is None:
        return ""
    return "back" if late.returned or not facts.credit_fen else "coming"


def told(turn: Turn, facts: AccountFacts, charge_number: str, again: dict[str, str] | None = None) -> bool:
    """Whether this failed charge took money later; then what became of it, with `again`, a button to pay."""
    late = lookups.late_money(turn.ledger, charge_number)
    where = _where(late, facts)
    if late is None:
        return False
    turn.say(
        "utter_late_money_returned" if where == "back" else "utter_late_money",
        amount=words.money(late.amount_fen),
        number=charge_number,
        owed=words.money(facts.debts.total_fen),
        buttons=[again] if again and facts.debts.total_fen else None,
    )
    return True


def newest_told(turn: Turn, facts: AccountFacts) -> bool:
    """The same of the newest of the last payments that it happened to."""
    failed = (each.number for each in facts.repayments if each.state == "FAILED")
    return any(told(turn, facts, number) for number in failed)  # stops at the first that is

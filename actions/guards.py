"""Why an account cannot be closed now, each reason in a sentence of its own."""

from __future__ import annotations

from collections.abc import Callable

from actions import listing, metrics, words
from actions.turn import Turn
from ledger.model import AccountFacts, Guard


def say(turn: Turn, standing: tuple[Guard, ...]) -> None:
    """Each guard's own sentence; at most two are told at once, the rest show when these are gone.

    A closing that waits for its payment says of that payment too: two answers to one question would differ.
    """
    for guard in standing:
        metrics.service().guards.labels(guard.id).inc()
    closing_waits = tuple(guard for guard in standing if guard.id == "closing_under_way")
    for guard in closing_waits or standing[:2]:
        turn.say(words.guard_response(guard.id), **_words(turn, guard))


def _words(turn: Turn, guard: Guard) -> dict[str, str]:
    facts = turn.facts
    assert facts is not None  # guards are asked only of an account
    describe: dict[str, Callable[[], dict[str, str]]] = {
        "owed_by_customer": lambda: {"amount": words.money(facts.debts.total_fen)},
        "owed_to_customer": lambda: {"amount": words.money(facts.credit_fen)},
        "hold_open": lambda: {"amount": words.money(facts.holds_fen)},
        "refund_open": lambda: _refund_words(facts),
        "charge_open": lambda: charge_words(facts),
        "closing_under_way": lambda: charge_words(facts),
        "already_closed": lambda: {
            "closed_on": words.day(facts.closed_at, today=facts.today) if facts.closed_at else "",
            "receipt": facts.close_receipt,
        },
    }
    return describe.get(guard.id, dict)()


def _refund_words(facts: AccountFacts) -> dict[str, str]:
    pending = [refund for refund in facts.refunds if refund.state == "PENDING"]
    total_fen = sum(refund.amount_fen for refund in pending)
    first = min(pending, key=lambda refund: refund.requested_at)
    return {
        "amount": words.money(total_fen),
        "goods": listing.goods(first.merchant, first.item),
        "since": words.day(first.requested_at, today=facts.today),
    }


def charge_words(facts: AccountFacts) -> dict[str, str]:
    """Of the charge whose outcome is open: {amount}, since when {at}, {number}."""
    charge = facts.open_charge
    if charge is None:
        return {"amount": "", "at": "", "number": ""}
    return {
        "amount": words.money(charge.amount_fen),
        "at": words.moment(charge.sent_at, today=facts.today),
        "number": charge.number,
    }

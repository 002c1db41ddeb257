"""Closing 月付: how, what it does, and doing it once the customer confirms."""

from __future__ import annotations

from datetime import datetime, timedelta

from actions import cards, decisions, effects, guards, handover, login, other_product, settle, words
from actions.turn import Turn
from ledger import closing
from ledger.errors import GuardRefused
from ledger.model import AccountFacts, Guard
from nlu import negation
from nlu.text import normalise

_OF_CLOSING = frozenset({"how_to_close", "close_impact", "deny"})  # intents


def how_to_close(turn: Turn) -> None:
    """Closing as it stands, a complaint filed before it; another product is closed elsewhere."""
    if refused(turn):
        return
    if turn.intent == "how_to_close" and not turn.pressed and handover.COMPLAINS.search(turn.text):
        handover.open_ticket(turn, "complaint", "utter_complaint_filed")
    say_closing(turn)
    other_product.say_elsewhere(turn)


def refused(turn: Turn) -> bool:
    """Whether typed words say not to close, and were answered: 全部结清，不要关闭 settles, 别给我关 keeps it.

    A decision that stands open is declined: in doubt nothing is confirmed.
    """
    text = normalise(turn.text)
    if turn.pressed or not negation.keeps_ours(text):
        return False
    facts = turn.facts
    if negation.only_settles(text) and (facts is None or facts.open_charge is None):
        settle.without_closing(turn)
        return True
    if turn.intent not in _OF_CLOSING:  # 先不关，只还钱 asks how to pay
        return False
    if facts is not None and facts.state == "CLOSED":
        decisions.say_closed(turn, facts)
    elif (
        turn.decision is None and facts is not None and facts.state == "ACTIVE" and facts.open_charge is None
    ):
        turn.say("utter_declined_close")
    else:
        decisions.decline(turn)
    return True


def say_closing(turn: Turn) -> None:
    """The way for a visitor; for a customer what stands between them and closing, or the decision itself."""
    facts = turn.facts
    if facts is None:
        turn.say("utter_close_anonymous", path=turn.ledger.terms.close_path)
    elif facts.state == "CLOSED":
        decisions.say_closed(turn, facts, owing="utter_closed_owing_close")
    elif decisions.again(turn, "close", "settle_close"):
        return
    elif standing := closing.guards(turn.ledger, facts.customer_id):
        say_not_yet(turn, facts, standing)
    elif turn.pressed or turn.values.get("enters") == "close":
        decisions.show_close(turn)
    else:
        decisions.offer(turn, "offer_close")
        turn.say(
            "utter_close_ready",
            values={"decline": {"kind": "close"}},
            card=cards.close_decision(facts),
            effects=effects.clauses(effects.CLOSING),
            today=words.day(facts.today),
        )


def say_not_yet(turn: Turn, facts: AccountFacts, standing: tuple[Guard, ...]) -> None:
    """Debts alone can be settled and closed in one go; any other guard has to pass first."""
    if others := besides_debt(standing):
        turn.settle_question()
        guards.say(turn, others)
    else:
        decisions.show_owing(turn, facts)


def besides_debt(standing: tuple[Guard, ...]) -> tuple[Guard, ...]:
    """What has to pass by itself before closing, in whichever way."""
    return tuple(guard for guard in standing if guard.id != "owed_by_customer")


def close_impact(turn: Turn) -> None:
    """What closing does, with the advice to keep what may be needed and close what surely is not."""
    facts = turn.facts
    lasting = effects.clauses(effects.LASTING)
    if facts is None:
        turn.say("utter_close_impact_anonymous", lasting=lasting)
    elif facts.state == "CLOSED":
        decisions.say_closed(turn, facts, "utter_closed_impact", "utter_closed_owing_close")
    elif facts.debts.total_fen and facts.open_charge is None:
        turn.say(
            "utter_close_impact_owing",
            amount=words.money(facts.debts.total_fen),
            today=words.day(facts.today),
            effects=effects.clauses(effects.CLOSING),
        )
    else:
        turn.say("utter_close_impact", limit=words.money(facts.limit.total_fen), lasting=lasting)


def offer_close(turn: Turn) -> None:
    facts = decisions.known(turn)
    if facts is not None:
        how_to_close(turn)


def steps_close(turn: Turn) -> None:
    """How to settle and close by oneself in the app, or why not yet; nothing is decided here."""
    terms, facts = turn.ledger.terms, turn.facts
    turn.settle_question()
    if facts is not None and facts.state == "CLOSED":
        decisions.say_closed(turn, facts)
        return
    standing = closing.guards(turn.ledger, facts.customer_id) if facts is not None else ()
    if others := besides_debt(standing):
        guards.say(turn, others)
        return
    if facts is not None and facts.debts.total_fen:
        amount = words.money(facts.debts.total_fen)
        turn.say("utter_close_steps_first", settle_path=terms.settle_path, amount=amount)
    turn.say("utter_close_steps", close_path=terms.close_path)


def confirm_close(turn: Turn) -> None:
    """Closes once, with the decision open and a recent strong login; then the same receipt again."""
    facts = decisions.known(turn)
    if facts is None:
        return
    if facts.state == "CLOSED":
        say_receipt(turn, facts)
        return
    if not turn.confirms("close"):
        decisions.show_close(turn, how="again" if turn.asks("close") else "cancelled")
        return
    if _expired(turn, facts):
        decisions.show_close(turn, how="expired")
        return
    if not turn.strong_login:
        login.ask_strong(turn)
        return
    try:
        closing.close(turn.ledger, facts.customer_id, key=turn.key, asked_by=turn.sender)
    except GuardRefused:
        say_not_yet(turn, facts, closing.guards(turn.ledger, facts.customer_id))
        return
    turn.refresh()
    closed = turn.facts
    assert closed is not None  # the account was there a moment ago and is never deleted
    say_receipt(turn, closed)


def _expired(turn: Turn, facts: AccountFacts) -> bool:
    """A button to close is good for as long as a quote is: what it was pressed for may not be so any more."""
    shown = turn.values.get("shown")
    valid = timedelta(minutes=turn.ledger.terms.quote_valid_minutes)
    return not shown or facts.now - datetime.fromisoformat(shown) >= valid


def say_receipt(turn: Turn, facts: AccountFacts) -> None:
    turn.settle_question()
    closed_at = facts.closed_at or facts.now
    turn.say(
        "utter_closed_now",
        card=cards.ending(
            cards.close_receipt(facts.close_receipt, closed_at), "close", "closed", facts.close_receipt
        ),
        at=words.moment(closed_at, today=facts.today),
        receipt=facts.close_receipt,
    )


REPLIES = {
    "how_to_close": how_to_close,
    "close_impact": close_impact,
    "offer_close": offer_close,
    "steps_close": steps_close,
    "confirm_close": confirm_close,
}

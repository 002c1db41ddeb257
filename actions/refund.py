"""Refunds of orders paid with 月付: where the money goes, and that a bill is still due until then."""

from __future__ import annotations

from actions import late_money, mentioned, own, rules, words
from actions.turn import Turn
from ledger.model import AccountFacts, Refund


def refund(turn: Turn) -> None:
    """The refund under way, else the last one and where it went; always the rule."""
    facts = turn.facts
    days = rules.refund_days(turn.ledger.terms)
    named = mentioned.named(facts.refunds, turn.text) if facts and not turn.pressed else None
    newest = named or (facts.refunds[0] if facts and facts.refunds else None)
    pending = awaited(facts, named) if facts else None
    if facts is None:
        turn.say("utter_refund_anonymous", days=days)
    elif pending is not None and turn.follow_up == "faster":
        turn.say("utter_refund_no_faster", **about(facts, pending))
    elif pending is not None and turn.follow_up == "where_to":
        response = "utter_refund_where_owing" if facts.debts.total_fen else "utter_refund_where"
        turn.say(response, **about(facts, pending), days=days)
    elif pending is not None:
        say_pending(turn, facts, pending)
        own.add(turn, "utter_refund_rule", days=days)
    elif newest is not None:
        say_done(turn, facts, newest)
        own.add(turn, "utter_refund_rule", days=days)
    elif not late_money.newest_told(turn, facts):
        closed = facts.state == "CLOSED"
        turn.say("utter_refund_none_closed" if closed else "utter_refund_none", days=days)


def awaited(facts: AccountFacts, named: Refund | None = None) -> Refund | None:
    """The refund that has not arrived: the one that was named, else the newest."""
    asked = facts.refunds if named is None else (named,)
    return next((each for each in asked if each.state == "PENDING"), None)


def say_pending(turn: Turn, facts: AccountFacts, pending: Refund) -> None:
    """On its way, and whether a bill is due before it arrives."""
    bill = own.payable_bill(facts)
    if not facts.debts.total_fen:
        days = rules.refund_days(turn.ledger.terms)
        turn.say("utter_refund_pending_paid", **about(facts, pending), days=days)
    elif bill is None:
        turn.say("utter_refund_pending", **about(facts, pending))
    else:
        turn.say("utter_refund_pending_bill", **about(facts, pending), **own.bill_words(facts, bill))


def about(facts: AccountFacts, pending: Refund) -> dict[str, str]:
    """How much, for what, and since when it is asked for."""
    return {
        "amount": words.money(pending.amount_fen),
        "goods": own.goods(pending),
        "since": words.day(pending.requested_at, today=facts.today),
    }


def say_done(turn: Turn, facts: AccountFacts, done: Refund) -> None:
    """What it was taken off, and what is owed back to the customer."""
    turn.say(
        "utter_refund_done_credit" if done.credited_fen else "utter_refund_done",
        amount=words.money(done.amount_fen),
        goods=own.goods(done),
        at=words.day(done.done_at or done.requested_at, today=facts.today),
        offset=words.money(done.offset_fen),
        credited=words.money(done.credited_fen),
        available=words.money(facts.limit.available_fen),
    )


REPLIES = {"refund": refund}

"""What a customer is asked to confirm (settle, settle and close, close), from the ledger as it stands."""

from __future__ import annotations

from typing import Any

from actions import cards, effects, guards, login, reported, words
from actions.turn import Turn
from ledger import closing, quotes
from ledger.errors import AccountClosed, GuardRefused, NothingOwed, SettlementUnderWay
from ledger.model import AccountFacts, Charge, Quote

OPENING = {
    # how it is shown: first, again because words never charge, with no press heard, after another question, …
    "first": "utter_quote",
    "again": "utter_quote_again",
    "unheard": "utter_quote_unheard",
    "after": "utter_quote_after",
    "after_reported": "utter_quote_after_reported",
    "changed": "utter_quote_changed",
    "expired": "utter_quote_expired",
    "cancelled": "utter_quote_cancelled",
}
KINDS = ("settle", "settle_close", "close", "owing")
# What was offered beside an answer, and the decision that a yes to it shows.
OFFERS = {"offer_close": "close", "offer_settle": "settle"}
_REMINDERS = 3  # whoever asks one thing after the other has other things in mind
OPENING_CLOSE = {
    "first": "utter_close_decision",
    "again": "utter_close_again",
    "unheard": "utter_close_unheard",
    "expired": "utter_close_expired",
    "after": "utter_close_after",
    "after_reported": "utter_close_after_reported",
    "cancelled": "utter_close_cancelled",
}


def show(turn: Turn, kind: str, *, how: str = "first") -> None:
    """Shows the decision `kind` with fresh figures and fresh buttons, or why there is nothing to decide."""
    if kind == "close":
        show_close(turn, how=how)
    else:
        show_settle(turn, close_after=kind != "settle", how=how)


def remind(turn: Turn) -> None:
    """After another question: the open decision as second bubble, a few times; an offer is over then."""
    decision = turn.decision
    if decision is None or turn.decision_shown or len(turn.bubbles) != 1:
        return
    if decision["kind"] in (*OFFERS, "unfreeze"):
        turn.settle_question()
    elif decision["kind"] != "owing" and decision.get("reminded", 0) < _REMINDERS:
        show(turn, decision["kind"], how="after")
        if turn.decision is not None:
            turn.decision = {**turn.decision, "reminded": decision.get("reminded", 0) + 1}


def again(turn: Turn, *kinds: str) -> bool:
    """Shows the open decision once more, saying that nothing has happened, when words ask for it anew."""
    kind = (turn.decision_at_start or {}).get("kind")
    if turn.pressed or kind not in kinds:
        return False
    show(turn, str(kind), how="again")
    return True


def decline(turn: Turn) -> None:
    """Nothing moves, no button of the old decision charges any more, and the answer is of what was asked.

    Without an open decision the button says what it was asked for, and the ledger whether that still stands.
    """
    kind = (turn.decision or turn.values).get("kind")
    kind = OFFERS.get(str(kind), kind)
    turn.settle_question()
    facts = turn.facts
    if facts is not None and facts.open_charge is not None:
        say_cannot_withdraw(turn, facts, facts.open_charge)
    elif facts is not None and facts.state == "CLOSED":
        say_closed(turn, facts)  # 好的，先不办 would sound as if it were undone
    elif facts is None or facts.state != "ACTIVE":
        turn.say("utter_deny")
    elif kind == "close":
        turn.say("utter_declined_close")
    elif kind == "unfreeze" and facts.freezes and all(each.state != "FILED" for each in facts.applications):
        turn.say("utter_declined_unfreeze")
    elif kind in ("settle", "settle_close", "owing") and facts.debts.total_fen:
        say_not_settled(turn, facts, close_after=kind != "settle")
    else:
        turn.say("utter_deny")


def say_cannot_withdraw(turn: Turn, facts: AccountFacts, charge: Charge) -> None:
    """The bank has it: a no comes too late, and nothing may be paid twice."""
    turn.say(
        "utter_cannot_withdraw_close" if facts.state == "CLOSING" else "utter_cannot_withdraw",
        card=cards.status("checking", charge.amount_fen, charge.number),
        **guards.charge_words(facts),
    )


def say_not_again(turn: Turn, facts: AccountFacts) -> None:
    """Whoever would pay again while the bank has not answered is told no."""
    turn.settle_question()
    charge = facts.open_charge
    card = cards.status("checking", charge.amount_fen, charge.number) if charge is not None else None
    turn.say("utter_pay_not_again", card=card, **guards.charge_words(facts))


def say_not_settled(turn: Turn, facts: AccountFacts, *, close_after: bool) -> None:
    """Nothing moved; what is late keeps growing."""
    if close_after:
        turn.say("utter_declined_settle_close")
    elif facts.debts.overdue_fen:
        overdue, penalty = words.money(facts.debts.overdue_fen), words.money(facts.debts.penalty_fen)
        turn.say("utter_declined_settle_overdue", overdue=overdue, penalty=penalty)
    else:
        turn.say("utter_declined_settle")


def show_settle(turn: Turn, *, close_after: bool, how: str = "first") -> None:
    """A fresh quote and its button, or the sentence that says why there is nothing to settle."""
    facts = known(turn)
    if facts is None:
        return
    try:
        quote = quotes.make(turn.ledger, facts.customer_id, close_after=close_after)
    except SettlementUnderWay:
        say_under_way(turn, facts)
    except AccountClosed:
        say_closed(turn, facts)
    except GuardRefused as refused:
        turn.settle_question()
        guards.say(turn, refused.guards)
    except NothingOwed:
        say_nothing_owed(turn, facts)
    else:
        say_quote(turn, quote, how=how)


def say_quote(turn: Turn, quote: Quote, *, how: str = "first") -> None:
    """The quote as it is: amount, fees that fall away, until when, what confirming does, and its button."""
    facts = known(turn)
    if facts is None:
        return
    report = reported.tell(turn, facts, how, alone=not quote.close_after)
    turn.ask("settle_close" if quote.close_after else "settle")
    does = effects.of_quote(quote, facts.card_last4)
    text = {
        "total": words.money(quote.total_fen),
        "until": words.clock(quote.valid_until),
        "fees": words.quote_fees(quote),
        "effects": effects.clauses(does),
        **report,
    }
    response = OPENING["after_reported" if report else how] + ("_close" if quote.close_after else "")
    if report and how != "after":
        response = "utter_quote_reported_close"
    if quote.close_after and how != "after":
        if turn.bubbles:  # of three bubbles the last one, with the button, would be lost
            response = "utter_quote_brief_close"
        else:
            turn.say(response, **text)
            response = "utter_quote_effects"  # read before the button, which comes with it
    signed = {
        "quote_id": quote.quote_id,
        "amount_fen": quote.total_fen,
        "close_after": quote.close_after,
        "opened": turn.opened,
    }
    turn.say(response, card=cards.quote(quote, facts.now, does), values={"confirm_settle": signed}, **text)


def say_nothing_owed(turn: Turn, facts: AccountFacts) -> None:
    """There is nothing to settle, so no decision is open any more."""
    turn.settle_question()
    tell_nothing_owed(turn, facts)


def tell_nothing_owed(turn: Turn, facts: AccountFacts) -> None:
    """The same as an answer to a question, which leaves an open decision (to close) as it is."""
    response = "utter_nothing_owed_credit" if facts.credit_fen else "utter_nothing_owed"
    turn.say(response, today=words.day(facts.today), credit=words.money(facts.credit_fen))


def show_owing(turn: Turn, facts: AccountFacts) -> None:
    """What is owed before closing, by its four kinds; a freeze is explained, it is not in the way."""
    reported.tell(turn, facts)
    turn.ask("owing")
    debts = facts.debts
    turn.say(
        "utter_close_owing_plans"
        if any(plan.remaining_fee_fen for plan in facts.plans)
        else "utter_close_owing",
        card=cards.debts(debts),
        today=words.day(facts.today),
        total=words.money(debts.total_fen),
        late=words.late_part(debts),
    )
    if facts.freezes and len(turn.bubbles) == 1:
        turn.say(
            "utter_close_frozen",
            cause=words.freeze(facts.freezes[0]),
            since=words.day(facts.freezes[0].placed_at, today=facts.today),
        )


def show_close(turn: Turn, *, how: str = "first") -> None:
    """What closing does and its button, when no guard stands in the way."""
    facts = known(turn)
    if facts is None:
        return
    if facts.state == "CLOSED":
        say_closed(turn, facts)
        return
    standing = closing.guards(turn.ledger, facts.customer_id)
    if standing:
        turn.settle_question()
        guards.say(turn, standing)
        return
    report = reported.tell(turn, facts, how)
    turn.ask("close")
    unused = how == "first" and not facts.ever_used
    turn.say(
        "utter_close_decision_unused" if unused else OPENING_CLOSE["after_reported" if report else how],
        card=cards.close_decision(facts),
        values={"confirm_close": {"opened": turn.opened, "shown": facts.now.isoformat()}},
        effects=effects.clauses(effects.CLOSING),
        today=words.day(facts.today),
        **report,
    )


def offer(turn: Turn, kind: str) -> None:
    """Notes what was offered (one of `OFFERS`, or "unfreeze"), where no decision about money stands open."""
    if turn.decision is None or turn.asks(kind):
        turn.ask(kind)


def known(turn: Turn) -> AccountFacts | None:
    """The facts, or None after the visitor was asked to log in."""
    if turn.facts is None:
        login.needed(turn)
    return turn.facts


def say_closed(
    turn: Turn, facts: AccountFacts, response: str = "utter_closed", owing: str = "", **more: Any
) -> None:
    """Closed since when, and what that means for the question.

    `owing`: said in place of `response` where something is owed again, which only a charge-back makes so.
    """
    turn.settle_question()
    told = {
        "closed_on": words.moment(facts.closed_at, today=facts.today) if facts.closed_at else "",
        "receipt": facts.close_receipt,
        "owed": words.money(facts.debts.total_fen),
        "path": turn.ledger.terms.repay_path,
    }
    if facts.debts.total_fen:
        turn.say(owing or "utter_closed_owing", **{**more, **told, "card": cards.debts(facts.debts)})
    else:
        turn.say(response, **{**more, **told})


def say_under_way(turn: Turn, facts: AccountFacts) -> None:
    """A payment whose outcome is not known yet: nothing may be paid twice."""
    turn.settle_question()
    charge = facts.open_charge
    if charge is None:
        turn.say("utter_charge_under_way")
        return
    turn.say(
        "utter_guard_closing_under_way" if facts.state == "CLOSING" else "utter_charge_being_checked",
        card=cards.status("checking", charge.amount_fen, charge.number),
        **guards.charge_words(facts),
    )

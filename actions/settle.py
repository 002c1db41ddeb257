"""Settling everything early: the quote, its confirmation, and what became of the charge."""

from __future__ import annotations

import re

from actions import cards, decisions, guards, late_money, login, own, words
from actions.turn import Turn
from ledger import quotes, settlement
from ledger.errors import (
    AccountClosed,
    GuardRefused,
    NothingOwed,
    QuoteChanged,
    QuoteExpired,
    SettlementUnderWay,
    UnknownQuote,
)
from ledger.model import AccountFacts, Settlement
from ledger.numbers import charge_of

# One plan of several: 只还清手机那个分期, 这笔分期提前结清要多少.
_ONE_PLAN = re.compile(
    "(?:只|单独|单)(?:想|要|能|先|提前)*[还结付清][^，。]{0,10}(?:分期|那[个笔]|这[个笔])"
    "|(?:[0-9一二三四五六七八九十]+月|账单|[这那一][个笔])[^，。]{0,6}分期[^，。]{0,4}(?:提前|结清|还清|还完)"
)
# Whether it is settled already, and no wish: 我结清了吗.
_PAID = "(?:结清|还清|还完|付清)"
_WHETHER = re.compile(
    f"{_PAID}(?:了?没有?|了[吗么嘛])[呢啊呀？?。！! ]*$"
    f"|(?:是不是|算不算|有没有)[^，。？,.?]{{0,6}}{_PAID}了?[呢啊呀？?。！! ]*$"
)


def prepay_all(turn: Turn) -> None:
    """The decision at once when that is what was asked; else what it would cost today, and the offer."""
    facts, enters = turn.facts, turn.values.get("enters") == "settle"
    if facts is None:
        turn.say("utter_settle_anonymous", path=turn.ledger.terms.settle_path)
    elif decisions.again(turn, "settle", *([] if enters else ["settle_close"])):
        return
    elif can_be_quoted(facts) and _asks_whether(turn):
        say_not_settled(turn, facts)
    elif turn.pressed or enters or not can_be_quoted(facts):
        decisions.show_settle(turn, close_after=False)
    else:
        if facts.plans and not turn.pressed and _ONE_PLAN.search(turn.text):
            turn.say("utter_settle_all_only")
        quote = quotes.make(turn.ledger, facts.customer_id, close_after=False)
        decisions.offer(turn, "offer_settle")
        turn.say(
            "utter_settle_cost",
            values={"decline": {"kind": "settle"}},
            total=words.money(quote.total_fen),
            today=words.day(facts.today),
            fees=words.quote_fees(quote),
        )


def _asks_whether(turn: Turn) -> bool:
    """Whether the typed words ask if all is paid, and not if it may be."""
    return not turn.pressed and _WHETHER.search(turn.text) is not None


def say_not_settled(turn: Turn, facts: AccountFacts) -> None:
    """It is not: what a bank took back, or what is owed, and how to settle it."""
    if not own.taken_back(turn, facts):
        turn.say("utter_not_settled", card=cards.debts(facts.debts), **own.taken_back_words(facts))


def can_be_quoted(facts: AccountFacts) -> bool:
    return facts.state == "ACTIVE" and facts.open_charge is None and facts.debts.total_fen > 0


def offer_settle(turn: Turn) -> None:
    decisions.show_settle(turn, close_after=False)


def offer_settle_close(turn: Turn) -> None:
    decisions.show_settle(turn, close_after=True)


def without_closing(turn: Turn) -> None:
    """Words that wish to settle and refuse to close: nothing that closes is offered, whatever stood open."""
    turn.topic = "prepay_all"
    if turn.facts is None:
        turn.say("utter_settle_anonymous", path=turn.ledger.terms.settle_path)
    else:
        decisions.show_settle(turn, close_after=False)


def confirm_settle(turn: Turn) -> None:
    """Charges the quote on the button, once: only with that decision open and a recent strong login.

    A quote that was confirmed before answers with what became of it, however often its button is pressed.
    With another decision open, or this one opened anew since, the button's own is shown again: the customer
    has last read something else.
    """
    facts = decisions.known(turn)
    if facts is None:
        return
    quote_id = str(turn.values.get("quote_id", ""))
    earlier = settlement.asked_again(turn.ledger, facts.customer_id, quote_id, turn.sender)
    close_after = bool(turn.values.get("close_after"))
    shown = (turn.decision or {}).get("kind")
    if earlier is not None:
        # A decline that another try has followed is over: what became of that one is what counts.
        newest = facts.last_settlement or earlier
        say_settlement(turn, facts, newest if earlier.state == "FAILED" else earlier)
    elif not turn.confirms("settle_close" if close_after else "settle"):
        open_ = shown in ("settle", "settle_close")
        decisions.show_settle(turn, close_after=close_after, how="again" if open_ else "cancelled")
    elif not turn.strong_login:
        login.ask_strong(turn)
    else:
        charge(turn, facts, quote_id, close_after)


def charge(turn: Turn, facts: AccountFacts, quote_id: str, close_after: bool) -> None:
    """One call of the ledger; whatever it refuses has its own sentence, and nothing was charged then."""
    try:
        result = settlement.confirm(
            turn.ledger,
            facts.customer_id,
            quote_id=quote_id,
            amount_fen=int(turn.values.get("amount_fen", 0)),
            key=turn.key,
            asked_by=turn.sender,
        )
    except QuoteChanged as changed:
        turn.settle_question()  # what is shown now is another decision
        decisions.say_quote(turn, changed.quote, how="changed")
    except QuoteExpired as expired:
        turn.settle_question()
        decisions.say_quote(turn, expired.quote, how="expired")
    except UnknownQuote:
        decisions.show_settle(turn, close_after=close_after, how="expired")
    except GuardRefused as refused:
        turn.settle_question()
        guards.say(turn, refused.guards)
    except SettlementUnderWay:
        turn.refresh()
        decisions.say_under_way(turn, turn.facts or facts)
    except AccountClosed:
        decisions.say_closed(turn, facts)
    except NothingOwed:
        decisions.say_nothing_owed(turn, facts)
    else:
        turn.refresh()
        say_settlement(turn, turn.facts or facts, result)


def say_settlement(turn: Turn, facts: AccountFacts, result: Settlement) -> None:
    """Settled with its receipts, declined with another try, or being checked: do not pay again."""
    turn.settle_question()
    amount = words.money(result.amount_fen)
    if result.state == "SETTLED":
        say_settled(turn, facts, result)
    elif result.state == "FAILED":
        say_failed(turn, facts, result)
    else:
        turn.say(
            "utter_settle_checking",
            card=cards.status("checking", result.amount_fen, charge_of(result.number)),
            amount=amount,
            number=charge_of(result.number),  # as whoever asks later is told it
        )


def say_failed(turn: Turn, facts: AccountFacts, result: Settlement) -> None:
    """Nothing was taken, or it was taken late and goes back: the debt stands, and may be tried again."""
    offer = "offer_settle_close" if result.close_after else "offer_settle"
    again = {"title": "再试一次", "payload": f"/{offer}"}
    if not late_money.told(turn, facts, charge_of(result.number), again):
        response = "utter_settle_declined_close" if result.close_after else "utter_settle_declined"
        turn.say(
            response,
            card=cards.ending(
                cards.status("declined", result.amount_fen, result.number),
                *(journey_of(result), "declined", result.number),
            ),
            amount=words.money(result.amount_fen),
            reason=words.decline_reason(result.reason),
            number=result.number,
        )


def journey_of(result: Settlement) -> str:
    return "settle_close" if result.close_after else "settle"


def say_settled(turn: Turn, facts: AccountFacts, result: Settlement) -> None:
    """What was settled is over; what came after it (a bank that took it back, another purchase) is owed."""
    response = "utter_settled_since" if facts.debts.total_fen else "utter_settled"
    if result.close_after and not facts.debts.total_fen:
        response = "utter_settled_closed" if result.close_receipt else "utter_settled_not_closed"
    turn.say(
        response,
        card=cards.ending(cards.receipt(result), *(journey_of(result), "settled", result.number)),
        amount=words.money(result.amount_fen),
        at=words.moment(result.settled_at or facts.now, today=facts.today),
        receipt=result.receipt,
        close_receipt=result.close_receipt,
        available=words.money(facts.limit.available_fen),
        owed=words.money(facts.debts.total_fen),
    )
    own.taken_back(turn, facts)


REPLIES = {
    "prepay_all": prepay_all,
    "offer_settle": offer_settle,
    "offer_settle_close": offer_settle_close,
    "confirm_settle": confirm_settle,
    "decline": decisions.decline,
}

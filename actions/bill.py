"""Bills: what is owed, what is on one, and when bills come and are due."""

from __future__ import annotations

import re

from actions import bill_named, cards, decisions, guards, listing, own, words
from actions.turn import Turn
from ledger.model import AccountFacts, Bill

_BY_HOUR = re.compile("(?<!自动)(?<!扣款)几点(?!.{0,4}(?:出账|扣))|截止时间")
# Characters for the lines of a bill: in its own answer what its amounts and days leave, for all or none;
# after it more. Where it is late or being paid these take all the room; the card has the lines anyway.
ROOM, ROOM_FOR_MORE = 38, 82
# Of a closed account that owes again: what a bank took back is on no bill and does not wait for one.
OWING = "utter_closed_owing_bill"


def query_bill(turn: Turn) -> None:
    """The oldest unpaid bill with its lines, else what a bank took back, or is not billed yet, or nothing."""
    terms = turn.ledger.terms
    rule = {"path": terms.bill_path, "bill_day": str(terms.bill_day), "due_day": str(terms.due_day)}
    if turn.facts is not None and turn.facts.state == "CLOSED":
        say_last_bill(turn, turn.facts)
        return
    facts = own.account(turn, "utter_bill_anonymous", "utter_closed", **rule)
    if facts is None:
        return
    bill = own.owed_bill(facts)
    if facts.open_charge is None and bill_named.told(turn, facts):
        return
    if bill is not None and turn.follow_up == "more":
        say_more(turn, facts, bill)
    elif bill is not None:
        say_bill(turn, facts, bill)
    elif facts.open_charge is not None and facts.state != "CLOSING":
        card = cards.status("checking", facts.open_charge.amount_fen, facts.open_charge.number)
        total = words.money(facts.debts.total_fen)
        turn.say("utter_bill_checking_none", card=card, total=total, **guards.charge_words(facts))
    elif own.being_checked(turn, facts) or own.taken_back(turn, facts):
        return
    elif facts.debts.total_fen:
        turn.say("utter_bill_next", card=cards.debts(facts.debts), **own.next_words(facts))
    else:
        decisions.tell_nothing_owed(turn, facts)


def say_last_bill(turn: Turn, facts: AccountFacts) -> None:
    """Of a closed account: the bill that came last, which is paid."""
    if facts.bills:
        last = facts.bills[0]
        bill = {"bill": words.bill_name(last, today=facts.today), "amount": words.money(last.total_fen)}
        decisions.say_closed(turn, facts, "utter_closed_bill", OWING, **bill)
    else:
        decisions.say_closed(turn, facts, "utter_closed_repay", OWING)


def say_bill(turn: Turn, facts: AccountFacts, bill: Bill) -> None:
    """Amount and due day first, then its lines and everything that is owed."""
    lines = listing.bill_lines(bill.items)
    more = {
        "lines": listing.listed(lines, ROOM),
        "count": str(len(lines)),
        "total": words.money(facts.debts.total_fen),
        "today": words.day(facts.today),
    }
    if facts.open_charge is not None:
        response = "utter_bill_checking"
        more |= guards.charge_words(facts)
    elif facts.debts.overdue_fen:
        response = "utter_bill_overdue"
        more |= own.overdue_words(facts)
    elif own.rolls_over(facts, bill):
        response = "utter_bill_rolling"
        more["interest"] = words.money(facts.debts.interest_fen)
    else:
        response = "utter_bill" if _all_told(lines) else "utter_bill_many"
    turn.say(response, card=cards.bill(bill), **own.bill_words(facts, bill), **more)


def say_more(turn: Turn, facts: AccountFacts, bill: Bill) -> None:
    """The lines that its answer left out."""
    lines = listing.bill_lines(bill.items)
    in_full = facts.open_charge is None and not facts.debts.overdue_fen and not own.rolls_over(facts, bill)
    rest = "" if in_full and _all_told(lines) else listing.listed(lines, ROOM_FOR_MORE)
    response = "utter_bill_more" if rest else "utter_bill_no_more"
    turn.say(response, card=cards.bill(bill), lines=rest, **own.bill_words(facts, bill))


def _all_told(lines: list[str]) -> bool:
    """Whether a bill's own answer has room for all of its lines; of many the card has them."""
    return listing.fitting(lines, ROOM) == len(lines)


def billing_dates(turn: Turn) -> None:
    """Bill day, due day, interest-free days; a customer's own next dates and where today's purchase falls."""
    terms, facts = turn.ledger.terms, turn.facts
    rule = {
        "bill_day": str(terms.bill_day),
        "due_day": str(terms.due_day),
        "free_days": str(terms.interest_free_days_max),
    }
    if facts is None:
        turn.say("utter_dates_anonymous", **rule)
        return
    if facts.state == "CLOSED":
        decisions.say_closed(turn, facts, "utter_closed_repay", OWING)
        return
    more = rule | own.next_words(facts)
    due = own.due_bill(facts)
    by_hour = turn.follow_up == "hour" or (not turn.pressed and _BY_HOUR.search(turn.text))
    pressing = facts.open_charge is not None or own.overdue_bill(facts) is not None
    if not pressing and due is None and turn.decision is None:
        own.taken_back(turn, facts)  # due before any bill that is to come
    if pressing:
        _say_pressing_dates(turn, facts, more)
    elif by_hour and due is not None:
        turn.say("utter_dates_hour", **own.bill_words(facts, due))
    elif by_hour:
        turn.say("utter_dates_hour_next", **more)
    elif due is not None:
        response = "utter_dates_bill_frozen" if facts.freezes else "utter_dates_bill"
        turn.say(response, **own.bill_words(facts, due), **more)
    else:
        turn.say("utter_dates_frozen" if facts.freezes else "utter_dates", **more)
    if facts.open_charge is None:
        own.add_taken_back(turn, facts)


def _say_pressing_dates(turn: Turn, facts: AccountFacts, more: dict[str, str]) -> None:
    """Of what is late or being paid: the bill that is open comes before the one to come."""
    checking = facts.open_charge is not None
    overdue, due = own.overdue_bill(facts), own.due_bill(facts)
    if overdue is not None:
        more = more | own.bill_words(facts, overdue) | own.overdue_words(facts)
        if due is not None:
            response = "utter_dates_checking_overdue_and_due" if checking else "utter_dates_overdue_and_due"
            turn.say(response, **more, **own.due_words(facts, due))
        else:
            turn.say("utter_dates_checking_overdue" if checking else "utter_dates_overdue", **more)
    elif due is not None:
        turn.say("utter_dates_checking_bill", **more, **own.bill_words(facts, due))
    else:
        turn.say("utter_dates_checking", **more)


def change_due_date(turn: Turn) -> None:
    """The days are fixed; what helps instead."""
    terms, facts = turn.ledger.terms, turn.facts
    rule = {"bill_day": str(terms.bill_day), "due_day": str(terms.due_day)}
    bill = own.payable_bill(facts) if facts else None
    if facts is not None and facts.state == "CLOSED":
        decisions.say_closed(turn, facts, "utter_closed_repay", OWING)
    elif facts is None or bill is None or own.rolls_over(facts, bill):
        turn.say("utter_change_due", **rule)
    elif facts.debts.overdue_fen:
        more = own.bill_words(facts, bill) | own.overdue_words(facts)
        turn.say("utter_change_due_overdue", **rule, **more)
    else:
        turn.say("utter_change_due_bill", **rule, **own.bill_words(facts, bill))


REPLIES = {
    "query_bill": query_bill,
    "billing_dates": billing_dates,
    "change_due_date": change_due_date,
}

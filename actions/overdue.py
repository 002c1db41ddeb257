"""Being late, and not being able to pay in time."""

from __future__ import annotations

import re

from actions import decisions, handover, own, rules, words
from actions.turn import Turn

HARDSHIP = re.compile("延|晚|缓|宽|拖|推|难|没钱|[还付]不|下个?月|几天|失业|生病|周转")


# Courts and police: nobody here knows whether, so nothing is promised either way.
LEGAL = re.compile("起诉|诉讼|法院|传票|律师函|坐牢|判刑|抓|报警|警察|仲裁|强制执行|老赖|失信")


def overdue(turn: Turn) -> None:
    """What is late with its days and penalty, or what being late would mean."""
    rule = {"rate": rules.daily_rate(turn.ledger.terms.penalty_rate)}
    facts = own.account(turn, "utter_overdue_anonymous", "utter_closed_repay", **rule)
    if facts is None or own.being_checked(turn, facts):
        return
    bill = own.owed_bill(facts)
    if facts.debts.overdue_fen and bill:
        asks_of_law = not turn.pressed and LEGAL.search(turn.text)
        response = "utter_overdue_legal" if asks_of_law else "utter_overdue_late"
        turn.say(response, **rule, **own.bill_words(facts, bill), **own.overdue_words(facts))
    elif bill and not bill.minimum_fen:
        turn.say("utter_overdue_minimum_met", **rule, **own.bill_words(facts, bill))
    elif bill:
        turn.say("utter_overdue_not_yet", **rule, **own.bill_words(facts, bill))
    else:
        turn.say("utter_overdue_none", today=words.day(facts.today), **rule)


def request_extension(turn: Turn) -> None:
    """Whoever owes and cannot pay gets a person, who sees the account's figures, and the least to pay.

    Words that may have meant something else are asked about first.
    """
    due_day = str(turn.ledger.terms.due_day)
    facts = own.account(turn, "utter_extension_anonymous", "utter_closed_repay", due_day=due_day)
    if facts is None or own.being_checked(turn, facts):
        return
    bill = own.owed_bill(facts)
    if facts.debts.total_fen and handover.guessed(turn, HARDSHIP):
        turn.say("utter_extension_ask")
    elif not facts.debts.total_fen:
        decisions.tell_nothing_owed(turn, facts)
    elif facts.debts.overdue_fen and bill:
        more = own.bill_words(facts, bill) | own.overdue_words(facts)
        handover.open_ticket(turn, "hardship", "utter_hardship_overdue", **more)
    elif bill:
        response = "utter_hardship_bill" if bill.minimum_fen else "utter_hardship_met"
        handover.open_ticket(turn, "hardship", response, **own.bill_words(facts, bill))
    else:
        next_due = words.day(facts.next_due_on, today=facts.today)
        handover.open_ticket(turn, "hardship", "utter_hardship_next", next_due=next_due)


REPLIES = {"overdue": overdue, "request_extension": request_extension}

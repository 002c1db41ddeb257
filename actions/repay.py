"""Repaying: how, how little, what became of it, and automatic debit."""

from __future__ import annotations

import re

from actions import (
    decisions,
    handover,
    late_money,
    listing,
    means,
    mentioned,
    own,
    receipts,
    refund,
    rules,
    words,
)
from actions.turn import Turn
from ledger import disclosure
from ledger.model import AccountFacts, Bill, Repayment

PAYMENTS_ROOM = 81  # characters for the last payments
# Says that money was taken twice: a person compares it with the bank.
TWICE = re.compile(
    r"(扣|付|还|划)(了|款|走|掉|钱|我)*(两|2|二|三|3|好几|多)(次|遍|笔|回)|(重复|多|又|再)(次|一次)?(扣|划)(了|款了|走|掉|我)"
)

# Asks for money to arrive, and says of none that was paid: a refund, where one is under way.
ARRIVAL = re.compile(r"到账|[没未]到|收到|退")
# 先还五百: is yet to be paid.
TO_PAY = re.compile(r"^(?:那|我|就|[，, ])*(?:先|只|想|打算|准备|能不能|可以)+(?:先|只)?[还付]")
PAYMENT = re.compile(r"还(款|了|清|完|过|的|钱)|扣|付|划")


def how_to_repay(turn: Turn) -> None:
    """The way to pay by oneself, with what is due; late amounts first."""
    terms = turn.ledger.terms
    facts = own.account(
        turn, "utter_repay_anonymous", "utter_closed_repay", path=terms.repay_path, due_day=str(terms.due_day)
    )
    if facts is None or own.being_checked(turn, facts) or means.told(turn, facts):
        return
    bill = own.owed_bill(facts)
    path = {"path": terms.repay_path, "card_last4": facts.card_last4}
    if bill is not None and told_of_part(turn, facts, bill):
        return
    if facts.debts.overdue_fen and bill:
        turn.say("utter_repay_overdue", **own.bill_words(facts, bill), **own.overdue_words(facts), **path)
    elif bill and own.rolls_over(facts, bill):
        interest = words.money(facts.debts.interest_fen)
        turn.say("utter_repay_rolling", interest=interest, **own.bill_words(facts, bill), **path)
    elif bill:
        turn.say("utter_repay_bill", **own.bill_words(facts, bill), **path)
    elif own.taken_back(turn, facts, "utter_repay_taken_back", path=terms.repay_path):
        return
    elif facts.debts.total_fen:
        turn.say("utter_repay_early", path=terms.repay_path, **own.next_words(facts))
    else:
        decisions.tell_nothing_owed(turn, facts)
    own.add_taken_back(turn, facts)


def told_of_part(turn: Turn, facts: AccountFacts, bill: Bill) -> bool:
    """Whether what paying the amount that the words name would leave has been told: a part of the bill."""
    fen = mentioned.amount_fen(turn)
    part = None if fen is None else disclosure.part_payment(facts, fen)
    if fen is None or part is None:
        return False
    if facts.debts.overdue_fen:
        response = "utter_repay_part_overdue"
    elif own.rolls_over(facts, bill):
        response = "utter_repay_part_rolling"
    else:
        response = "utter_repay_part_short" if part.minimum_left_fen else "utter_repay_part"
    terms = turn.ledger.terms
    turn.say(
        response,
        **own.bill_words(facts, bill),
        amount=words.money(fen),
        left=words.money(part.left_fen),
        minimum_left=words.money(part.minimum_left_fen),
        overdue_left=words.money(part.overdue_left_fen),
        rate=rules.daily_rate(terms.daily_rate),
        path=terms.repay_path,
    )
    return True


def minimum_payment(turn: Turn) -> None:
    """How little keeps this bill from being late, and what the rest then costs."""
    terms = turn.ledger.terms
    rule = {
        "ratio": words.percent(terms.minimum_ratio),
        "rate": rules.daily_rate(terms.daily_rate),
        "due_day": str(terms.due_day),
    }
    closed = "utter_closed_repay", "utter_closed_owing_minimum"
    facts = own.account(turn, "utter_minimum_anonymous", *closed, **rule)
    if facts is None or own.being_checked(turn, facts):
        return
    bill = own.owed_bill(facts)
    if bill is None:
        if not own.taken_back(turn, facts, "utter_minimum_taken_back"):
            turn.say("utter_minimum_none", today=words.day(facts.today), **rule)
        return
    if facts.debts.overdue_fen:
        say_minimum_overdue(turn, facts, bill)
    elif not bill.minimum_fen:
        turn.say("utter_minimum_met", **own.bill_words(facts, bill), **rule)
    else:
        turn.say("utter_minimum_bill", **own.bill_words(facts, bill), **rule)
    own.add_taken_back(turn, facts)


def say_minimum_overdue(turn: Turn, facts: AccountFacts, bill: Bill) -> None:
    """What is late is due whole; the minimum of a bill that comes after it contains it."""
    late = own.bill_words(facts, bill) | own.overdue_words(facts)
    due = own.due_bill(facts)
    if due is None:
        turn.say("utter_minimum_overdue", **late)
    else:
        turn.say("utter_minimum_overdue_and_due", **late, **own.due_words(facts, due))


def repayment_status(turn: Turn) -> None:
    """What became of the last payment, and why a bill still shows after money was taken."""
    facts = turn.facts
    if mentioned.amount_fen(turn) is not None and TO_PAY.search(turn.text):
        how_to_repay(turn)
        return
    if facts is not None and taken_twice(turn):
        dispute_charge(turn, facts)
        return
    last = meant(turn, facts) if facts is not None else None
    if facts is not None and last is not None and facts.state == "CLOSED" and not facts.debts.total_fen:
        say_status(turn, facts, last)
        return
    facts = own.account(turn, "utter_status_anonymous", "utter_closed_repay")
    if facts is None or own.being_checked(turn, facts):
        return
    if refund.awaited(facts) and refund_meant(turn):
        refund.refund(turn)
    elif own.taken_back(turn, facts) or (return_meant(turn) and late_money.newest_told(turn, facts)):
        return
    elif last is None:
        turn.say("utter_status_none", **status_words(facts))
    else:
        say_status(turn, facts, last)


def meant(turn: Turn, facts: AccountFacts) -> Repayment | None:
    """The newest repayment of the amount that the words name, else the newest."""
    fen = mentioned.amount_fen(turn)
    of_amount = (each for each in facts.repayments if each.amount_fen == fen)
    return next(of_amount, facts.last_repayment)


def taken_twice(turn: Turn) -> bool:
    """Whether the typed words say that money was taken twice, and not that it might be."""
    return not turn.pressed and bool(TWICE.search(turn.text)) and not handover.feared(turn)


def refund_meant(turn: Turn) -> bool:
    """Whether the typed words ask when money arrives, and not what became of a payment."""
    return not turn.pressed and bool(ARRIVAL.search(turn.text)) and not PAYMENT.search(turn.text)


def return_meant(turn: Turn) -> bool:
    """Whether they ask for money that was taken to come back, whatever it was taken for."""
    return not turn.pressed and "退" in turn.text


def dispute_charge(turn: Turn, facts: AccountFacts) -> None:
    """What the ledger has of the last payments, to compare with the bank; then a person does so too."""
    lines = [receipts.taken(turn, each, facts) for each in facts.repayments]
    lines.sort(key=lambda line: line.endswith(receipts.STATES["FAILED"]))  # what took money comes first
    payments = listing.listed(lines, PAYMENTS_ROOM)
    if payments:
        turn.say("utter_dispute_payments", count=str(len(facts.repayments)), payments=payments)
    else:
        turn.say("utter_dispute_no_payments", today=words.day(facts.today))
    handover.open_ticket(turn, "dispute", "utter_dispute_filed")


def say_status(turn: Turn, facts: AccountFacts, last: Repayment) -> None:
    """Booked, not taken, or not known yet; always with what is still to pay."""
    if last.state == "SUCCEEDED":
        response = "utter_status_cleared" if facts.debts.total_fen else "utter_status_paid_off"
        response = "utter_status_booked" if own.owed_bill(facts) else response
    else:
        response = "utter_status_failed" if last.state == "FAILED" else "utter_status_checking"
    pay = {"title": "怎么还款", "payload": "/how_to_repay"}
    if last.state == "FAILED" and late_money.told(turn, facts, last.number, pay):
        return
    turn.say(
        response,
        amount=words.money(last.amount_fen),
        at=words.moment(last.at, today=facts.today),
        method=words.method(last),
        number=last.number,
        reason=words.decline_reason(last.reason),
        **status_words(facts),
    )


def status_words(facts: AccountFacts) -> dict[str, str]:
    """{left}: what the oldest unpaid bill still asks for; {owed}: everything."""
    bill = own.owed_bill(facts)
    return {
        "left": words.money(bill.outstanding_fen if bill else 0),
        "owed": words.money(facts.debts.total_fen),
        "today": words.day(facts.today),
    }


def auto_debit(turn: Turn) -> None:
    """Whether it is on, when it runs next and for how much; on the due day only, then by hand."""
    terms = turn.ledger.terms
    rule = {
        "times": rules.debit_times(terms),
        "due_day": str(terms.due_day),
        "path": terms.auto_debit_path,
    }
    closed = "utter_closed_repay", "utter_closed_owing_debit"
    facts = own.account(turn, "utter_debit_anonymous", *closed, **rule)
    if facts is None or own.being_checked(turn, facts) or means.told(turn, facts):
        return
    bill = own.owed_bill(facts)
    rule |= {"card_last4": facts.card_last4, **own.next_words(facts)}
    if bill is None and own.taken_back(turn, facts, "utter_debit_taken_back", path=terms.repay_path):
        return
    if bill is None:
        turn.say("utter_debit_no_bill" if facts.auto_debit else "utter_debit_off", **rule)
        return
    rule |= own.bill_words(facts, bill)
    late = bill.due_on < facts.today
    if not facts.auto_debit:
        turn.say("utter_debit_off_late" if late else "utter_debit_off_bill", **rule)
    elif late:
        turn.say("utter_debit_missed", **rule)
    elif left := rules.debit_times_left(terms, bill.due_on, facts.now):
        tried = debits_failed(facts)
        turn.say("utter_debit_tried" if tried else "utter_debit_bill", **{**rule, "times": left, **tried})
    else:
        turn.say("utter_debit_today_over", **rule)


def debits_failed(facts: AccountFacts) -> dict[str, str]:
    """Of the due day's tries that took nothing: {tried}, the hours, and {reason} of the last, if any."""
    failed = [each for each in facts.debits if each.state == "FAILED"]
    if not failed:
        return {}
    hours = "、".join(words.clock(each.due_at or each.sent_at) for each in failed)
    return {"tried": hours, "reason": words.decline_reason(failed[-1].reason)}


REPLIES = {
    "how_to_repay": how_to_repay,
    "minimum_payment": minimum_payment,
    "repayment_status": repayment_status,
    "auto_debit": auto_debit,
}

"""A bill or its lines that the question names: 上个月的账单, 6号那笔是什么, 588是什么钱, 灯具店那笔多少."""

from __future__ import annotations

import re
from datetime import date

from actions import cards, listing, mentioned, own, words
from actions.turn import Turn
from ledger import lookups
from ledger.model import AccountFacts, Bill, BillItem

ROOM = 50  # characters for the lines of a paid bill, or of a day
# Of a day something may be due, too: 6号要还多少.
_ON_A_DAY = re.compile("买|花|消费|下单|用了|刷|付了|付的|扣|[那这].?笔|订单|交易|哪些|明细|什么钱")


def told(turn: Turn, facts: AccountFacts) -> bool:
    """Whether a bill other than the one to pay, or a line by its amount, day or shop, was named and told."""
    month = mentioned.month(turn, facts.today)
    if month is not None:
        return _told_month(turn, facts, month)
    fen = mentioned.amount_fen(turn)
    day = mentioned.day(turn, facts.today) if fen is None and _ON_A_DAY.search(turn.text) else None
    if day is not None:
        return _told_day(turn, facts, day)
    return _told_line(turn, facts, fen)


def _told_month(turn: Turn, facts: AccountFacts, month: str) -> bool:
    owed = own.owed_bill(facts)
    just_told = turn.follow_up == "month" and turn.topic == "query_bill"
    if just_told and owed is not None and month == owed.month:
        month = words.month_before(month)
    bill = _bill_of(facts, month)
    if bill is None and month >= f"{facts.today:%Y-%m}":
        return _told_coming(turn, facts, owed)
    if bill is None:
        name = words.month(month, today=facts.today)
        turn.say("utter_bill_month_none", month=name, opened=words.day(facts.opened_on, today=facts.today))
        return True
    if owed is not None and bill.id == owed.id:
        return False
    _say_month(turn, facts, bill, owed)
    return True


def _bill_of(facts: AccountFacts, month: str) -> Bill | None:
    return next((each for each in facts.bills if each.month == month), None)


def _told_coming(turn: Turn, facts: AccountFacts, owed: Bill | None) -> bool:
    """Of the bill that has not come, when it does and what is not billed yet; none is due before."""
    if not facts.debts.total_fen:
        return False
    unbilled = words.money(facts.debts.unbilled_fen)
    response = f"utter_bill_coming_{'plans' if facts.plans else 'purchases'}"
    more = own.next_words(facts) | {"unbilled": unbilled}
    if owed is None:
        turn.say(response, **more)
    else:
        turn.say(f"{response}_after", **more, **own.bill_words(facts, owed))
    return True


def _say_month(turn: Turn, facts: AccountFacts, bill: Bill, owed: Bill | None) -> None:
    """A bill that is paid, became a plan, went over to the next one, or is due after a late one."""
    assert turn.customer_id is not None  # the bill is this customer's
    items = lookups.bill_items(turn.ledger, turn.customer_id, bill.id)
    carried = bill.state == "PAID" and bill.paid_fen < bill.total_fen
    more = own.bill_words(facts, bill) | {
        "amount": words.money(bill.total_fen),
        "paid": words.money(bill.paid_fen),
        "lines": listing.listed(listing.bill_lines(items), ROOM),
    }
    if bill.outstanding_fen and owed is not None:
        late = own.bill_words(facts, owed)
        turn.say("utter_bill_month_open", **more, owed_bill=late["bill"], owed=late["outstanding"])
    elif carried:
        turn.say("utter_bill_month_carried", **more)
    else:
        turn.say(f"utter_bill_month_{bill.state.lower()}", **more)
    if owed is not None and not bill.outstanding_fen:
        own.add(turn, "utter_bill_month_now", **own.bill_words(facts, owed))


def _told_day(turn: Turn, facts: AccountFacts, day: date) -> bool:
    """What was bought on that day, billed or not."""
    assert turn.customer_id is not None  # the facts are this customer's
    bill = _bill_of(facts, f"{day:%Y-%m}")
    billed = lookups.bill_items(turn.ledger, turn.customer_id, bill.id) if bill else ()
    bought = [each for each in (*billed, *facts.unbilled) if each.on == day and each.kind == "purchase"]
    on = words.day(day, today=facts.today)
    if not bought:
        turn.say("utter_bill_day_none", on=on, path=turn.ledger.terms.bill_path)
        return True
    listed = listing.listed(listing.bill_lines(bought), ROOM)
    total = words.money(sum(each.amount_fen for each in bought))
    response = "utter_bill_day" if len(bought) == 1 else "utter_bill_day_several"
    turn.say(response, on=on, total=total, count=str(len(bought)), lines=listed)
    return True


def _told_line(turn: Turn, facts: AccountFacts, fen: int | None) -> bool:
    """Whether one line was found, of the bill shown or not billed yet, and has been told.

    An amount names it, else a shop or an item in its whole name.
    """

    def is_meant(line: BillItem) -> bool:
        return mentioned.wholly(line, turn) if fen is None else line.amount_fen == fen

    bill = facts.bill
    billed = [each for each in (bill.items if bill else ()) if is_meant(each)]
    unbilled = [each for each in facts.unbilled if is_meant(each)]
    if len(billed) + len(unbilled) != 1:
        return False
    (line,) = billed + unbilled
    more = {
        "amount": words.money(line.amount_fen),
        "goods": listing.bill_item(line, listing.goods),
        "on": words.day(line.on, today=facts.today),
    }
    if billed and bill is not None:
        response = "utter_bill_line" if bill.outstanding_fen else "utter_bill_line_paid"
        turn.say(response, card=cards.bill(bill), **more, **own.bill_words(facts, bill))
    else:
        turn.say("utter_bill_line_unbilled", **more, **own.next_words(facts))
    return True

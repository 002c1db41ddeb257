"""What the answers on a customer's own account have in common: who is not logged in, closed or waiting."""

from __future__ import annotations

from collections.abc import Iterable

from actions import cards, decisions, diagnosis, listing, words
from actions.mentioned import Goods
from actions.turn import Turn
from ledger.model import AccountFacts, Bill, Freeze, Plan


def account(turn: Turn, general: str, closed: str, owing: str = "", **more: str) -> AccountFacts | None:
    """The facts of an open account. Otherwise the answer has been given, and None is returned.

    `general` is the response with the rule for whoever is not logged in, filled with `more`; `closed` the one
    for an account that is closed, filled with {closed_on} and {receipt}; `owing`: see `decisions.say_closed`.
    """
    facts = turn.facts
    if facts is None:
        turn.say(general, **more)
        return None
    if facts.state == "CLOSED":
        decisions.say_closed(turn, facts, closed, owing)
        return None
    return facts


def add(turn: Turn, response: str, **more: str) -> None:
    """The second bubble of an answer; an open decision is shown again in its place."""
    if turn.decision is None:
        turn.say(response, **more)


def being_checked(turn: Turn, facts: AccountFacts) -> bool:
    """Whether a payment is under way; then the customer was told not to pay again."""
    if facts.open_charge is None and facts.state != "CLOSING":
        return False
    decisions.say_under_way(turn, facts)
    return True


def taken_back(turn: Turn, facts: AccountFacts, response: str = "", **more: str) -> bool:
    """Whether a bank took a repayment back, which is then due at once and on no bill; they were told so.

    `response`: in place of the general one, what that means for the question.
    """
    if not facts.debts.chargeback_fen:
        return False
    alone = facts.debts.chargeback_fen == facts.debts.total_fen
    general = "utter_taken_back" if alone else "utter_taken_back_and_more"
    told = taken_back_words(facts) | more
    turn.say(response or general, card=cards.debts(facts.debts), **told)
    return True


def add_taken_back(turn: Turn, facts: AccountFacts) -> None:
    """The same beside an answer of something else that is owed; an open decision is shown in its place."""
    if turn.decision is None and len(turn.bubbles) == 1:
        taken_back(turn, facts)


def taken_back_words(facts: AccountFacts) -> dict[str, str]:
    """Of what a bank took back: {amount}, and with it in all {total}, {late} and {today}."""
    return {
        "amount": words.money(facts.debts.chargeback_fen),
        "total": words.money(facts.debts.total_fen),
        "late": words.late_part(facts.debts),
        "today": words.day(facts.today),
    }


def owed_bill(facts: AccountFacts) -> Bill | None:
    """The oldest bill that is not paid."""
    return facts.bill if facts.bill is not None and facts.bill.outstanding_fen else None


def overdue_bill(facts: AccountFacts) -> Bill | None:
    """The oldest bill that is late."""
    return next((bill for bill in reversed(facts.bills) if bill.state == "OVERDUE"), None)


def due_bill(facts: AccountFacts) -> Bill | None:
    """The unpaid bill whose due day is still to come."""
    unpaid = (bill for bill in reversed(facts.bills) if bill.outstanding_fen)
    return next((bill for bill in unpaid if bill.due_on >= facts.today), None)


def payable_bill(facts: AccountFacts) -> Bill | None:
    """The oldest bill that is not paid, unless a payment is being checked: then nothing may be paid twice."""
    return None if facts.open_charge is not None else owed_bill(facts)


def rolls_over(facts: AccountFacts, bill: Bill) -> bool:
    """Whether only the minimum was paid by the due day: not late, but the rest carries interest."""
    return bill.due_on < facts.today and not facts.debts.overdue_fen


def bill_words(facts: AccountFacts, bill: Bill) -> dict[str, str]:
    """The name, amounts and dates of a bill: {bill}, {outstanding}, {minimum}, {due}, {days}."""
    name = words.bill_name(bill, today=facts.today)
    late = [each for each in facts.bills if each.state == "OVERDUE"]
    return {
        "bill": f"最早的{name}" if len(late) > 1 and bill.id == late[-1].id else name,
        "outstanding": words.money(bill.outstanding_fen),
        "minimum": words.money(bill.minimum_fen),
        "due": words.day(bill.due_on, today=facts.today),
        "days": str(bill.days_overdue),
    }


def due_words(facts: AccountFacts, due: Bill) -> dict[str, str]:
    """A bill that comes after a late one: {due_bill}, {due_outstanding}, {due_minimum}, {due_on}."""
    return {
        "due_bill": words.bill_name(due, today=facts.today),
        "due_outstanding": words.money(due.outstanding_fen),
        "due_minimum": words.money(due.minimum_fen),
        "due_on": words.day(due.due_on, today=facts.today),
    }


def overdue_words(facts: AccountFacts) -> dict[str, str]:
    """What is late, with the penalty including today's and what a day adds: {overdue}, {penalty}, {a_day}."""
    return {
        "overdue": words.money(facts.debts.overdue_fen),
        "penalty": words.money(facts.debts.penalty_fen),
        "a_day": words.money(facts.debts.penalty_a_day_fen),
    }


def plan_dues(facts: AccountFacts, plans: Iterable[Plan]) -> str:
    """What of the plans is late, and when the next period is due: ，11月6日的已逾期，12月6日还下一期."""
    plans = list(plans)
    late = sorted({day for plan in plans for day in plan.late_due_on})
    to_come = [plan.next_due_on for plan in plans if plan.next_due_on]
    told = ""
    if late:
        since = words.day(late[0], today=facts.today)
        told += f"，{since}{'' if len(late) == 1 else '起'}的已逾期"
    if to_come:
        told += f"，{words.day(min(to_come), today=facts.today)}还下一期"
    return told


def next_words(facts: AccountFacts) -> dict[str, str]:
    """What comes next: {total}, {next_bill}, {next_due}, {today}."""
    return {
        "total": words.money(facts.debts.total_fen),
        "next_bill": words.day(facts.next_bill_on, today=facts.today),
        "next_due": words.day(facts.next_due_on, today=facts.today),
        "today": words.day(facts.today),
    }


def freeze_words(facts: AccountFacts) -> dict[str, str]:
    """Why and since when use is suspended: {cause}, {since}; only of a frozen account."""
    freeze = diagnosis.first_freeze(facts)
    assert freeze is not None  # the caller looked
    return {"cause": words.freeze(freeze), "since": words.day(freeze.placed_at, today=facts.today)}


def bureau_words(freeze: Freeze, facts: AccountFacts) -> dict[str, str]:
    """What the credit assessment found: {checked}, {elsewhere} and {ratio}."""
    return {
        "checked": words.iso_day(freeze.evidence.get("checked_on"), facts.today),
        "elsewhere": str(freeze.evidence.get("overdue_elsewhere", 0)),
        "ratio": words.debt_ratio(str(freeze.evidence.get("debt_ratio", ""))),
    }


def goods(bought: Goods) -> str:
    return listing.goods(bought.merchant, bought.item)

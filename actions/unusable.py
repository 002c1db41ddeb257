"""Why 月付 cannot be used and how it comes back: cause, evidence and remedy from the ledger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from actions import cards, cause, decisions, diagnosis, limit, own, refused, words
from actions.cause import Evidence
from actions.turn import Turn
from ledger import freezes
from ledger.errors import NothingToUnfreeze, UnfreezeTooEarly
from ledger.model import AccountFacts, UnfreezeApplication


def why_unusable(turn: Turn) -> None:
    facts = turn.facts
    if facts is None:
        turn.say("utter_unusable_anonymous")
        return
    filed = diagnosis.filed_application(facts)
    if filed is not None:
        say_filed(turn, facts, filed)
        return
    tellers: dict[str, Callable[[Turn, AccountFacts], None]] = {
        "closed": tell_closed,
        "charge_checking": decisions.say_under_way,
        "under_investigation": tell_investigation,
        "overdue": tell_overdue,
        "waiting": tell_waiting,
        "cured": tell_cured,
        "risk": tell_risk,
        "bureau": tell_bureau,
        "customer": tell_paused,
        "over_limit": refused.tell_newest,
        "lowered": refused.tell_newest,
        "shop": refused.tell_newest,
        "item": refused.tell_newest,
        "used_up": tell_used_up,
        "lifted": refused.tell_newest,
        "none": tell_nothing_found,
    }
    tellers[diagnosis.find(facts)](turn, facts)


def tell(turn: Turn, kind: str, evidence: Evidence, **more: Any) -> None:
    """Beside its own evidence, the order that was refused for it."""
    cause.tell(turn, kind, [*evidence, *refused_for_freeze(turn)], **more)


def refused_for_freeze(turn: Turn) -> Evidence:
    """The newest order that the freeze in force refused."""
    facts = turn.facts
    refusal = next((each for each in facts.refusals if each.reason == "freeze"), None) if facts else None
    if facts is None or refusal is None or not facts.freezes:
        return []
    order = cause.order_words(facts, refusal)
    return [("被拒订单", f"{refusal.merchant} {refusal.item} {order['amount']}（{order['at']}）")]


def tell_closed(turn: Turn, facts: AccountFacts) -> None:
    decisions.say_closed(turn, facts, "utter_closed_unusable", "utter_closed_owing_unusable")


def tell_overdue(turn: Turn, facts: AccountFacts, response: str = "") -> None:
    """What is late; `response`: of how use comes back."""
    bill = facts.bill
    due = words.day(bill.due_on, today=facts.today) if bill else ""
    days = str(bill.days_overdue) if bill else ""
    penalty = words.money(facts.debts.penalty_fen)
    amount = words.money(facts.debts.overdue_fen)
    evidence = [("逾期金额", amount), ("逾期天数", f"{days}天"), ("其中逾期违约金", penalty)]
    terms = turn.ledger.terms
    rule = {"kept": str(terms.freeze_kept_after_days_late), "wait": str(terms.unfreeze_wait_days)}
    late = {"amount": amount, "due": due, "days": days, "penalty": penalty}
    tell(turn, "overdue", evidence, response=response, **late, **rule)


def tell_waiting(turn: Turn, facts: AccountFacts) -> None:
    from_day = words.day(facts.unfreeze_from or facts.today, today=facts.today)
    wait = str(turn.ledger.terms.unfreeze_wait_days)
    tell(turn, "waiting", [("可申请解冻", f"{from_day}起")], from_day=from_day, wait=wait)


def tell_cured(turn: Turn, facts: AccountFacts) -> None:
    since = words.day(facts.unfreeze_from or facts.today, today=facts.today)
    wait = str(turn.ledger.terms.unfreeze_wait_days)
    evidence = [("逾期欠款", f"已还清满{wait}天"), ("可申请解冻", f"{since}起")]
    decisions.offer(turn, "unfreeze")
    tell(turn, "cured", evidence, values={"decline": {"kind": "unfreeze"}}, since=since, wait=wait)


def tell_risk(turn: Turn, facts: AccountFacts) -> None:
    freeze = diagnosis.of_kind(facts, "risk")
    logins = freeze.evidence.get("logins", [])
    cities = list(dict.fromkeys(str(each["city"]) for each in logins))
    devices = {str(each["device"]) for each in logins}
    evidence = [(words.login_time(each["at"]), f"{each['city']} {each['device']}") for each in logins]
    decisions.offer(turn, "unfreeze")
    tell(
        turn,
        "risk",
        evidence,
        since=words.moment(freeze.placed_at, today=facts.today),
        cities="、".join(cities),
        devices=str(len(devices)),
        logins=str(len(logins)),
    )


def tell_bureau(turn: Turn, facts: AccountFacts) -> None:
    found = own.bureau_words(diagnosis.of_kind(facts, "bureau"), facts)
    elsewhere = f"{found['elsewhere']}笔"
    evidence = [("评估日期", found["checked"]), ("其他机构逾期", elsewhere), ("负债水平", found["ratio"])]
    tell(turn, "bureau", evidence, **found)


def tell_paused(turn: Turn, facts: AccountFacts) -> None:
    since = words.day(diagnosis.of_kind(facts, "customer").placed_at, today=facts.today)
    tell(turn, "customer", [("暂停日期", since)], since=since)


def tell_investigation(turn: Turn, facts: AccountFacts) -> None:
    freeze = diagnosis.first_freeze(facts)
    assert freeze is not None  # that is the cause
    since = words.day(freeze.placed_at, today=facts.today)
    reason = words.freeze(freeze)
    tell(turn, "under_investigation", [("暂停日期", since), ("原因", reason)], since=since, reason=reason)


def tell_used_up(turn: Turn, facts: AccountFacts) -> None:
    figures = limit.limit_words(facts)
    evidence = [("总额度", figures["total"]), ("已用", figures["used"])]
    if facts.debts.chargeback_fen:
        evidence.append(("被银行撤回的还款", words.money(facts.debts.chargeback_fen)))
    tell(turn, "used_up", evidence, **figures)


def tell_nothing_found(turn: Turn, facts: AccountFacts) -> None:
    """No evidence of a refusal: the general causes in short, and a question that narrows them."""
    turn.say(
        "utter_unusable_none",
        today=words.day(facts.today),
        available=words.money(facts.limit.available_fen),
    )


def unfreeze(turn: Turn) -> None:
    """How and when it comes back: for what froze this account, else the rule in general."""
    facts = turn.facts
    if facts is None:
        terms = turn.ledger.terms
        wait, kept = str(terms.unfreeze_wait_days), str(terms.freeze_kept_after_days_late)
        turn.say("utter_unfreeze_anonymous", wait=wait, kept=kept)
    elif facts.state == "CLOSED":
        tell_closed(turn, facts)
    elif diagnosis.find(facts) == "overdue":
        tell_overdue(turn, facts, "utter_unfreeze_overdue")
    elif facts.freezes or facts.open_charge is not None:
        why_unusable(turn)
    elif facts.limit_cut is not None:
        limit.say_cut(turn, facts, facts.limit_cut, "utter_limit_restored")
    elif turn.topic in ("query_limit", "limit_change"):  # what comes back there is the limit
        limit.limit_change(turn)
    else:
        turn.say("utter_unfreeze_nothing", available=words.money(facts.limit.available_fen))


def offer_again(turn: Turn) -> None:
    """For words that agree to the offer: only its button files the application, while one may be filed."""
    facts = turn.facts
    turn.settle_question()
    found = "" if facts is None or diagnosis.filed_application(facts) else diagnosis.find(facts)
    if found in ("cured", "risk"):
        decisions.offer(turn, "unfreeze")
        turn.say(f"utter_unfreeze_again_{found}", values={"decline": {"kind": "unfreeze"}})
    else:
        unfreeze(turn)


def apply_unfreeze(turn: Turn) -> None:
    """Files the application and says its number; the outcome is an assessment and never promised."""
    facts = decisions.known(turn)
    if facts is None:
        return
    if (turn.decision or {}).get("kind") == "unfreeze":
        turn.settle_question()
    try:
        application = freezes.apply_unfreeze(turn.ledger, facts.customer_id, key=turn.key)
    except UnfreezeTooEarly as early:
        if early.from_date is None:
            tell_overdue(turn, facts)
        else:
            tell_waiting(turn, facts)
    except NothingToUnfreeze:
        turn.say("utter_unfreeze_nothing", available=words.money(facts.limit.available_fen))
    else:
        say_filed(turn, facts, application)


def say_filed(turn: Turn, facts: AccountFacts, application: UnfreezeApplication) -> None:
    at = words.moment(application.at, today=facts.today)
    reason = words.FREEZE_NAMES[application.kind]
    card = cards.application(application.number, application.at)
    ended = cards.ending(card, "unusable", "applied", application.number)
    turn.say("utter_unfreeze_filed", card=ended, number=application.number, at=at, reason=reason)


REPLIES = {"why_unusable": why_unusable, "unfreeze": unfreeze, "apply_unfreeze": apply_unfreeze}

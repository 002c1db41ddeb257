"""Why 月付 cannot be used and how it comes back: cause, evidence and remedy from the ledger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from actions import cards, decisions, diagnosis, own, words
from actions.turn import Turn
from ledger import freezes
from ledger.errors import NothingToUnfreeze, UnfreezeTooEarly
from ledger.model import AccountFacts, Refusal, UnfreezeApplication

Evidence = list[tuple[str, str]]


def why_unusable(turn: Turn) -> None:
    facts = turn.facts
    if facts is None:
        turn.say("utter_unusable_anonymous")
        return
    filed = diagnosis.filed_application(facts)
    if filed is not None:
        say_filed(turn, facts, filed)
        return
    cause = diagnosis.find(facts)
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
        "over_limit": tell_over_limit,
        "lowered": tell_lowered,
        "shop": tell_unsupported,
        "item": tell_unsupported,
        "used_up": tell_used_up,
        "lifted": tell_lifted,
        "none": tell_nothing_found,
    }
    tellers[cause](turn, facts)


def tell(
    turn: Turn, cause: str, evidence: Evidence, response: str = "", values: Any = None, **more: str
) -> None:
    """One bubble and its card; the card's title and remedy are the words of the cause."""
    title, remedy = words.DIAGNOSES[cause]
    diagnosed = cards.diagnosis(cause, title, [*evidence, *refused_for_freeze(turn)], remedy)
    card = cards.ending(diagnosed, "unusable", cause, "")
    turn.say(response or f"utter_unusable_{cause}", card=card, values=values, **more)


def refused_for_freeze(turn: Turn) -> Evidence:
    """The newest order that the freeze in force refused."""
    facts = turn.facts
    refusal = next((each for each in facts.refusals if each.reason == "freeze"), None) if facts else None
    if facts is None or refusal is None or not facts.freezes:
        return []
    order = _order(facts, refusal)
    return [("被拒订单", f"{refusal.merchant} {refusal.item} {order['amount']}（{order['at']}）")]


def tell_closed(turn: Turn, facts: AccountFacts) -> None:
    decisions.say_closed(turn, facts, "utter_closed_unusable")


def tell_overdue(turn: Turn, facts: AccountFacts) -> None:
    bill = facts.bill
    due = words.day(bill.due_on, today=facts.today) if bill else ""
    days = str(bill.days_overdue) if bill else ""
    penalty = words.money(facts.debts.penalty_fen)
    amount = words.money(facts.debts.overdue_fen)
    evidence = [("逾期金额", amount), ("逾期天数", f"{days}天"), ("其中逾期违约金", penalty)]
    tell(turn, "overdue", evidence, amount=amount, due=due, days=days, penalty=penalty)


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
    cause = words.freeze(freeze)
    tell(turn, "under_investigation", [("暂停日期", since), ("原因", cause)], since=since, reason=cause)


def tell_over_limit(turn: Turn, facts: AccountFacts) -> None:
    refusal = diagnosis.latest_refusal(facts)
    assert refusal is not None  # that is the evidence
    goods = " ".join(part for part in (refusal.merchant, refusal.item) if part)
    amount, available = words.money(refusal.amount_fen), words.money(refusal.available_fen)
    now_left = words.money(facts.limit.available_fen)
    at = words.moment(refusal.at, today=facts.today)
    evidence = [
        ("被拒订单", f"{goods} {at}"),
        ("订单金额", amount),
        ("当时可用额度", available),
        ("现在可用额度", now_left),
    ]
    tell(
        turn,
        "over_limit",
        evidence,
        at=at,
        goods=goods,
        amount=amount,
        available=available,
        now_left=now_left,
    )


def tell_unsupported(turn: Turn, facts: AccountFacts) -> None:
    """The shop, the item, or one of each when both were refused lately."""
    refusal = diagnosis.latest_refusal(facts)
    assert refusal is not None  # that is the evidence
    other_reason = "shop" if refusal.reason == "item" else "item"
    other = next((each for each in facts.refusals if each.reason == other_reason), None)
    told = [each for each in (refusal, other) if each is not None]
    evidence = [
        (words.UNSUPPORTED[each.reason], f"{each.merchant} {each.item} {words.money(each.amount_fen)}")
        for each in told
    ]
    more = {f"{each.reason}_{name}": word for each in told for name, word in _order(facts, each).items()}
    left = words.money(facts.limit.available_fen)
    response = "utter_unusable_shop_and_item" if other else ""
    tell(turn, refusal.reason, evidence, response, left=left, **more)


def _order(facts: AccountFacts, refusal: Refusal) -> dict[str, str]:
    return {
        "at": words.moment(refusal.at, today=facts.today),
        "merchant": refusal.merchant,
        "item": refusal.item,
        "amount": words.money(refusal.amount_fen),
    }


def tell_lowered(turn: Turn, facts: AccountFacts) -> None:
    cut = facts.limit_cut
    assert cut is not None  # that is the cause
    bill = words.month(str(cut.evidence.get("bill", "")), today=facts.today)
    days = str(cut.evidence.get("days_late", ""))
    old, new = words.money(cut.old_fen), words.money(cut.new_fen)
    left = words.money(facts.limit.available_fen)
    at = words.day(cut.at, today=facts.today)
    evidence = [
        ("额度调整", f"{old} → {new}（{at}）"),
        ("依据", f"{bill}账单晚还{days}天"),
        ("现在可用额度", left),
    ]
    more: dict[str, str] = {}
    refusal = diagnosis.latest_refusal(facts)
    if refusal is not None:
        order = _order(facts, refusal)
        evidence.append(("被拒订单", f"{order['merchant']} {order['item']} {order['amount']}"))
        more = {f"order_{name}": word for name, word in order.items()}
    response = "utter_unusable_lowered_order" if refusal else ""
    tell(
        turn, "lowered", evidence, response, at=at, old=old, new=new, bill=bill, days=days, left=left, **more
    )


def tell_used_up(turn: Turn, facts: AccountFacts) -> None:
    used, total = words.money(facts.limit.used_fen), words.money(facts.limit.total_fen)
    tell(turn, "used_up", [("总额度", total), ("已用", used)], total=total, used=used)


def tell_lifted(turn: Turn, facts: AccountFacts) -> None:
    """What refused the order is over; it may be tried again unless it asks for more than is left."""
    refused = diagnosis.refused_while_frozen(facts)
    assert refused is not None  # that is the evidence
    refusal, freeze = refused
    order, left = _order(facts, refusal), words.money(facts.limit.available_fen)
    lifted_on = words.day(freeze.lifted_at, today=facts.today)
    evidence = [
        ("被拒订单", f"{refusal.merchant} {refusal.item} {order['amount']}"),
        ("当时暂停使用", words.FREEZE_NAMES[freeze.kind]),
        ("恢复使用", lifted_on),
        ("现在可用额度", left),
    ]
    enough = refusal.amount_fen <= facts.limit.available_fen
    response = "" if enough else "utter_unusable_lifted_over_limit"
    cause = words.FREEZE_NAMES[freeze.kind]
    tell(turn, "lifted", evidence, response, reason=cause, lifted_on=lifted_on, left=left, **order)


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
    elif facts.freezes or facts.open_charge is not None:
        why_unusable(turn)
    else:
        turn.say("utter_unfreeze_nothing", available=words.money(facts.limit.available_fen))


def offer_again(turn: Turn) -> None:
    """For words that agree to the offer: only its button files the application, while one may be filed."""
    facts = turn.facts
    turn.settle_question()
    cause = "" if facts is None or diagnosis.filed_application(facts) else diagnosis.find(facts)
    if cause in ("cured", "risk"):
        decisions.offer(turn, "unfreeze")
        turn.say(f"utter_unfreeze_again_{cause}", values={"decline": {"kind": "unfreeze"}})
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

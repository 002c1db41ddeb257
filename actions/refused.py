"""One refused order, with its reason from the ledger's evidence."""

from __future__ import annotations

from actions import cause, decisions, diagnosis, own, words
from actions.turn import Turn
from ledger.model import AccountFacts, LiftedFreeze, Refusal


def tell(turn: Turn, facts: AccountFacts, refusal: Refusal, other: Refusal | None = None) -> None:
    """Its reason and what helps; `other` is one that was refused for the other of shop and item."""
    if refusal.reason in ("shop", "item"):
        _tell_unsupported(turn, facts, refusal, other)
    elif (freeze := diagnosis.lifted_since(facts, refusal)) is not None:
        _tell_lifted(turn, facts, refusal, freeze)
    elif refusal.reason == "closed":
        decisions.say_closed(turn, facts, "utter_closed_unusable", "utter_closed_owing_unusable")
    elif facts.limit_cut is not None:
        tell_lowered(turn, facts, refusal)
    else:
        _tell_over_limit(turn, facts, refusal)


def tell_newest(turn: Turn, facts: AccountFacts) -> None:
    """The cause that `diagnosis.of_refusal` finds: a refusal, a lowered limit, or a freeze that is over."""
    refusal = diagnosis.latest_refusal(facts)
    over = diagnosis.refused_while_frozen(facts)
    if refusal is not None:
        other_reason = "shop" if refusal.reason == "item" else "item"
        tell(
            turn, facts, refusal, next((each for each in facts.refusals if each.reason == other_reason), None)
        )
    elif facts.limit_cut is not None:
        tell_lowered(turn, facts, None)
    elif over is not None:
        _tell_lifted(turn, facts, *over)


def _tell_over_limit(turn: Turn, facts: AccountFacts, refusal: Refusal) -> None:
    goods = own.goods(refusal)
    amount, available = words.money(refusal.amount_fen), words.money(refusal.available_fen)
    now_left = words.money(facts.limit.available_fen)
    at = words.moment(refusal.at, today=facts.today)
    evidence = [
        ("被拒订单", f"{goods} {at}"),
        ("订单金额", amount),
        ("当时可用额度", available),
        ("现在可用额度", now_left),
    ]
    cause.tell(
        turn,
        "over_limit",
        evidence,
        at=at,
        goods=goods,
        amount=amount,
        available=available,
        now_left=now_left,
    )


def _tell_unsupported(turn: Turn, facts: AccountFacts, refusal: Refusal, other: Refusal | None) -> None:
    """The shop, the item, or one of each."""
    told = [each for each in (refusal, other) if each is not None]
    evidence = [
        (words.UNSUPPORTED[each.reason], f"{each.merchant} {each.item} {words.money(each.amount_fen)}")
        for each in told
    ]
    orders = {each.reason: cause.order_words(facts, each) for each in told}
    more = {f"{reason}_{name}": word for reason, order in orders.items() for name, word in order.items()}
    left = words.money(facts.limit.available_fen)
    response = "utter_unusable_shop_and_item" if other else ""
    cause.tell(turn, refusal.reason, evidence, response, left=left, **more)


def tell_lowered(turn: Turn, facts: AccountFacts, refusal: Refusal | None) -> None:
    """The limit that was cut, and the order that was above it when there is one."""
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
    if refusal is not None:
        order = cause.order_words(facts, refusal)
        evidence.append(("被拒订单", f"{order['merchant']} {order['item']} {order['amount']}"))
        more = {f"order_{name}": word for name, word in order.items()}
    response = "utter_unusable_lowered_order" if refusal else ""
    cause.tell(
        turn, "lowered", evidence, response, at=at, old=old, new=new, bill=bill, days=days, left=left, **more
    )


def _tell_lifted(turn: Turn, facts: AccountFacts, refusal: Refusal, freeze: LiftedFreeze) -> None:
    """What refused the order is over; it may be tried again unless it asks for more than is left."""
    order, left = cause.order_words(facts, refusal), words.money(facts.limit.available_fen)
    lifted_on, name = words.day(freeze.lifted_at, today=facts.today), words.FREEZE_NAMES[freeze.kind]
    evidence = [
        ("被拒订单", f"{refusal.merchant} {refusal.item} {order['amount']}"),
        ("当时暂停使用", name),
        ("恢复使用", lifted_on),
        ("现在可用额度", left),
    ]
    enough = refusal.amount_fen <= facts.limit.available_fen
    response = "" if enough else "utter_unusable_lifted_over_limit"
    cause.tell(turn, "lifted", evidence, response, reason=name, lifted_on=lifted_on, left=left, **order)

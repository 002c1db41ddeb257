"""Where 月付 can be used, and where not."""

from __future__ import annotations

from actions import decisions, diagnosis, guards, own, words
from actions.turn import Turn


def where_usable(turn: Turn) -> None:
    """The rule; for a customer the shop or item that is named or refused last, a freeze, or what is left."""
    facts = turn.facts
    if facts is None:
        turn.say("utter_usage")
        return
    if facts.state == "CLOSED":
        decisions.say_closed(turn, facts, "utter_closed_unusable", "utter_closed_owing_unusable")
        return
    if facts.freezes:
        turn.say("utter_usage_frozen", **own.freeze_words(facts))
        return
    if facts.open_charge is not None:
        turn.settle_question()
        turn.say("utter_usage_checking", **guards.charge_words(facts))
        return
    available = words.money(facts.limit.available_fen)
    named = None if turn.pressed else diagnosis.named_refusal(facts, turn.text)
    told = turn.topic_at_start == "where_usable"  # which order was refused, a moment ago
    refusal = named or (None if told else diagnosis.latest_refusal(facts))
    if named is not None:
        turn.topic = "why_unusable"  # what is asked next (还有吗) is of refused orders
    if refusal is None or refusal.reason == "limit":
        turn.say("utter_usage_own", available=available)
        return
    turn.say(
        f"utter_usage_named_{refusal.reason}" if named else f"utter_usage_{refusal.reason}",
        at=words.day(refusal.at, today=facts.today),
        merchant=words.short(refusal.merchant, words.SHOP_CHARS),
        item=words.short(refusal.item, words.ITEM_CHARS),
        available=available,
    )


REPLIES = {"where_usable": where_usable}

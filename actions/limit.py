"""The limit: how much is left, and why it is what it is."""

from __future__ import annotations

import re

from actions import own, words
from actions.turn import Turn
from ledger.model import AccountFacts, LimitCut

RAISE = re.compile(r"提额|提[高升一]|涨|调高|升额|[多加增]给?[点些加大一]|[高大]一?点|临时额度")
CHANGED = re.compile(r"降|低了|变[低少小]|少了|恢复|没回来|为什么|为啥|怎么只")


def query_limit(turn: Turn) -> None:
    facts = own.account(turn, "utter_limit_anonymous", "utter_closed_limit", "utter_closed_owing_limit")
    if facts is None:
        return
    figures = limit_words(facts)
    charge = facts.open_charge
    if charge is not None:
        turn.say(
            "utter_limit_checking", **figures, amount=words.money(charge.amount_fen), number=charge.number
        )
    elif facts.freezes:
        turn.say("utter_limit_frozen", **figures, **own.freeze_words(facts))
    elif facts.limit.held_fen:
        turn.say("utter_limit_held", **figures)
    else:
        turn.say("utter_limit", **figures)


def limit_change(turn: Turn) -> None:
    """Why it was lowered, or that it was not and what takes up the rest; never that it will rise."""
    facts = own.account(
        turn, "utter_limit_change_anonymous", "utter_closed_limit", "utter_closed_owing_limit"
    )
    if facts is None or own.being_checked(turn, facts):
        return
    figures = limit_words(facts)
    cut, last = facts.limit_cut, facts.last_repayment
    if cut is not None:
        say_cut(turn, facts, cut, "utter_limit_change_cut")
    elif not turn.pressed and RAISE.search(turn.text) and not CHANGED.search(turn.text):
        say_raise(turn, facts)
    elif facts.freezes:
        turn.say("utter_limit_change_frozen", **figures, **own.freeze_words(facts))
    elif facts.limit.held_fen:
        turn.say("utter_limit_change_held", **figures)
    elif facts.debts.chargeback_fen:
        turn.say("utter_limit_change_taken_back", **figures)
    elif not facts.limit.used_fen:
        turn.say("utter_limit_change_unused", **figures)
    elif last is not None and last.state == "SUCCEEDED":
        repaid = {"amount": words.money(last.amount_fen), "at": words.moment(last.at, today=facts.today)}
        turn.say("utter_limit_change_repaid", **figures, **repaid)
    else:
        turn.say("utter_limit_change", **figures)


def say_cut(turn: Turn, facts: AccountFacts, cut: LimitCut, response: str) -> None:
    """That it was lowered, when and for what."""
    turn.say(
        response,
        at=words.day(cut.at, today=facts.today),
        old=words.money(cut.old_fen),
        new=words.money(cut.new_fen),
        bill=words.month(str(cut.evidence["bill"]), today=facts.today),
        days_late=str(cut.evidence["days_late"]),
        **limit_words(facts),
    )


def say_raise(turn: Turn, facts: AccountFacts) -> None:
    """Whether it can be raised: by an assessment alone, and not while use is suspended."""
    if facts.freezes:
        turn.say("utter_limit_raise_frozen", **limit_words(facts), **own.freeze_words(facts))
    else:
        turn.say("utter_limit_raise", **limit_words(facts))


def limit_words(facts: AccountFacts) -> dict[str, str]:
    """{total}, {used}, {held} and {available} of the limit, and in {also} what a bank took back of it."""
    limit, back_fen = facts.limit, facts.debts.chargeback_fen
    return {
        "total": words.money(limit.total_fen),
        "used": words.money(limit.used_fen),
        "held": words.money(limit.held_fen),
        "available": words.money(limit.available_fen),
        "also": f"，被撤回的还款占用{words.money(back_fen)}" if back_fen else "",
    }


REPLIES = {"query_limit": query_limit, "limit_change": limit_change}

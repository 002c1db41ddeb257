"""Proof of what was paid and closed: the numbers again, whenever they are asked for."""

from __future__ import annotations

import re

from actions import cards, decisions, late_money, words
from actions.turn import Turn
from ledger import lookups
from ledger.model import AccountFacts, ChargeState, Repayment, Settlement
from ledger.numbers import charge_of

# Whoever asks for a number or a proof wants that, whatever the question around it is about.
ASKED = re.compile(
    r"凭证|回执|(结清|还清|还款|关闭|注销|销户)的?证明|证明.{0,4}(结清|还清|还完|关闭|注销|销户)|结清单"
)
PROOF = re.compile(r"证明|结清单")
OTHERS = frozenset({"talk_to_human", "report_unauthorised", "notice", "merchant_service"})

STATES: dict[ChargeState, str] = {
    "CREATED": "正在核实",
    "SENT": "正在核实",
    "UNKNOWN": "正在核实",
    "SUCCEEDED": "已到账",
    "FAILED": "没有扣款",
}


def payment(turn: Turn, value: Repayment, facts: AccountFacts) -> str:
    """A payment in one line: 11月3日 09:50，¥887.00，已到账，编号S3-1，结清凭证号JQ20261103-0003."""
    proves = value.receipt and not lookups.taken_back(turn.ledger, value.number)
    receipt = f"，结清凭证号{value.receipt}" if proves else ""
    return f"{taken(turn, value, facts)}，编号{value.number}{receipt}"


def taken(turn: Turn, value: Repayment, facts: AccountFacts) -> str:
    """What a bank's statement says of it, too, and what became of it: 11月3日 09:50，¥887.00，已到账."""
    at, amount = words.moment(value.at, today=facts.today), words.money(value.amount_fen)
    late = late_money.found(turn, facts, value.number) if value.state == "FAILED" else None
    state = STATES[value.state]
    if late is not None:
        state = "后来扣了款，已退给您" if late.returned else "后来扣了款，正在退给您"
    elif value.state == "SUCCEEDED" and lookups.taken_back(turn.ledger, value.number):
        state = "到账后被银行撤回"
    return f"{at}，{amount}，{state}"


def asked(turn: Turn) -> bool:
    """Whether typed words ask for a receipt or a proof of having paid."""
    return not turn.pressed and turn.intent not in OTHERS and bool(ASKED.search(turn.text))


def tell(turn: Turn) -> None:
    """The numbers with when and how much, else what is in the way of having one; then how to get a proof."""
    facts = turn.facts
    if facts is None:
        turn.say("utter_receipt_anonymous", card=cards.login())
        return
    if facts.open_charge is not None:
        decisions.say_under_way(turn, facts)
        return
    settled = facts.last_settled
    if facts.state == "CLOSED":
        say_closed(turn, facts, settled)
    elif settled is not None and not is_taken_back(turn, settled):
        say_settled(turn, facts, settled)
    elif settled is not None and facts.debts.total_fen:
        say_taken_back(turn, facts, settled)
    elif facts.debts.total_fen:
        turn.say("utter_receipt_owing", amount=words.money(facts.debts.total_fen))
    elif facts.last_repayment is not None:
        line = payment(turn, facts.last_repayment, facts)
        turn.say("utter_receipt_repaid", payment=line, today=words.day(facts.today))
    else:
        turn.say("utter_receipt_nothing", today=words.day(facts.today))
    if PROOF.search(turn.text) and not facts.debts.total_fen and turn.decision is None:
        turn.say("utter_receipt_proof")


def say_settled(turn: Turn, facts: AccountFacts, settled: Settlement) -> None:
    """The receipt of the last settling; what is owed since is told, too."""
    owed = facts.debts.total_fen
    turn.say(
        "utter_receipt_settled_owing" if owed else "utter_receipt_settled",
        card=cards.receipt(settled),
        at=words.moment(settled.settled_at or facts.now, today=facts.today),
        amount=words.money(settled.amount_fen),
        receipt=settled.receipt,
        owed=words.money(owed),
    )


def is_taken_back(turn: Turn, settled: Settlement) -> bool:
    """Whether the bank took its payment back: then its number proves nothing any more."""
    return lookups.taken_back(turn.ledger, charge_of(settled.number))


def say_taken_back(turn: Turn, facts: AccountFacts, settled: Settlement) -> None:
    """That the last settling was undone by the bank, and what is owed; its number is no proof to be shown."""
    turn.say("utter_receipt_taken_back", card=cards.debts(facts.debts), **taken_back_words(facts, settled))


def taken_back_words(facts: AccountFacts, settled: Settlement) -> dict[str, str]:
    return {
        "at": words.moment(settled.settled_at or facts.now, today=facts.today),
        "amount": words.money(settled.amount_fen),
        "settled": settled.receipt,
        "owed": words.money(facts.debts.total_fen),
    }


def say_closed(turn: Turn, facts: AccountFacts, settled: Settlement | None) -> None:
    """The receipt of the closing, with that of the settling before it when there was one."""
    if settled is None:
        card = cards.close_receipt(facts.close_receipt, facts.closed_at or facts.now)
        decisions.say_closed(turn, facts, "utter_receipt_closed", card=card)
        return
    undone = is_taken_back(turn, settled)
    decisions.say_closed(
        turn,
        facts,
        "utter_receipt_closed" if undone else "utter_receipt_settled_closed",
        "utter_receipt_closed_taken_back" if undone else "",
        card=cards.receipt(settled),
        **taken_back_words(facts, settled),
    )

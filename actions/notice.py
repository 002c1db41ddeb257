"""What is told unasked: the outcome of a checked payment, money coming back, answers of the staff."""

from __future__ import annotations

import logging
from collections.abc import Callable

from actions import cards, close, links, own, rules, settle, words
from actions.turn import Turn
from ledger import lookups, outbox, tickets

logger = logging.getLogger(__name__)


def notice(turn: Turn) -> None:
    """One bubble for what `kind` and `ref` name, read from the ledger as it stands now."""
    kind = str(turn.values.get("kind", ""))
    if kind == "link_over" or _withdrawn(turn):  # the former is for the channel, not for the customer
        turn.stay_silent()
        return
    ref = str(turn.values.get("ref", ""))
    tellers: dict[str, Callable[[Turn, str], None]] = {
        "settlement_result": settlement_result,
        "repayment_result": repayment_result,
        "debit_result": debit_result,
        "late_success": late_success,
        "payout_done": payout_done,
        "transfer_done": transfer_done,
        "chargeback": chargeback,
        "ticket_taken": ticket_taken,
        "ticket_reply": ticket_reply,
        "ticket_closed": ticket_closed,
        "ticket_late": ticket_late,
        "close_result": close_result,
        "link_made": links.link_made,
        "link_ended": links.link_ended,
    }
    if kind in tellers:
        tellers[kind](turn, ref)
    else:
        logger.error("nothing is known of notices of kind %r", kind)


def _withdrawn(turn: Turn) -> bool:
    """Whether the sender was unlinked after the notice was claimed: it may be somebody else's by now."""
    outbox_id = turn.values.get("outbox_id")
    return isinstance(outbox_id, int) and outbox.withdrawn(turn.ledger, outbox_id)


def settlement_result(turn: Turn, number: str) -> None:
    """Told even when the customer has begun something else: the decision they may look at stays open."""
    facts = turn.facts
    if facts is not None:
        decision = turn.decision
        settle.say_settlement(turn, facts, lookups.settlement(turn.ledger, number))
        turn.decision = decision


def close_result(turn: Turn, _receipt: str) -> None:
    facts = turn.facts
    if facts is not None and facts.state == "CLOSED":
        close.say_receipt(turn, facts)


def repayment_result(turn: Turn, number: str) -> None:
    facts = turn.facts
    if facts is None:
        return
    charge = lookups.charge(turn.ledger, number)
    turn.say(
        "utter_repayment_done" if charge.state == "SUCCEEDED" else "utter_repayment_failed",
        amount=words.money(charge.amount_fen),
        at=words.moment(charge.sent_at, today=facts.today),
        number=number,
        reason=words.decline_reason(charge.reason),
        owed=words.money(facts.debts.total_fen),
    )


def debit_result(turn: Turn, number: str) -> None:
    """Made, or declined with what comes next; nothing of a decline when the bill has been paid since."""
    facts = turn.facts
    if facts is None:
        return
    terms = turn.ledger.terms
    charge = lookups.charge(turn.ledger, number)
    bill = own.owed_bill(facts)
    told = {
        "amount": words.money(charge.amount_fen),
        "at": words.moment(charge.sent_at, today=facts.today),
        "number": number,
    }
    times = rules.debit_times_left(terms, bill.due_on, facts.now) if bill else ""
    if charge.state == "SUCCEEDED":
        owed = words.money(facts.debts.total_fen)
        turn.say("utter_debit_done", card_last4=facts.card_last4, owed=owed, **told)
    elif bill is not None and times:
        turn.say("utter_debit_retry", times=times, **told)
    elif bill is not None:
        turn.say("utter_debit_failed", path=terms.repay_path, **told, **own.bill_words(facts, bill))


def late_success(turn: Turn, number: str) -> None:
    charge = lookups.charge(turn.ledger, number)
    turn.say("utter_late_success", amount=words.money(charge.amount_fen), number=number)


def payout_done(turn: Turn, number: str) -> None:
    amount = words.money(lookups.payout_fen(turn.ledger, number))
    turn.say("utter_payout_done", amount=amount, number=number)


def transfer_done(turn: Turn, number: str) -> None:
    amount = words.money(lookups.payout_fen(turn.ledger, number))
    turn.say("utter_transfer_done", amount=amount, number=number)


def chargeback(turn: Turn, number: str) -> None:
    charge = lookups.charge(turn.ledger, number)
    turn.say("utter_chargeback", amount=words.money(charge.amount_fen), number=number)


def ticket_taken(turn: Turn, ref: str) -> None:
    ticket = tickets.get(turn.ledger, int(ref))
    turn.say("utter_ticket_taken", card=cards.handoff("taken", ticket.number), number=ticket.number)


def ticket_reply(turn: Turn, ref: str) -> None:
    """The words of the staff, marked as theirs."""
    ticket_id, _, message_id = ref.partition(":")
    ticket = tickets.get(turn.ledger, int(ticket_id))
    text = next(message.text for message in ticket.messages if message.id == int(message_id))
    turn.say("utter_ticket_reply", number=ticket.number, reply=_one_bubble(text))


def ticket_closed(turn: Turn, ref: str) -> None:
    ticket = tickets.get(turn.ledger, int(ref))
    turn.say("utter_ticket_closed", card=cards.handoff_ended(ticket.number, "answered"), number=ticket.number)


def ticket_late(turn: Turn, ref: str) -> None:
    ticket = tickets.get(turn.ledger, int(ref))
    at = words.moment(ticket.opened_at, today=turn.ledger.clock.now().date())
    turn.say("utter_ticket_late", number=ticket.number, at=at, hours=rules.staff_hours(turn.ledger.terms))


def _one_bubble(text: str) -> str:
    """Blank lines would split the message in Rasa's channels."""
    lines = "\n".join(line.strip() for line in text.splitlines() if line.strip())
    return lines.replace("0[", "0 [")  # Rasa 3.6 takes "0[" for a placeholder that it failed to fill


REPLIES = {"notice": notice}

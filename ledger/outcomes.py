"""What each word of the gateway does to a charge, given the state it is in. Runs inside `settlement.resolve`.

NOT_FOUND is not failure: only a decline, a cancel's answer, or the expiry that the gateway enforces is.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from ledger import (
    booking,
    bulk,
    days,
    ending,
    guards,
    journals,
    open_charges,
    outbox,
    payouts,
    tickets,
    work_items,
)
from ledger import tables as t
from ledger.gateway.interface import FINAL_FAILURES, ChargeAnswer
from ledger.work import Work

#: The gateway's clock may differ from ours; and our caller may need a moment to say what it heard.
_MARGIN = timedelta(seconds=60)
_GIVEN_UP = timedelta(seconds=2)


def take(work: Work, charge: sa.Row[Any], answer: ChargeAnswer) -> bulk.Row:
    """Act on `answer`. What was known before changes nothing. Returns what it changed of the settlement."""
    if answer.state == "REFUNDED" or (answer.state == "DECLINED" and answer.refund_number):
        payouts.finish(work, answer.refund_number, answer)
    elif charge.state in open_charges.OPEN_STATES:
        return _on_open(work, charge, answer)
    elif answer.state in ("SUCCEEDED", "CHARGED_BACK"):
        if charge.state == "FAILED":
            _late_success(work, charge, answer)
        elif answer.state == "SUCCEEDED":
            _compare(work, f"capture:{charge.number}", charge, answer)
        if answer.state == "CHARGED_BACK":
            _chargeback(work, charge, answer)
    return {}


def _compare(work: Work, event: str, charge: sa.Row[Any], answer: ChargeAnswer) -> None:
    """A word on what is booked already: with another amount, money may have moved twice. A person looks."""
    booked = journals.booked("gateway", sa.literal(event), journals.GATEWAY)
    booked_fen = abs(work.conn.execute(sa.select(booked)).scalar_one())
    if answer.amount_fen not in (0, booked_fen):
        told = {"booked_fen": booked_fen, "told_fen": answer.amount_fen, "reference": answer.reference}
        key = f"{event}:{answer.amount_fen}"
        work_items.open_in(work.conn, work.now, "amount_differs", key, {"number": charge.number, **told})


def _on_open(work: Work, charge: sa.Row[Any], answer: ChargeAnswer) -> bulk.Row:
    took_money = answer.state in ("SUCCEEDED", "CHARGED_BACK")
    # A bank may take back a part: what had come before that was the whole charge.
    part_taken_back = answer.state == "CHARGED_BACK" and 0 < answer.amount_fen < charge.amount_fen
    if took_money and (answer.amount_fen == charge.amount_fen or part_taken_back):
        settled = _succeed(work, charge, answer)
        if answer.state == "CHARGED_BACK":
            _chargeback(work, charge, answer)
        return settled
    if took_money:  # another amount than asked: nothing of ours is paid by it; a person has to look
        told = {"asked_fen": charge.amount_fen, "told_fen": answer.amount_fen, "reference": answer.reference}
        work_items.open_in(work.conn, work.now, "amount_differs", charge.number, told)
        return _not_known(work, charge, replace(answer, reason="amount_differs"))
    if answer.state in FINAL_FAILURES:
        return _fail(work, charge, answer, answer.reason or answer.state.lower())
    if answer.state == "NOT_FOUND" and work.now >= charge.expires_at + _MARGIN:
        return _fail(work, charge, answer, "expired")
    return _not_known(work, charge, answer)


def _succeed(work: Work, charge: sa.Row[Any], answer: ChargeAnswer) -> bulk.Row:
    succeeded, settled = _state(work, charge, "SUCCEEDED", answer), {}
    if charge.due_at is not None:
        booking.debit(work, charge, succeeded)
    elif charge.settlement_id is None:
        booking.repayment(work, charge, succeeded)
    else:
        settled = _settle(work, charge, succeeded)
    _pass_days(work, charge)
    _tell(work, charge)
    return settled


def _settle(work: Work, charge: sa.Row[Any], succeeded: bulk.Change) -> bulk.Row:
    receipt = f"JQ{work.today:%Y%m%d}-{charge.settlement_id:04d}"
    settled = {"state": "SETTLED", "reason": "", "settled_at": work.now, "receipt": receipt}
    booking.settlement(work, charge, succeeded, _of_settlement(charge, settled))
    if not charge.close_after:
        return settled
    closed = {"close_receipt": _finish_closing(work)}
    bulk.write(work.conn, _of_settlement(charge, closed))
    return settled | closed


def _finish_closing(work: Work) -> str:
    """Close if every guard holds again, else back to ACTIVE with everything settled."""
    work.change_account(state="ACTIVE", closing_settlement_id=None)
    account = _fresh(work).account
    return "" if guards.of(work.conn, account) else ending.close(work).receipt


def _fail(work: Work, charge: sa.Row[Any], answer: ChargeAnswer, reason: str) -> bulk.Row:
    bulk.write(work.conn, _state(work, charge, "FAILED", replace(answer, reason=reason)))
    failed = ending.fail_settlement(work, charge.settlement_id, reason)
    _pass_days(work, charge)
    work.bump_version()
    _tell(work, charge)
    return failed


def _not_known(work: Work, charge: sa.Row[Any], answer: ChargeAnswer) -> bulk.Row:
    if charge.state == "UNKNOWN" and answer.reason in ("", charge.reason):
        return {}
    changes, unknown = [_state(work, charge, "UNKNOWN", answer)], {"state": "UNKNOWN"}
    if charge.settlement_id is not None:
        changes.append(_of_settlement(charge, unknown))
    bulk.write(work.conn, *changes)
    return unknown


def _late_success(work: Work, charge: sa.Row[Any], answer: ChargeAnswer) -> None:
    """The failure stays; the money is owed back and a payout of it is opened with it."""
    if journals.exists(work.conn, "gateway", f"capture:{charge.number}"):
        return
    # A bank may take back a part: what had come before that was the whole charge.
    came_fen = charge.amount_fen if answer.state == "CHARGED_BACK" else _told_fen(charge, answer)
    booking.late_success(work, charge, came_fen)
    _tell_of(work, "late_success", charge.number)


def _chargeback(work: Work, charge: sa.Row[Any], answer: ChargeAnswer) -> None:
    """Owed again, told, and a ticket for a person; a closed account stays closed.

    A bank may take back a part only.
    """
    event = f"chargeback:{charge.number}"
    if journals.exists(work.conn, "gateway", event):
        _compare(work, event, charge, answer)
        return
    fen = _told_fen(charge, answer)
    booking.chargeback(work, charge, fen)
    tickets.open_in(
        work.conn,
        work.ledger,
        sender=None,
        customer_id=work.account.customer_id,
        kind="chargeback",
        packet={"charge": charge.number, "amount_fen": fen},
        key=event,
    )
    _tell_of(work, "chargeback", charge.number)


def _told_fen(charge: sa.Row[Any], answer: ChargeAnswer) -> int:
    """How much the gateway says it was, never more than was asked for."""
    return answer.amount_fen if 0 < answer.amount_fen < charge.amount_fen else int(charge.amount_fen)


def _tell(work: Work, charge: sa.Row[Any]) -> None:
    """Tell the result to a customer left without one: UNKNOWN, or nobody waits for the call any more.

    Whoever waits for the call of a settlement hears its answer; the customer's other senders are told. An
    automatic debit was never waited for.
    """
    if charge.due_at is not None:
        _tell_of(work, "debit_result", charge.number)
        return
    patience = timedelta(seconds=work.terms.charge_timeout_s) + _GIVEN_UP
    began = charge.sent_at or charge.created_at  # by whoever died before it was sent
    waiting = charge.state != "UNKNOWN" and work.now - began <= patience
    if charge.settlement_id is not None:
        if not waiting or charge.asked_by:
            number, but = f"S{charge.settlement_id}", charge.asked_by if waiting else ""
            _tell_of(work, "settlement_result", number, but=but)
    elif not waiting:
        _tell_of(work, "repayment_result", charge.number)


def _tell_of(work: Work, kind: outbox.OutboxKind, ref: str, but: str = "") -> None:
    outbox.put_for_customer(work.conn, work.account.customer_id, kind, ref, work.now, but)


def _of_settlement(charge: sa.Row[Any], values: bulk.Row) -> bulk.Update:
    return bulk.Update(t.settlements, ("id",), [{"id": charge.settlement_id, **values}])


def _state(work: Work, charge: sa.Row[Any], state: str, answer: ChargeAnswer) -> bulk.Update:
    """What is to be written of the charge."""
    known = {
        "id": charge.id,
        "state": state,
        "reason": "" if state == "SUCCEEDED" else answer.reason,
        "reference": answer.reference or charge.reference,
        "sent_at": charge.sent_at or work.now,
        "done_at": None if state == "UNKNOWN" else work.now,
    }
    return bulk.Update(t.charges, ("id",), [known])


def _pass_days(work: Work, charge: sa.Row[Any]) -> None:
    """The days on which the account waited for the charge: on the day of its making it was up to date.

    An automatic debit may have been what the account waited for.
    """
    if charge.due_at is not None or charge.created_at.date() < work.today:
        days.catch_up(_fresh(work))


def _fresh(work: Work) -> Work:
    """The same work with the account's row as it is now: a closing is all that changes what matters of it."""
    if work.account.closing_settlement_id is None:
        return work
    row = work.conn.execute(sa.select(t.accounts).where(t.accounts.c.id == work.account_id)).one()
    return replace(work, account=row)

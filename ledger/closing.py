"""Closing an account that owes nothing. Settling and closing at once is `settlement.confirm`."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from ledger import commands, ending, open_charges, outbox
from ledger import guards as all_guards
from ledger import tables as t
from ledger.database import Ledger
from ledger.door import checked
from ledger.errors import GuardRefused, WrongState
from ledger.model import Closing, Guard
from ledger.work import Work, find_account


@checked
def guards(ledger: Ledger, customer_id: str) -> tuple[Guard, ...]:
    """Why the account cannot be closed now; empty when it can. Raises UnknownCustomer."""
    with ledger.read() as conn:
        return all_guards.of(conn, find_account(conn, customer_id))


@checked
def close(ledger: Ledger, customer_id: str, *, key: str, asked_by: str | None = None) -> Closing:
    """Close the account; closing a closed one returns the same Closing.

    `asked_by`: the sender that hears the answer; the customer's other senders are told of it.
    Raises GuardRefused with every guard that forbids it, UnknownCustomer, IdempotencyConflict,
    ReadOnlyLedger.
    """

    def act(work: Work) -> list[str]:
        account = work.account
        if account.state == "CLOSED":
            return [account.close_receipt, account.closed_at.isoformat()]
        forbidding = all_guards.of(work.conn, account)
        if forbidding:
            raise GuardRefused(forbidding)
        closing = ending.close(work)
        if asked_by:
            outbox.put_for_customer(
                work.conn, customer_id, "close_result", closing.receipt, work.now, but=asked_by
            )
        return [closing.receipt, closing.closed_at.isoformat()]

    receipt, closed_at = commands.run(ledger, customer_id, "close", {}, act, key=key)
    return Closing(receipt, datetime.fromisoformat(closed_at).astimezone(ledger.clock.now().tzinfo))


@checked
def withdraw(ledger: Ledger, customer_id: str, *, key: str) -> None:
    """Take settling and closing back before its charge is sent: ACTIVE again, nothing is charged.

    Raises WrongState once the charge was sent, or when nothing is being closed.
    """

    def act(work: Work) -> bool:
        charge = open_charges.of_account(work.conn, work.account_id)
        if work.account.state != "CLOSING" or charge is None or charge.state != "CREATED":
            raise WrongState(state=work.account.state, charge=charge and charge.state)
        failed = {"state": "FAILED", "reason": "withdrawn", "done_at": work.now}
        work.conn.execute(sa.update(t.charges).where(t.charges.c.id == charge.id).values(**failed))
        ending.fail_settlement(work, charge.settlement_id, "withdrawn")
        return True

    commands.run(ledger, customer_id, "withdraw_closing", {}, act, key=key)

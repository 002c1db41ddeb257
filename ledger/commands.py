"""One command = one transaction: lock the account, check the key, catch up, act, keep the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ledger import days
from ledger.database import Ledger
from ledger.errors import UnknownCustomer
from ledger.work import Work, find_account, lock_account, recall, remember


def run(
    ledger: Ledger,
    customer_id: str,
    name: str,
    body: Mapping[str, Any],
    act: Callable[[Work], Any],
    *,
    key: str,
    account_id: int | None = None,
) -> Any:
    """Run a command and return its answer, a JSON value; the same key and body return the first answer again.

    `account_id` names the account where it may not be the customer's newest one. Everything that `act` raises
    leaves no trace. The account's version rises, so that quotes made before no longer match.
    Raises IdempotencyConflict, UnknownCustomer, ReadOnlyLedger.
    """
    with ledger.write() as conn:
        row = find_account(conn, customer_id, lock=True)
        if account_id is not None and account_id != row.id:
            row = lock_account(conn, account_id)
            if row.customer_id != customer_id:
                raise UnknownCustomer(customer_id=customer_id, account_id=account_id)
        known = recall(conn, customer_id, name, body, key)
        if known is not None:
            return known[0]
        work = Work(ledger, conn, row, ledger.clock.now())
        days.catch_up(work)
        answer = act(work)
        work.bump_version()
        remember(conn, customer_id, name, body, key, answer, work.now)
        return answer

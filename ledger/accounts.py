"""Opening an account. Opening again after closing makes a new one."""

from __future__ import annotations

import sqlalchemy as sa

from ledger import schedule
from ledger import tables as t
from ledger.database import Ledger
from ledger.door import checked
from ledger.errors import AccountExists, BadInput, NotVerified
from ledger.money import amount
from ledger.work import one_at_a_time, recall, remember


@checked
def open_account(
    ledger: Ledger,
    customer_id: str,
    *,
    real_name_verified: bool,
    card_last4: str | None,
    limit_fen: int,
    auto_debit: bool = False,
    key: str,
) -> int:
    """Open an account and return its id. Needs a verified real name and a bound card.

    `auto_debit`: the customer has given the order to debit the card on due days; never without asking.

    Raises NotVerified, BadInput, InvalidAmount, AccountExists (one account at a time), IdempotencyConflict.
    """
    if not real_name_verified or not card_last4:
        raise NotVerified
    if not customer_id or len(card_last4) != 4 or not card_last4.isdecimal():
        raise BadInput(customer_id=customer_id, card_last4_length=len(card_last4))
    if amount(limit_fen) > ledger.terms.credit_limit_max_fen:
        raise BadInput(limit_fen=limit_fen, most_fen=ledger.terms.credit_limit_max_fen)
    body: dict[str, object] = {"card_last4": card_last4, "limit_fen": limit_fen}
    if auto_debit:
        body["auto_debit"] = True
    now = ledger.clock.now()
    with ledger.write() as conn:
        one_at_a_time(conn, f"account of {customer_id}")
        known = recall(conn, customer_id, "open_account", body, key)
        if known is not None:
            return int(known[0])
        a = t.accounts.c
        if conn.execute(sa.select(a.id).where(a.customer_id == customer_id, a.state != "CLOSED")).first():
            raise AccountExists(customer_id=customer_id)
        new = sa.insert(t.accounts).values(
            customer_id=customer_id,
            state="ACTIVE",
            version=1,
            opened_on=now.date(),
            card_last4=card_last4,
            auto_debit=int(auto_debit),
            limit_fen=limit_fen,
            next_bill_on=schedule.next_bill_on(now.date(), ledger.terms.bill_day),
        )
        account_id = int(conn.execute(new.returning(a.id)).scalar_one())
        remember(conn, customer_id, "open_account", body, key, account_id, now)
        return account_id

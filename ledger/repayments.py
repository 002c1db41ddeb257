"""Repaying: a charge of the amount the customer chose, given to what is owed, the oldest first."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from ledger import allocation, booking, charges, commands, items, settlement
from ledger import tables as t
from ledger.database import Ledger
from ledger.door import checked
from ledger.errors import NothingOwed
from ledger.model import Repayment
from ledger.money import amount
from ledger.work import Work

_SHOWN = 3
#: Of the account given as `account_id`: its newest payments, settling included, newest first.
NEWEST: Final = (
    settlement.CHARGED.where(t.charges.c.account_id == sa.bindparam("account_id"))
    .order_by(t.charges.c.id.desc())
    .limit(_SHOWN)
)


@checked
def repay(ledger: Ledger, customer_id: str, *, amount_fen: int, key: str) -> Repayment:
    """Charge the customer's card; look at `.state`: a decline or a time-out does not raise.

    More than what is owed is credited and sent back. Raises InvalidAmount, SettlementUnderWay, NothingOwed
    (also when only periods to come are owed, which a repayment cannot pay).
    """
    amount(amount_fen)

    def act(work: Work) -> str:
        charges.refuse_if_open(work)
        owed = items.owed(work.conn, work.account_id)
        if not allocation.payable(owed, booking.due_days(work)):
            raise NothingOwed(customer_id=customer_id)
        c = t.charges.c
        earlier = sa.select(sa.func.count()).where(c.account_id == work.account_id, c.purpose == "repay")
        number = f"R{work.account_id}-{work.conn.execute(earlier).scalar_one() + 1}"
        charges.create(work, "repay", number, amount_fen)
        return number

    number = str(commands.run(ledger, customer_id, "repay", {"amount_fen": amount_fen}, act, key=key))
    answer = charges.send(ledger, number)
    if answer is not None:
        settlement.resolve(ledger, number, answer)
    with ledger.read() as conn:
        return settlement.repayment_view(conn, number)

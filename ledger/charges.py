"""Taking money from the customer, exactly once, from a gateway that may not answer.

A charge is CREATED in one transaction and SENT in the next, which commits before the gateway is called.
What the gateway says, whenever and however often, ends in `settlement.resolve`.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ledger import bulk, open_charges
from ledger import tables as t
from ledger.columns import in_full
from ledger.database import Ledger
from ledger.errors import SettlementUnderWay, UnknownCharge
from ledger.gateway.interface import ChargeAnswer, GatewayTimeout
from ledger.model import ChargePurpose
from ledger.work import Work

_log = logging.getLogger(__name__)

_C = t.charges.c
_SENT = (
    sa.update(t.charges)
    .where(_C.number == sa.bindparam("charge"), _C.state == in_full("CREATED"))
    .values(state="SENT", sent_at=sa.bindparam("at"))
    .returning(_C.settlement_id, _C.amount_fen, _C.expires_at)
)
_SETTLEMENT_SENT = (
    sa.update(t.settlements).where(t.settlements.c.id == sa.bindparam("settlement_id")).values(state="SENT")
)
#: A charge, and of a settlement's what its quote says and who asked for it.
_WITH_QUOTE = (
    sa.select(t.charges, t.quotes.c.lines, t.quotes.c.item_parts, t.quotes.c.close_after)
    .add_columns(t.settlements.c.asked_by)
    .outerjoin_from(t.charges, t.settlements, t.settlements.c.id == _C.settlement_id)
    .outerjoin(t.quotes, t.quotes.c.quote_id == t.settlements.c.quote_id)
    .where(_C.number == sa.bindparam("number"))
)
_CHARGED = (
    sa.select(t.accounts)
    .where(
        t.accounts.c.id
        == sa.select(_C.account_id).where(_C.number == sa.bindparam("number")).scalar_subquery()
    )
    .with_for_update()
)


def refuse_if_open(work: Work) -> None:
    """Raises SettlementUnderWay while the outcome of another charge is open."""
    refuse(open_charges.of_account(work.conn, work.account_id))


def refuse(charge: sa.Row[Any] | None) -> None:
    """Raises SettlementUnderWay if there is this charge, whose outcome is open."""
    if charge is not None:
        raise SettlementUnderWay(open_charges.view(charge))


def create(
    work: Work,
    purpose: ChargePurpose,
    number: str,
    amount_fen: int,
    settlement_id: int | None = None,
    due_at: datetime | None = None,
) -> None:
    """Write the charge down; see `creating`."""
    bulk.write(work.conn, creating(work, purpose, number, amount_fen, settlement_id, due_at))


def creating(
    work: Work,
    purpose: ChargePurpose,
    number: str,
    amount_fen: int,
    settlement_id: int | None = None,
    due_at: datetime | None = None,
) -> bulk.Insert:
    """What is to be written of a charge, with the moment after which the gateway may take no money for it.

    The caller has seen that no other charge of the account is open; the database would refuse a second one.
    `due_at`: of an automatic debit, the time on the due day that it is for.
    """
    new = {
        "number": number,
        "account_id": work.account_id,
        "purpose": purpose,
        "settlement_id": settlement_id,
        "amount_fen": amount_fen,
        "due_at": due_at,
        "state": "CREATED",
        "created_at": work.now,
        "expires_at": work.now + timedelta(minutes=work.terms.charge_expires_minutes),
    }
    return bulk.Insert(t.charges, [new])


def lock_account_of(conn: sa.Connection, number: str) -> sa.Row[Any]:
    """The account of that charge, locked. Raises UnknownCharge."""
    account = conn.execute(_CHARGED, {"number": number}).first()
    if account is None:
        raise UnknownCharge(number=number)
    return account


def with_quote(conn: sa.Connection, number: str) -> sa.Row[Any]:
    """The charge of a locked account; of a settlement's also its quote's `lines`, `item_parts` and
    `close_after`, and `asked_by`."""
    return conn.execute(_WITH_QUOTE, {"number": number}).one()


def send(ledger: Ledger, number: str) -> ChargeAnswer | None:
    """Commit SENT, then call the gateway; what it said, or None when somebody else has sent it already.

    No answer in time, or a failure of the call itself, is PROCESSING: nothing is known of the money.
    """
    with ledger.write() as conn:
        account = lock_account_of(conn, number)
        charge = conn.execute(_SENT, {"charge": number, "at": ledger.clock.now()}).first()
        if charge is None:
            return None
        if charge.settlement_id is not None:
            conn.execute(_SETTLEMENT_SENT, {"settlement_id": charge.settlement_id})
    try:
        return ledger.gateway.charge(
            number,
            charge.amount_fen,
            account.customer_id,
            charge.expires_at,
            float(ledger.terms.charge_timeout_s),
        )
    except GatewayTimeout:
        return ChargeAnswer(number, "PROCESSING", reason="timeout")
    except Exception:
        _log.exception("the call to the gateway failed: %s", number)
        return ChargeAnswer(number, "PROCESSING", reason="call_failed")

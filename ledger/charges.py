"""Taking money from the customer, exactly once, from a gateway that may not answer.

A charge is CREATED in one transaction and SENT in the next, which commits before the gateway is called.
What the gateway says, whenever and however often, ends in `settlement.resolve`.
"""

from __future__ import annotations

import logging
from collections import namedtuple
from datetime import datetime, timedelta
from typing import Any, Final

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
    .returning(
        *(_C.settlement_id, _C.amount_fen, _C.expires_at),
        sa.select(t.accounts.c.customer_id)
        .where(t.accounts.c.id == _C.account_id)
        .scalar_subquery()
        .label("customer_id"),
    )
)
_SETTLEMENT_SENT = (
    sa.update(t.settlements).where(t.settlements.c.id == sa.bindparam("settlement_id")).values(state="SENT")
)
_SENT_NOW = _SENT.cte("sent")
#: Both in one round trip; SQLite has neither those nor a way to say it.
_BOTH_SENT = sa.select(_SENT_NOW).add_cte(
    sa.update(t.settlements)
    .where(t.settlements.c.id == _SENT_NOW.c.settlement_id)
    .values(state="SENT")
    .returning(t.settlements.c.id)
    .cte("settlement_sent")
)
_OF_CHARGE: Final = (
    *t.charges.c,
    *(t.quotes.c[name] for name in ("lines", "item_parts", "close_after")),
    t.settlements.c.asked_by,
)
#: A charge with its account, and of a settlement's what its quote says and the settlement itself. The first
#: two are locked, the account first: who had to wait for one sees both as they are then. A quote never
#: changes; the settlement is as it was before the wait.
_LOCKED: Final = (
    sa.select(*t.accounts.c, *_OF_CHARGE, *t.settlements.c)
    .select_from(
        t.accounts.join(t.charges, t.accounts.c.id == _C.account_id)
        .outerjoin(t.settlements, t.settlements.c.id == _C.settlement_id)
        .outerjoin(t.quotes, t.quotes.c.quote_id == t.settlements.c.quote_id)
    )
    .where(_C.number == sa.bindparam("number"))
    .with_for_update(of=[t.accounts, t.charges])
)
_Account: Any = namedtuple("_Account", [each.name for each in t.accounts.c])  # type: ignore[misc]
_Charge: Any = namedtuple("_Charge", [each.name for each in _OF_CHARGE])  # type: ignore[misc]
_Settlement: Any = namedtuple("_Settlement", [each.name for each in t.settlements.c])  # type: ignore[misc]


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


def lock(conn: sa.Connection, number: str) -> tuple[Any, Any, Any]:
    """The charge's account and the charge, both locked; of a settlement's charge also its quote's `lines`,
    `item_parts` and `close_after`, and `asked_by`. Last the settlement, whose state another may have changed
    in the meantime. Raises UnknownCharge."""
    row = conn.execute(_LOCKED, {"number": number}).first()
    if row is None:
        raise UnknownCharge(number=number)
    of_account, of_charge = len(t.accounts.c), len(_OF_CHARGE)
    account, charge = row[:of_account], row[of_account : of_account + of_charge]
    return _Account(*account), _Charge(*charge), _Settlement(*row[of_account + of_charge :])


def send(ledger: Ledger, number: str) -> ChargeAnswer | None:
    """Commit SENT, then call the gateway; what it said, or None when somebody else has sent it already.

    The charge's row is all that two senders can meet on: nothing else of the account is read or changed.
    No answer in time, or a failure of the call itself, is PROCESSING: nothing is known of the money.
    """
    with ledger.write() as conn:
        charge = _mark_sent(conn, number, ledger.clock.now())
    if charge is None:
        return None
    try:
        return ledger.gateway.charge(
            number,
            charge.amount_fen,
            charge.customer_id,
            charge.expires_at,
            float(ledger.terms.charge_timeout_s),
        )
    except GatewayTimeout:
        return ChargeAnswer(number, "PROCESSING", reason="timeout")
    except Exception:
        _log.exception("the call to the gateway failed: %s", number)
        return ChargeAnswer(number, "PROCESSING", reason="call_failed")


def _mark_sent(conn: sa.Connection, number: str, at: datetime) -> sa.Row[Any] | None:
    """The charge and its settlement are SENT now: None when the charge was not CREATED any more."""
    if conn.dialect.name == "postgresql":
        return conn.execute(_BOTH_SENT, {"charge": number, "at": at}).first()
    charge = conn.execute(_SENT, {"charge": number, "at": at}).first()
    if charge is not None and charge.settlement_id is not None:
        conn.execute(_SETTLEMENT_SENT, {"settlement_id": charge.settlement_id})
    return charge

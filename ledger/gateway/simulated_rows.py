"""Single rows of the simulated gateway's database, and what they say."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ledger.gateway import simulated_tables as t
from ledger.gateway.interface import AnswerState, ChargeAnswer

EVERYONE = ""  # the customer of a mode that is set for all


_CHARGE = sa.select(t.charges).where(t.charges.c.number == sa.bindparam("number"))
_DUE = sa.select(t.charges).where(t.charges.c.then_at <= sa.bindparam("now")).order_by(t.charges.c.then_at)
_MODES = sa.select(t.modes.c.customer_id, t.modes.c.mode).where(
    t.modes.c.customer_id.in_((sa.bindparam("customer_id"), EVERYONE))
)


def find(conn: sa.Connection, number: str) -> Any:
    return conn.execute(_CHARGE, {"number": number}).first()


def due(conn: sa.Connection, now: datetime) -> list[Any]:
    """The charges of which something has been to happen by now, in that order."""
    return list(conn.execute(_DUE, {"now": now}))


def why_not_refund(conn: sa.Connection, number: str, amount_fen: int) -> str:
    charge = find(conn, number)
    if charge is None or charge.state != "SUCCEEDED":
        return "not_charged"
    sent = sa.select(t.refunds.c.amount_fen).where(t.refunds.c.number == number)
    left_fen = charge.amount_fen - sum(conn.scalars(sent))
    return "" if 0 < amount_fen <= left_fen else "more_than_charged"


def change(conn: sa.Connection, number: str, **values: Any) -> None:
    conn.execute(sa.update(t.charges).where(t.charges.c.number == number).values(**values))


def mode_of(conn: sa.Connection, customer_id: str) -> str:
    set_for = dict(conn.execute(_MODES, {"customer_id": customer_id}).all())
    return set_for.get(customer_id) or set_for.get(EVERYONE) or "succeed"


def told(row: Any) -> ChargeAnswer:
    """A notification's row as the answer it tells."""
    if row.told != "REFUNDED":
        return answer_of(row, row.told, notification_id=row.id)
    reference = f"GR-{row.refund_number}"
    return ChargeAnswer(row.number, "REFUNDED", reference, row.sent_fen, "", row.id, row.refund_number)


def answer_of(row: Any, state: AnswerState | None = None, notification_id: int | None = None) -> ChargeAnswer:
    shown = state or row.state
    if shown == "NOT_FOUND":
        return ChargeAnswer(row.number, "NOT_FOUND")
    reference = "" if shown == "PROCESSING" else f"GC-{row.number}"
    return ChargeAnswer(row.number, shown, reference, row.amount_fen, row.reason, notification_id)

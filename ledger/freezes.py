"""Freezes beside the account's state, and the customer's application to lift one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from ledger import commands, freezes_in_force
from ledger import tables as t
from ledger.database import Ledger
from ledger.door import checked
from ledger.errors import AccountClosed, BadInput, NothingToUnfreeze, UnfreezeTooEarly, WrongState
from ledger.model import FreezeKind, UnfreezeApplication
from ledger.work import Work

_A = t.applications.c
_APPLICATIONS = sa.select(_A.number, _A.freeze_id, t.freezes.c.kind, _A.at, _A.state).join_from(
    t.applications, t.freezes
)
_NUMBERED = _APPLICATIONS.where(_A.number == sa.bindparam("number"))
#: Of the account given as `account_id`: its applications, newest first, as `UnfreezeApplication`s.
APPLICATIONS = _APPLICATIONS.where(_A.account_id == sa.bindparam("account_id")).order_by(_A.id.desc())


@checked
def place(ledger: Ledger, customer_id: str, kind: FreezeKind, evidence: dict[str, Any], *, key: str) -> int:
    """Freeze use, with the evidence that a customer may be told; returns the freeze's id.

    One of a kind at a time: placing it again returns the one in force. The overdue freeze comes of lateness
    alone. Raises AccountClosed, BadInput.
    """
    if kind not in ("risk", "bureau", "dispute", "fraud", "customer"):
        raise BadInput(kind=kind)

    def act(work: Work) -> int:
        if work.account.state == "CLOSED":
            raise AccountClosed(customer_id=customer_id)
        old = freezes_in_force.of_kind(work.conn, work.account_id, kind)
        if old is not None:
            return int(old.id)
        new = sa.insert(t.freezes).values(
            account_id=work.account_id, kind=kind, placed_at=work.now, evidence=evidence
        )
        return int(work.conn.execute(new.returning(t.freezes.c.id)).scalar_one())

    body = {"kind": kind, "evidence": evidence}
    return int(commands.run(ledger, customer_id, "place_freeze", body, act, key=key))


@checked
def lift(ledger: Ledger, customer_id: str, kind: FreezeKind, *, key: str, reason: str = "granted") -> int:
    """Lift a freeze; a filed application for it becomes GRANTED. Returns the freeze's id.

    Raises WrongState when there is none of this kind.
    """

    def act(work: Work) -> int:
        old = freezes_in_force.of_kind(work.conn, work.account_id, kind)
        if old is None:
            raise WrongState(kind=kind, reason="not_frozen")
        where = t.freezes.c.id == old.id
        lifted = {"lifted_at": work.now, "lift_reason": reason}
        work.conn.execute(sa.update(t.freezes).where(where).values(**lifted))
        filed = (t.applications.c.freeze_id == old.id) & (t.applications.c.state == "FILED")
        work.conn.execute(sa.update(t.applications).where(filed).values(state="GRANTED"))
        return int(old.id)

    return int(
        commands.run(ledger, customer_id, "lift_freeze", {"kind": kind, "reason": reason}, act, key=key)
    )


@checked
def apply_unfreeze(ledger: Ledger, customer_id: str, *, key: str) -> UnfreezeApplication:
    """File the customer's application; what comes of it is an assessment.

    For lateness: 60 days after clearing. For a risk freeze: at any time. The others are not lifted on
    application. Applying again returns the application already filed. Raises UnfreezeTooEarly,
    NothingToUnfreeze.
    """

    def act(work: Work) -> str:
        freeze = _to_apply_for(work)
        a = t.applications.c
        filed = sa.select(a.number).where(a.freeze_id == freeze.id, a.state == "FILED")
        earlier = work.conn.execute(filed).scalar_one_or_none()
        if earlier is not None:
            return str(earlier)
        count = sa.select(sa.func.count()).where(a.freeze_id == freeze.id)
        nth = work.conn.execute(count).scalar_one() + 1
        number = f"J{work.today:%Y%m%d}-{freeze.id:04d}" + (f"-{nth}" if nth > 1 else "")
        new = {"number": number, "freeze_id": freeze.id, "at": work.now, "state": "FILED"}
        work.conn.execute(sa.insert(t.applications).values(account_id=work.account_id, **new))
        return number

    number = commands.run(ledger, customer_id, "apply_unfreeze", {}, act, key=key)
    with ledger.read() as conn:
        return UnfreezeApplication(*conn.execute(_NUMBERED, {"number": number}).one())


@checked
def refuse_application(ledger: Ledger, customer_id: str, *, number: str, key: str) -> str:
    """The assessment said no: the freeze stays, and the customer may apply again. Returns the number.

    Raises WrongState unless an application of that number is filed.
    """

    def act(work: Work) -> str:
        a = t.applications.c
        filed = (a.number == number) & (a.account_id == work.account_id) & (a.state == "FILED")
        if not work.conn.execute(sa.update(t.applications).where(filed).values(state="REFUSED")).rowcount:
            raise WrongState(number=number, reason="not_filed")
        return number

    return str(commands.run(ledger, customer_id, "refuse_application", {"number": number}, act, key=key))


def unfreeze_from(freeze: sa.Row[Any], wait_days: int) -> date | None:
    """The first day on which the customer may apply; None while something overdue is unpaid."""
    if freeze.kind != "overdue":
        return freeze.placed_at.date()
    return None if freeze.cleared_on is None else freeze.cleared_on + timedelta(days=wait_days)


def _to_apply_for(work: Work) -> sa.Row[Any]:
    frozen = freezes_in_force.of_account(work.conn, work.account_id)
    may = [freeze for freeze in frozen if freeze.kind in ("overdue", "risk")]
    if not may:
        raise NothingToUnfreeze(customer_id=work.account.customer_id)
    wait = work.terms.unfreeze_wait_days
    dates = [(freeze, unfreeze_from(freeze, wait)) for freeze in may]
    for freeze, day in dates:
        if day is not None and day <= work.today:
            return freeze
    raise UnfreezeTooEarly(next((day for _, day in dates if day), None))

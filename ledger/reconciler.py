"""Finds out what became of charges nobody got an answer for, and hears what the gateway says unasked.

A charge is asked about every 3–6 s in its first minute, then after 5 min, after 1 h, and daily. NOT_FOUND is
not failure: the charge may still be on its way, so it is cancelled first, and only the cancel's answer, or
the expiry that the gateway enforces, ends it. Two processes may run this at once: each question is claimed in
the database before it is asked, and every answer goes through the same idempotent `settlement.resolve`.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from ledger import bulk, hearing, payouts, settlement
from ledger import support_tables as st
from ledger import tables as t
from ledger.database import Ledger
from ledger.gateway.interface import ChargeAnswer, GatewayTimeout
from ledger.open_charges import is_open

logger = logging.getLogger(__name__)

_FIRST_AFTER = timedelta(seconds=3)
#: After the first minute: until a charge is this old, it is asked about again after that.
_SCHEDULE = ((timedelta(minutes=5), timedelta(minutes=5)), (timedelta(hours=1), timedelta(hours=1)))
_AT_FIRST = timedelta(seconds=60)
_AT_LAST = timedelta(days=1)


def run_once(ledger: Ledger) -> int:
    """One round; how many charges and payouts it dealt with.

    One that fails does not hold up the others; the first failure is raised when the round is over.
    """
    errors: list[Exception] = []
    done = _each(ledger, [_hear_all], lambda ledger, hear: hear(ledger, errors), errors)
    done += _each(ledger, _due_charges(ledger), _ask, errors)
    done += _each(ledger, payouts.due(ledger), payouts.send, errors)
    if errors:
        raise errors[0]
    return done


def count_open(ledger: Ledger) -> int:
    """How many charges and payouts have no outcome yet, whether or not it is time to ask about them."""
    open_charges = sa.select(sa.func.count()).where(is_open())
    open_payouts = sa.select(sa.func.count()).where(t.payouts.c.state == sa.literal_column("'OPEN'"))
    with ledger.read() as conn:
        return int(conn.execute(open_charges).scalar_one()) + int(conn.execute(open_payouts).scalar_one())


def _each(
    ledger: Ledger, things: list[Any], deal_with: Callable[[Ledger, Any], int], errors: list[Exception]
) -> int:
    done = 0
    for thing in things:
        try:
            done += deal_with(ledger, thing)
        except GatewayTimeout:
            continue  # it stays due
        except Exception as error:
            errors.append(error)
    return done


def _hear_all(ledger: Ledger, errors: list[Exception]) -> int:
    return _each(ledger, ledger.gateway.notifications(), _hear, errors)


def _hear(ledger: Ledger, answer: ChargeAnswer) -> bool:
    if hearing.hear(ledger, answer) == "work_item":
        logger.error("the gateway told of what is not ours: %s %s", answer.number, answer.state)
    if answer.notification_id is not None:
        ledger.gateway.acknowledge([answer.notification_id])
    return True


def _ask(ledger: Ledger, charge: Any) -> bool:
    if not _claim(ledger, charge):
        return False
    answer = ledger.gateway.query(charge.number)
    if answer.state == "NOT_FOUND":
        answer = ledger.gateway.cancel(charge.number)
    settlement.resolve(ledger, charge.number, answer)
    return True


def _due_charges(ledger: Ledger) -> list[Any]:
    """Open charges whose next question is due, the oldest first.

    One that is CREATED or SENT may have a call waiting for the answer, so it is left alone for longer.
    """
    now = ledger.clock.now()
    patience = timedelta(seconds=ledger.terms.charge_timeout_s) + _FIRST_AFTER
    given = {"now": now, "unknown_since": now - _FIRST_AFTER, "waiting_since": now - patience}
    with ledger.read() as conn:
        return list(conn.execute(_due(), given))


@lru_cache(maxsize=1)
def _due() -> sa.Select[Any]:
    """Built once: it is asked every few seconds."""
    c, k = t.charges.c, st.charge_checks.c
    since = sa.func.coalesce(c.sent_at, c.created_at)
    never_asked = k.next_at.is_(None) & sa.case(
        (c.state == "UNKNOWN", since <= sa.bindparam("unknown_since")),
        else_=since <= sa.bindparam("waiting_since"),
    )
    return (
        sa.select(c.number, since.label("since"))
        .select_from(t.charges.outerjoin(st.charge_checks, k.number == c.number))
        .where(is_open() & (never_asked | (k.next_at <= sa.bindparam("now"))))
        .order_by(c.id)
    )


def _claim(ledger: Ledger, charge: Any) -> bool:
    """Whether the question is ours to ask: nobody else has taken it since we saw that it was due."""
    now = ledger.clock.now()
    asked = {"number": charge.number, "next_at": _next_at(charge.since, now), "checks": 1}
    with ledger.write() as conn:
        new = bulk.upsert(conn, st.charge_checks).values(**asked)
        claim = new.on_conflict_do_update(
            index_elements=["number"],
            set_={"next_at": new.excluded.next_at, "checks": st.charge_checks.c.checks + 1},
            where=st.charge_checks.c.next_at <= now,
        )
        return conn.execute(claim.returning(st.charge_checks.c.number)).first() is not None


def _next_at(since: datetime, now: datetime) -> datetime:
    if now - since < _AT_FIRST:
        return now + timedelta(seconds=random.uniform(3, 6))
    for age, pause in _SCHEDULE:
        if now - since < age:
            return now + pause
    return now + _AT_LAST

"""What happens by the calendar: bills on the bill day, penalties, interest and ended holds every day."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa

from ledger import bills, penalties
from ledger import support_tables as t
from ledger.database import Ledger

_DAILY = "daily"


def run_days(ledger: Ledger, from_date: date, to_date: date) -> None:
    """The jobs of every day after `from_date` up to `to_date`; running a day again changes nothing.

    A month is closed on its bill day. Penalties and interest depend on dates and balances alone, so that one
    run makes up for the days before it.
    """
    day = from_date
    while day < to_date:
        day += timedelta(days=1)
        if day.day == ledger.terms.bill_day:
            bills.close_month(ledger, month_before(day))
    penalties.run(ledger)


def catch_up(ledger: Ledger) -> int:
    """The jobs of all days since this last ran, to the clock's today; how many days that were.

    Safe to call at any time and in several processes; after a stop of weeks no bill day is missed.
    """
    today = ledger.clock.now().date()
    where = t.job_days.c.job == _DAILY
    with ledger.read() as conn:
        done_text = conn.scalar(sa.select(t.job_days.c.day).where(where))
    done = date.fromisoformat(done_text) if done_text else _before_last_bill_day(today, ledger.terms.bill_day)
    if done >= today:
        return 0
    run_days(ledger, done, today)
    with ledger.write() as conn:
        if not conn.execute(sa.update(t.job_days).where(where).values(day=today.isoformat())).rowcount:
            conn.execute(sa.insert(t.job_days).values(job=_DAILY, day=today.isoformat()))
    return (today - done).days


def month_before(day: date) -> str:
    """The month before that of `day`, "2026-10"."""
    return f"{day.replace(day=1) - timedelta(days=1):%Y-%m}"


def _before_last_bill_day(today: date, bill_day: int) -> date:
    last = today if today.day >= bill_day else today.replace(day=1) - timedelta(days=1)
    return last.replace(day=bill_day) - timedelta(days=1)

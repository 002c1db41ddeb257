"""What time brings by itself, in one call: days that passed, automatic debits, the paying of merchants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from ledger import debit_slots, debits, merchants, penalties
from ledger.database import Ledger
from ledger.terms import Rules


def run(ledger: Ledger) -> int:
    """Idempotent and resumable, at any time and as often as one likes. Returns how much was done.

    One job that fails does not hold up the others; the first failure is raised at the end.
    """
    jobs: tuple[Callable[[Ledger], int], ...] = (penalties.run, debits.run, merchants.run)
    errors: list[Exception] = []
    count = 0
    for job in jobs:
        try:
            count += job(ledger)
        except Exception as error:
            errors.append(error)
    if errors:
        raise errors[0]
    return count


def times_between(rules: Rules, start: datetime, end: datetime) -> Iterator[datetime]:
    """The instants after `start` and before `end` at which a debit is tried, for a clock that jumps."""
    day = start.date()
    while day <= end.date():
        if day.day == rules.at(day).due_day:
            yield from (slot for slot in debit_slots.of_day(rules, day) if start < slot < end)
        day += timedelta(days=1)

"""What happens in a world by itself: time, the gateway's weather, jobs, messages that come again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from ledger import bills, debits, hearing, merchants, penalties, reconciler
from ledger.clock import SHANGHAI

if TYPE_CHECKING:
    from simulation.step import Step


def days(step: Step) -> Any:
    """Time passes: some days, or to the border of a bill day, a due day or a change of the terms."""
    clock, dice = step.world.clock, step.dice
    if dice.random() < 0.1:
        changes = (version.since for version in step.world.rules.versions)
        next_one = min((day for day in changes if day > clock.now().date()), default=None)
        if next_one is not None and dice.random() < 0.8:
            day = next_one - timedelta(days=dice.choice([0, 1, 3]))
            step.world.wait_until(datetime.combine(day, time(9), SHANGHAI))
            return
    if dice.random() < 0.3:
        day = clock.now().date() + timedelta(days=1)
        while day.day not in (1, 2, 3, 6, 7, 10, 11):
            day += timedelta(days=1)
        at = dice.choice([time(0, 0), time(21, 59), time(22, 0), time(22, 1), time(23, 59, 30)])
        clock.set(datetime.combine(day, at, SHANGHAI))
    else:
        clock.advance(timedelta(days=dice.choice([1] * 6 + [2] * 3 + [3, 5, 9, 14, 31, 65])))


def seconds(step: Step) -> Any:
    step.world.clock.advance(
        timedelta(seconds=step.dice.choice([1, 3, 5, 8, 12, 60, 300, 1000, 1900, 4000, 20_000]))
    )


def weather(step: Step) -> Any:
    """How often the gateway fails from now on."""
    step.world.weather = step.dice.choice([0.0, 0.05, 0.2, 0.5, 0.9])
    return step.world.weather


def reconcile(step: Step) -> Any:
    return reconciler.run_once(step.ledger)


def run_penalties(step: Step) -> Any:
    return penalties.run(step.ledger)


def debit(step: Step) -> Any:
    """Automatic debits whose time has come, or went by."""
    return debits.run(step.ledger)


def pay_merchants(step: Step) -> Any:
    """For the days that are over."""
    return merchants.run(step.ledger)


def close_month(step: Step) -> Any:
    """Mostly the last one; one that is not over is refused."""
    first = step.world.clock.now().date().replace(day=1)
    day = first if step.dice.random() < 0.1 else first - timedelta(days=1)
    return bills.close_month(step.ledger, f"{day:%Y-%m}")


def hear_again(step: Step) -> Any:
    """Something that the gateway said long ago comes once more."""
    if not step.world.gateway.said:
        return None
    answer = step.dice.choice(step.world.gateway.said)
    hearing.hear(step.ledger, answer)
    return answer.number, answer.state


def resume(step: Step) -> Any:
    """A process that was held up goes on, and may crash now."""
    crash_after = step.dice.randint(1, 6) if step.dice.random() < 0.2 else None
    step.world.resume_one(step.dice, crash_after)


#: These move the world, not the ledger: nothing in them can crash or be held up.
NO_COMMAND = (days, seconds, weather, resume)
#: How often each happens, beside what customers do.
HAPPENINGS: tuple[tuple[float, Callable[[Step], Any]], ...] = (
    (11, days), (12, seconds), (3, weather), (14, reconcile), (3, run_penalties), (2, close_month),
    (4, hear_again), (4, resume),
    (4, debit), (3, pay_merchants),
)  # fmt: skip

"""What may be switched while the demo runs: how the gateway answers, and what time it is."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from ledger import Ledger, jobs, reconciler
from ledger.clock import DemoClock
from ledger.errors import BadInput
from ledger.gateway.simulated import SimulatedGateway

#: What a person may switch to; `hold` is for the seed alone.
MODES = ("succeed", "decline", "timeout", "late", "chargeback")
ADVANCES = re.compile(r"([1-9][0-9]{0,2})(min|[hdm])")
_FARTHEST = timedelta(days=400)
MOST = {"d": _FARTHEST.days, "m": 13}  # of these units


def set_gateway_mode(ledger: Ledger, mode: str, customer_id: str | None = None) -> None:
    """How the simulated gateway answers, for one customer or everyone. Raises BadInput(mode=…)."""
    if mode not in MODES or not isinstance(ledger.gateway, SimulatedGateway):
        raise BadInput(mode=mode, modes=MODES)
    ledger.gateway.set_mode(mode, customer_id)


def gateway_mode(ledger: Ledger, customer_id: str) -> str:
    """How the simulated gateway answers for a customer now; one of MODES, or `hold` as the seed left it."""
    return ledger.gateway.mode_of(customer_id) if isinstance(ledger.gateway, SimulatedGateway) else ""


def advance_clock(ledger: Ledger, by: str) -> datetime:
    """Move the demo's clock by "16min", "12h", "1d" or "1m" (a month), and run the jobs.

    They make up for every day that passed: bills, penalties and freezes get the dates they would have had.
    On due days the clock stops at the times of automatic debit, and asks what became of the debit before.
    Answers with the new time. Raises BadInput(advance=…) for anything else, or more than 400 days,
    ReadOnlyLedger.
    """
    asked = ADVANCES.fullmatch(by)
    clock = ledger.clock
    if asked is None or not isinstance(clock, DemoClock):
        raise BadInput(advance=by)
    with ledger.write():
        pass  # a ledger that cannot be written to stays at its time
    started = clock.now()
    goal = _later(started, int(asked[1]), asked[2])
    if goal - started > _FARTHEST:
        raise BadInput(advance=by, most_days=_FARTHEST.days)
    for at in [*jobs.times_between(ledger.rules, started, goal), goal]:
        clock.set(at)
        reconciler.run_once(ledger)
        jobs.run(ledger)
    return clock.now()


def _later(start: datetime, number: int, unit: str) -> datetime:
    """Minutes, hours, days, or months to the same day of the month, or its last day where it is shorter."""
    if unit == "min":
        return start + timedelta(minutes=number)
    if unit == "h":
        return start + timedelta(hours=number)
    if unit == "d":
        return start + timedelta(days=number)
    years, month = divmod(start.month - 1 + number, 12)
    day = start.day
    while True:
        try:
            return start.replace(year=start.year + years, month=month + 1, day=day)
        except ValueError:
            day -= 1

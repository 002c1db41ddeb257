"""What the service does unasked: ask about open charges, run the day's jobs, watch promised answers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from sanic import Sanic

from actions import day_jobs, errors
from ledger import Ledger, reconciler, tickets

logger = logging.getLogger(__name__)

RECONCILE_S = 1.0
SLA_S = 15.0
DAY_S = 30.0


def add_tasks(app: Sanic, ledger: Ledger) -> None:
    """Starts with the server; Sanic cancels the tasks when it stops."""

    async def start(app: Sanic) -> None:
        app.add_task(_every(RECONCILE_S, "reconciler", lambda: reconciler.run_once(ledger)))
        app.add_task(_every(SLA_S, "ticket promises", lambda: tickets.tell_late(ledger)))
        app.add_task(_every(DAY_S, "day jobs", _daily(ledger)))

    app.register_listener(start, "after_server_start")


def _daily(ledger: Ledger) -> Callable[[], object]:
    """Runs the jobs on the first call and whenever the ledger's date has changed since."""
    done: list[object] = [None]

    def tick() -> None:
        today = ledger.clock.now().date()
        if done[0] != today:
            day_jobs.run(ledger)
            done[0] = today

    return tick


async def _every(pause_s: float, name: str, work: Callable[[], object]) -> None:
    """A failed round is logged under a reference and tried again; only the first of a row is logged."""
    failing = False
    while True:
        try:
            await asyncio.to_thread(work)
            failing = False
        except Exception as error:
            if not failing:
                errors.log_failure(errors.new_reference(), name, error)
            failing = True
        await asyncio.sleep(pause_s)

"""What the service does unasked: ask about open charges, run the day's jobs, watch promised answers, seal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

import structlog
from sanic import Sanic

from actions import errors, metrics
from ledger import Ledger, jobs, reconciler, seals, tickets

RECONCILE_S = 1.0
SLA_S = 15.0
DAY_S = 30.0
SEAL_S = 60.0


def add_tasks(app: Sanic, ledger: Ledger, seals_file: Path | None = None) -> None:
    """Starts with the server; Sanic cancels the tasks when it stops. Seals are exported to `seals_file`."""

    async def start(app: Sanic) -> None:
        app.add_task(_every(RECONCILE_S, "reconciler", partial(reconciler.run_once, ledger)))
        app.add_task(_every(SLA_S, "ticket promises", partial(tickets.tell_late, ledger)))
        app.add_task(_every(DAY_S, "day jobs", partial(jobs.run, ledger)))
        sealing = partial(seals.export, path=seals_file) if seals_file else seals.seal
        app.add_task(_every(SEAL_S, "seals", partial(sealing, ledger)))

    app.register_listener(start, "after_server_start")


async def _every(pause_s: float, name: str, work: Callable[[], object]) -> None:
    """A failed round is logged under a reference and tried again; only the first of a row is logged."""
    failing, counted = False, metrics.service()
    structlog.contextvars.bind_contextvars(task=name)
    while True:
        try:
            await asyncio.to_thread(work)
            failing = False
            counted.tasks.labels(name, "done").inc()
            counted.task_done.labels(name).set_to_current_time()
        except Exception as error:
            counted.tasks.labels(name, "failed").inc()
            if not failing:
                errors.log_failure(errors.new_reference(), name, error)
            failing = True
        await asyncio.sleep(pause_s)

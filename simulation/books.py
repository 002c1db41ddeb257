"""What keeps the books honest, done at random and at the end: seals, statements, settlement files."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledger import reconciliation, seals
from ledger import statement as statements
from ledger.clock import SHANGHAI
from ledger.database import Ledger
from simulation.violations import expect, expect_equal

if TYPE_CHECKING:
    from simulation.step import Step
    from simulation.world import World

_FILES_AT_ONCE = 8


def seal(step: Step) -> Any:
    """Afterwards no head is left without a seal."""
    pauses = step.world.control.pauses
    count = seals.seal(step.ledger)
    if step.world.control.pauses == pauses:
        step.world.look()
        step.world.invariants.expect_sealed()
    return count


def statement(step: Step) -> Any:
    """Of one of the last months that are over: once seen, it stays as it is for ever."""
    first = step.world.clock.now().date().replace(day=1)
    for _ in range(step.dice.randint(1, 4)):
        first = (first - timedelta(days=1)).replace(day=1)
    expect_same_statement(step.world, step.ledger, step.who, f"{first:%Y-%m}")
    return f"{first:%Y-%m}"


def expect_same_statement(world: World, ledger: Ledger, who: str, month: str) -> None:
    """Raises Violation when it is not the same bytes as it was."""
    text = statements.statement(ledger, who, month)
    digest = hashlib.sha256(text.encode()).hexdigest()
    expect_equal(
        digest, world.statements.setdefault((who, month), digest), "a month's statement stays", who, month
    )


def read_settlement_files(step: Step) -> Any:
    """Of the days that are over, the oldest first; one whose reading was cut short is read again."""
    world, files = step.world, step.world.files
    today = world.clock.now().astimezone(SHANGHAI).date()
    files.write(world.gateway.movements(), today, world.invariants.gateway, step.dice)
    reports = []
    for _ in range(_FILES_AT_ONCE):
        if not files.unread:
            break
        reports.append(read_next_file(world, step.ledger))
        if step.dice.random() < 0.2:
            break
    return reports


def read_next_file(world: World, ledger: Ledger) -> list[int]:
    """Matched, missing, extra, another amount. Raises Violation where it should have found others."""
    file, pauses = world.files.unread[0], world.control.pauses
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as written:
        written.write(file.text)
        written.flush()
        report = reconciliation.reconcile(ledger, Path(written.name))
    found = [report.matched, report.missing, report.extra, report.differs]
    world.look()
    want = world.files.expected(file, world.invariants.gateway, world.invariants.booked_on)
    if world.control.pauses == pauses:
        expect_equal(found, want, "what a settlement file says of the books", file.day)
    world.files.read(file)
    return found


def expect_export_agrees(world: World) -> None:
    """The export has every seal and agrees with the journals; a second one adds nothing."""
    ledger = world.processes[0]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "seals"
        expect_equal(seals.export(ledger, path), world.invariants.seals, "every seal is exported")
        expect_equal(seals.export(ledger, path), 0, "a seal is exported once")
        with ledger.read() as conn:
            expect(not list(seals.violations_of_export(conn, path)), "the export agrees with the journals")


#: How often each happens, beside what customers and staff do.
BOOKS: tuple[tuple[float, Callable[[Step], Any]], ...] = (
    (0.7, seal), (1, statement), (1.5, read_settlement_files),
)  # fmt: skip

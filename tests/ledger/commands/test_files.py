"""`reconcile`: a day's settlement file against the books."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from ledger.gateway import settlement_file
from tests.ledger.commands.conftest import Run
from tests.ledger.customer import Customer


def test_reconcile_says_that_a_file_agrees(run: Run, file: Path) -> None:
    done = run("reconcile", str(file))
    assert done.status == 0
    assert (done.told["matched"], done.told["missing"], done.told["agrees"]) == (1, 0, True)


def test_reconcile_files_what_differs_once(run: Run, file: Path) -> None:
    moved = next(settlement_file.movements(file))
    file.write_text(settlement_file.write(date(2026, 11, 3), []), encoding="utf-8")
    first, again = run("reconcile", str(file)), run("reconcile", str(file))
    assert (first.status, first.told["missing"], first.told["new_work_items"]) == (1, 1, 1)
    assert (again.status, again.told["missing"], again.told["new_work_items"]) == (1, 1, 0)
    file.write_text(settlement_file.write(date(2026, 11, 3), [moved]), encoding="utf-8")
    assert run("reconcile", str(file)).status == 0


def test_the_file_of_a_day_that_is_not_over_is_refused(run: Run, customer: Customer, file: Path) -> None:
    customer.at("2026-11-03", "23:59")
    done = run("reconcile", str(file))
    assert (done.status, done.err) == (2, "The day of the file, 2026-11-03, is not over. Nothing was done.\n")

"""A settlement file's faults, and what the model expects the ledger to find in it."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

import pytest

from ledger.clock import SHANGHAI
from simulation.gateway import Movement
from simulation.settlement_files import DayFile, SettlementFiles

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=SHANGHAI)
TODAY = date(2026, 11, 5)


def capture(number: int, fen: int = 500, at: datetime = NOON) -> Movement:
    return Movement("capture", f"R1-{number}", "", f"GC-R1-{number}", fen, at)


@pytest.fixture
def files() -> SettlementFiles:
    return SettlementFiles()


def test_a_day_that_is_over_is_one_file(files: SettlementFiles) -> None:
    moved = [capture(1), capture(2, at=NOON + timedelta(days=2))]
    files.write(moved, TODAY, {}, None)
    files.write(moved, TODAY, {}, None)
    assert [(file.day, file.rows) for file in files.unread] == [(NOON.date(), (moved[0],))]
    assert files.unread[0].text.splitlines()[0] == "yuefu-settlement,1,2026-11-03,1,500"


def test_what_a_file_leaves_out_is_in_a_later_one(files: SettlementFiles) -> None:
    class LeavesOut(random.Random):
        def choice(self, options: object) -> object:  # type: ignore[override]
            return "left_out"

    moved = [capture(1)]
    files.write(moved, TODAY, {}, LeavesOut())
    assert files.unread[0].rows == ()
    files.write(moved, TODAY, {}, None)
    assert files.unread[1].rows == (moved[0],)


def test_each_row_is_matched_extra_or_another_amount(files: SettlementFiles) -> None:
    other, twice = capture(2, 501), capture(1)
    nobodys = Movement("capture", "X1", "", "GC-X1", 5, NOON)
    wrong = frozenset({(other.event, other.reference)})
    file = DayFile(NOON.date(), (capture(1), other, twice, nobodys), wrong)
    booked = {"capture:R1-1": 500, "capture:R1-2": 500, "capture:R1-3": 500}
    booked_on = dict.fromkeys(booked, NOON.date())
    files.unread.append(file)
    for _ in range(2):  # a file that is read again says the same
        assert files.expected(file, booked, booked_on) == [1, 1, 2, 1]
        files.read(file)
    assert {kind for kind, _ in files.work_items} == {"settlement_extra", "settlement_differs"}
    assert len(files.work_items) == 3 and not files.unread

"""A day's settlement file against the books: everything in either is matched or becomes one work item."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger import audit, reconciler, reconciliation, refunds, settlement, work_items
from ledger.clock import FixedClock
from ledger.database import Ledger
from ledger.errors import BadInput, BadSettlementFile
from ledger.gateway import settlement_file
from ledger.gateway.interface import ChargeAnswer
from ledger.gateway.settlement_file import Movement
from ledger.gateway.simulated import SimulatedGateway
from ledger.reconciliation import Report
from tests.ledger.customer import Customer, told

DAY = date(2026, 11, 3)


class Files:
    """The gateway's files as they are, or with rows changed; the ledger reads them the morning after."""

    def __init__(self, ledger: Ledger, gateway: SimulatedGateway, clock: FixedClock, folder: Path) -> None:
        self.ledger, self.gateway, self.clock, self.folder = ledger, gateway, clock, folder

    def path(self, day: date = DAY, change: Callable[[list[Movement]], list[Movement]] = list) -> Path:
        path = self.folder / f"{day}.csv"
        path.write_text(self.gateway.settlement_file(day), encoding="utf-8")
        rows = change(list(settlement_file.movements(path)))
        path.write_text(settlement_file.write(day, rows), encoding="utf-8")
        return path

    def read(self, day: date = DAY, change: Callable[[list[Movement]], list[Movement]] = list) -> Report:
        path = self.path(day, change)
        after = self.clock.now().replace(year=day.year, month=day.month, day=day.day) + timedelta(days=1)
        self.clock.set(max(after, self.clock.now()))
        first = reconciliation.reconcile(self.ledger, path)
        items = work_items.list_items(self.ledger, closed=True)
        again = reconciliation.reconcile(self.ledger, path)
        assert again == replace(first, new_work_items=0), "the second reading finds the same, and nothing new"
        assert work_items.list_items(self.ledger, closed=True) == items
        assert first.rows == first.matched + first.extra + first.differs
        assert audit.audit(self.ledger) == []
        return first


@pytest.fixture
def files(ledger: Ledger, gateway: SimulatedGateway, clock: FixedClock, tmp_path: Path) -> Files:
    return Files(ledger, gateway, clock, tmp_path)


@pytest.fixture
def customer(ledger: Ledger) -> Customer:
    """Has paid 600.00 and 400.00, and got 100.00 back."""
    paying = Customer(ledger)
    order_no = paying.buy(100_000)
    paying.repay(60_000)
    paying.repay(40_000)
    refunds.request(ledger, order_no=order_no, amount_fen=10_000, key="ask")
    refunds.complete(ledger, order_no=order_no, key="done")
    reconciler.run_once(ledger)
    return paying


def kinds(ledger: Ledger) -> list[tuple[str, str]]:
    return [(item.kind, str(item.details.get("event", item.key))) for item in work_items.list_items(ledger)]


def test_a_day_that_agrees_leaves_no_work(files: Files, customer: Customer) -> None:
    report = files.read()
    assert asdict(report) == {
        "day": DAY,
        "rows": 3,
        "net_fen": 90_000,
        "matched": 3,
        "missing": 0,
        "extra": 0,
        "differs": 0,
        "new_work_items": 0,
    }
    assert report.agrees and kinds(customer.ledger) == []


def test_a_day_without_money_agrees_too(files: Files, ledger: Ledger) -> None:
    assert files.read().agrees


def test_what_the_file_lacks_is_missing_until_a_later_file_has_it(files: Files, customer: Customer) -> None:
    """The gateway's midnight need not be ours."""
    kept: list[Movement] = []

    def without_first(rows: list[Movement]) -> list[Movement]:
        kept.append(rows[0])
        return rows[1:]

    report = files.read(change=without_first)
    assert (report.matched, report.missing, report.new_work_items) == (2, 1, 1)
    assert not report.agrees
    assert kinds(customer.ledger) == [("settlement_missing", "capture:R1-1")]
    next_day = files.read(DAY + timedelta(days=1), lambda rows: [kept[0], *rows])
    assert next_day.agrees
    assert kinds(customer.ledger) == []
    (closed,) = work_items.list_items(customer.ledger, closed=True)
    assert closed.note == f"in the file of {DAY + timedelta(days=1)}"


def test_what_is_not_ours_is_extra(files: Files, customer: Customer) -> None:
    def more(rows: list[Movement]) -> list[Movement]:
        return [
            *rows,
            replace(rows[0], number="X9-1", reference="GC-X"),
            replace(rows[2], refund_number="P77"),
            replace(rows[2], number="X9-1", refund_number="P78"),
        ]

    report = files.read(change=more)
    assert (report.matched, report.extra, report.new_work_items) == (3, 3, 3)
    assert [event for _, event in kinds(customer.ledger)] == ["capture:X9-1", "refund:P77", "refund:P78"]
    assert {kind for kind, _ in kinds(customer.ledger)} == {"settlement_extra"}


def test_the_same_charge_taken_twice_is_extra(files: Files, customer: Customer) -> None:
    """In one file, with the same reference or another, and in the file of another day."""
    first: list[Movement] = []

    def twice(rows: list[Movement]) -> list[Movement]:
        first.append(rows[0])
        return [*rows, rows[0], replace(rows[0], reference="GC-AGAIN")]

    report = files.read(change=twice)
    assert (report.matched, report.extra) == (3, 2)
    next_day = files.read(DAY + timedelta(days=1), lambda rows: [*rows, first[0]])
    assert (next_day.matched, next_day.extra, next_day.missing) == (0, 1, 0)
    assert kinds(customer.ledger) == [("settlement_extra", "capture:R1-1")] * 3


def test_another_amount_differs(files: Files, customer: Customer) -> None:
    report = files.read(change=lambda rows: [replace(rows[0], amount_fen=60_001), *rows[1:]])
    assert (report.matched, report.differs, report.missing, report.extra) == (2, 1, 0, 0)
    (item,) = work_items.list_items(customer.ledger)
    assert (item.kind, item.details["amount_fen"]) == ("settlement_differs", 60_001)
    assert (item.details["booked_for"], item.details["booked_fen"]) == ("R1-1", 60_000)
    assert customer.facts.debts.total_fen == 0


def test_a_refund_of_another_charge_differs(files: Files, customer: Customer) -> None:
    report = files.read(change=lambda rows: [*rows[:2], replace(rows[2], number="R1-1")])
    assert (report.matched, report.differs) == (2, 1)
    (item,) = work_items.list_items(customer.ledger)
    assert (item.details["number"], item.details["booked_for"]) == ("R1-1", "R1-2")


def test_a_charge_whose_outcome_was_open_is_settled_by_the_file(
    files: Files, ledger: Ledger, gateway: SimulatedGateway
) -> None:
    customer = Customer(ledger)
    customer.buy(100_000)
    gateway.set_mode("timeout")
    assert customer.confirm(customer.quote()).state == "UNKNOWN"
    files.clock.advance(timedelta(seconds=10))
    report = files.read()
    assert (report.matched, report.agrees) == (1, True)
    settled = customer.facts.last_settlement
    assert settled is not None and settled.state == "SETTLED"
    assert told(ledger) == [("settlement_result", "S1")]


def test_an_open_charge_in_the_file_with_another_amount_is_left_to_a_person(
    files: Files, ledger: Ledger, gateway: SimulatedGateway
) -> None:
    customer = Customer(ledger)
    customer.buy(100_000)
    gateway.set_mode("timeout")
    customer.confirm(customer.quote())
    files.clock.advance(timedelta(seconds=10))
    report = files.read(change=lambda rows: [replace(rows[0], amount_fen=1)])
    assert (report.differs, customer.facts.debts.total_fen) == (1, 100_000)
    assert [kind for kind, _ in kinds(ledger)] == ["amount_differs", "settlement_differs"]


def test_a_charge_back_and_a_late_success_are_learnt_from_the_file(
    files: Files, customer: Customer, gateway: SimulatedGateway
) -> None:
    customer.buy(30_000)
    gateway.set_mode("chargeback")
    customer.repay(20_000)
    gateway.set_mode("late")
    assert customer.repay(10_000).state == "UNKNOWN"
    settlement.resolve(customer.ledger, "R1-4", ChargeAnswer("R1-4", "CANCELLED"))
    gateway.cancel("R1-4")
    files.clock.advance(timedelta(seconds=20))
    report = files.read()
    assert (report.matched, report.agrees) == (6, True)
    assert {kind for kind, _ in told(customer.ledger)} >= {"chargeback", "late_success"}
    assert customer.facts.debts.total_fen == 30_000


def test_a_day_that_is_not_over_is_refused(files: Files, customer: Customer) -> None:
    with pytest.raises(BadInput, match="not_over"):
        reconciliation.reconcile(customer.ledger, files.path())


HEAD = "yuefu-settlement,1,2026-11-02,{rows},{net}\nkind,number,refund_number,reference,amount_fen,at\n"
ROW = "capture,S1-1,,GC-S1-1,500,2026-11-02T10:00:00+08:00\n"


BAD_FILES = [
    ("", 1, "head"),
    ("yuefu-settlement,2,2026-11-02,0,0\n", 1, "head"),
    ("yuefu-settlement,1,2026-13-02,0,0\n", 1, "head"),
    ("yuefu-settlement,1,0001-01-01,0,0\n", 1, "head"),
    ("yuefu-settlement,1,2026-11-02,0,0\n", 2, "columns"),
    ("yuefu-settlement,1,2026-11-02,0,0\nkind,number\n", 2, "columns"),
    (HEAD.format(rows=2, net=1000) + ROW, 1, "total"),
    (HEAD.format(rows=1, net=501) + ROW, 1, "total"),
    (HEAD.format(rows=2, net=1000) + ROW + ROW[:20], 4, "columns"),
    (HEAD.format(rows=1, net=500) + ROW.replace("capture", "charge"), 3, "kind"),
    (HEAD.format(rows=1, net=500) + ROW.replace("S1-1,,", "S1 1,,"), 3, "number"),
    (HEAD.format(rows=1, net=500) + ROW.replace(",,", ",P1,"), 3, "refund_number"),
    (HEAD.format(rows=1, net=-500) + ROW.replace("capture", "refund"), 3, "refund_number"),
    (HEAD.format(rows=1, net=500) + ROW.replace("GC-", "\t"), 3, "reference"),
    (HEAD.format(rows=1, net=0) + ROW.replace("500", "0"), 3, "amount_fen"),
    (HEAD.format(rows=1, net=-500) + ROW.replace("500", "-500"), 3, "amount_fen"),
    (HEAD.format(rows=1, net=500) + ROW.replace("500", "5.00"), 3, "amount_fen"),
    (HEAD.format(rows=1, net=500) + ROW.replace("500", "5" * 14), 3, "amount_fen"),
    (HEAD.format(rows=1, net=500) + ROW.replace("+08:00", ""), 3, "at"),
    (HEAD.format(rows=1, net=500) + ROW.replace("2026-11-02T10", "today"), 3, "at"),
    (HEAD.format(rows=1, net=500) + '"capture\n', 3, "not_csv"),
    (HEAD.format(rows=1, net=500) + ROW.replace("GC", "\udcff"), 1, "not_csv"),
]


def test_a_file_that_is_not_whole_is_refused_whole(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    for text, line, reason in BAD_FILES:
        path.write_text(text, encoding="utf-8", errors="surrogateescape")
        with pytest.raises(BadSettlementFile) as refused:
            reconciliation.reconcile(ledger, path)
        assert refused.value.details | {"line": line, "reason": reason} == refused.value.details, text
    assert work_items.list_items(ledger, closed=True) == []


def test_a_file_larger_than_a_batch(files: Files, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciliation, "_BATCH", 2)
    customer = Customer(ledger)
    customer.buy(100_000)
    for _ in range(5):
        customer.repay(10_000)
    report = files.read(change=lambda rows: [*rows, rows[0]])
    assert (report.matched, report.extra) == (5, 1)


def test_two_who_read_the_same_file_at_once_both_find_that_it_agrees(
    files: Files, customer: Customer, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = files.path()
    files.clock.advance(timedelta(days=1))
    look, both_have_looked = reconciliation._known, threading.Barrier(2)

    def known(*given: Any) -> dict[str, Any]:
        found = look(*given)
        with suppress(threading.BrokenBarrierError):
            both_have_looked.wait(1)
        return found

    monkeypatch.setattr(reconciliation, "_known", known)
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda _: reconciliation.reconcile(ledger, path), range(2)))
    assert all(report.agrees and report.matched == report.rows for report in found)
    assert work_items.list_items(ledger) == [] and audit.audit(ledger) == []

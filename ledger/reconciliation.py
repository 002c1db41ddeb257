"""Compares a day's settlement file of the gateway with the books: matched, missing, extra, or another amount.

What the file says first goes through `settlement.resolve`, as every word of the gateway does: a charge
whose outcome was open is settled by it. What then still disagrees becomes a work item, each once; the same
file read twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ledger import journals, settlement, work_items
from ledger import tables as t
from ledger import tables_review as tr
from ledger.database import Ledger
from ledger.errors import BadInput, UnknownCharge
from ledger.gateway import settlement_file
from ledger.gateway.interface import AnswerState, ChargeAnswer
from ledger.gateway.settlement_file import Movement, MovementKind
from ledger.numbers import id_of
from ledger.work import one_at_a_time
from ledger.work_items import WorkItemKind

_BATCH = 500
_KEPT = sa.insert(tr.settled_events)
_STATES: dict[MovementKind, AnswerState] = {
    "capture": "SUCCEEDED",
    "refund": "REFUNDED",
    "chargeback": "CHARGED_BACK",
}


@dataclass
class Report:
    """What became of a file. Counts are of rows, but for `missing`: of what the books have and it has not."""

    day: date
    rows: int
    net_fen: int
    matched: int = 0
    missing: int = 0
    extra: int = 0
    differs: int = 0
    new_work_items: int = 0

    @property
    def agrees(self) -> bool:
        return not (self.missing or self.extra or self.differs)


@dataclass
class _Reading:
    ledger: Ledger
    report: Report
    seen: set[str] = field(default_factory=set)


def reconcile(ledger: Ledger, path: Path) -> Report:
    """Take in the settlement file at `path`.

    Raises BadSettlementFile, BadInput for a day that is not over yet, OSError; nothing is done then.
    """
    head = settlement_file.check(path)
    if head.day >= ledger.clock.now().date():
        raise BadInput(day=head.day.isoformat(), reason="day_not_over")
    reading = _Reading(ledger, Report(head.day, head.rows, head.net_fen))
    for batch in _batches(settlement_file.movements(path)):
        _take(reading, batch)
    _look_for_missing(reading)
    return reading.report


def event_of(movement: Movement) -> str:
    """The reference that the journal of the same event has."""
    if movement.kind == "refund":
        return f"refund:{movement.refund_number}"
    return f"{movement.kind}:{movement.number}"


def _take(reading: _Reading, batch: list[Movement]) -> None:
    """Settle what is open by it, compare with what is booked then, and keep that it was in a file."""
    ledger = reading.ledger
    booked = _booked(ledger, batch)
    for each in batch:
        if event_of(each) not in booked:
            _resolve(ledger, each)
    booked = _booked(ledger, batch)
    with ledger.write() as conn:
        one_at_a_time(conn, "settlement files")
        known = _known(conn, batch)
        for each in batch:
            event = event_of(each)
            ours = booked.get(event)
            if ours is None or _was_there_before(reading, each, known.get(event)):
                _file(reading, conn, "settlement_extra", each)
            elif ours != (each.number, each.amount_fen):
                _file(reading, conn, "settlement_differs", each, booked_for=ours[0], booked_fen=ours[1])
            else:
                reading.report.matched += 1
                note = f"in the file of {reading.report.day}"
                work_items.close_in(conn, ledger.clock.now(), "settlement_missing", event, note)
            _keep(reading, conn, each, known)


def _was_there_before(reading: _Reading, movement: Movement, known: sa.Row[Any] | None) -> bool:
    """Whether this event was in another file, or in this one already: then money moved twice for it."""
    if event_of(movement) in reading.seen:
        return True
    this = (reading.report.day, movement.reference)
    return known is not None and (known.file_day, known.reference) != this


def _resolve(ledger: Ledger, movement: Movement) -> None:
    answer = ChargeAnswer(
        movement.number,
        _STATES[movement.kind],
        movement.reference,
        movement.amount_fen,
        refund_number=movement.refund_number,
    )
    try:
        settlement.resolve(ledger, movement.number, answer)
    except UnknownCharge:
        return  # it stays unbooked, and so becomes a work item


def _booked(ledger: Ledger, batch: list[Movement]) -> dict[str, tuple[str, int]]:
    """Of each event in the books: the charge's number and the amount; of an open charge told with another
    amount what was asked for."""
    j, p, c, o = t.journals.c, t.postings.c, t.charges.c, t.payouts.c
    events = [event_of(each) for each in batch]
    wanted = (
        sa.select(j.reference, sa.func.abs(sa.func.sum(p.amount_fen)))
        .join_from(t.journals, t.postings, p.journal_id == j.id)
        .where(j.source == "gateway", j.reference.in_(events), p.book == journals.GATEWAY)
        .group_by(j.reference)
    )
    payout_ids = [id_of(each.refund_number, "P") for each in batch if each.kind == "refund"]
    numbers = [each.number for each in batch]
    asked = sa.select(c.number, c.amount_fen).where(c.number.in_(numbers), c.reason == "amount_differs")
    with ledger.read() as conn:
        sent = sa.select(o.id, o.charge_number).where(o.id.in_(payout_ids))
        charge_of = {f"P{id_}": number for id_, number in conn.execute(sent)}
        found = {f"capture:{number}": (number, int(fen)) for number, fen in conn.execute(asked)}
        for event, fen in conn.execute(wanted):
            number = event.split(":", 1)[1]
            found[event] = (charge_of.get(number, "") if event.startswith("refund:") else number, int(fen))
    return found


def _known(conn: sa.Connection, batch: list[Movement]) -> dict[str, sa.Row[Any]]:
    events = [event_of(each) for each in batch]
    rows = conn.execute(sa.select(tr.settled_events).where(tr.settled_events.c.event.in_(events)))
    return {row.event: row for row in rows}


def _keep(reading: _Reading, conn: sa.Connection, movement: Movement, known: dict[str, sa.Row[Any]]) -> None:
    event = event_of(movement)
    if event not in known and event not in reading.seen:
        new = {"event": event, "file_day": reading.report.day, "reference": movement.reference}
        conn.execute(_KEPT, {**new, "amount_fen": movement.amount_fen})
    reading.seen.add(event)


def _file(
    reading: _Reading, conn: sa.Connection, kind: WorkItemKind, movement: Movement, **more: Any
) -> None:
    report = reading.report
    if kind == "settlement_extra":
        report.extra += 1
    else:
        report.differs += 1
    told = {
        "event": event_of(movement),
        "number": movement.number,
        "reference": movement.reference,
        "amount_fen": movement.amount_fen,
        "at": movement.at.isoformat(),
        "file_day": report.day.isoformat(),
    }
    key = f"{event_of(movement)}:{report.day}:{movement.reference}"
    now = reading.ledger.clock.now()
    report.new_work_items += work_items.open_in(conn, now, kind, key, {**told, **more})


def _look_for_missing(reading: _Reading) -> None:
    """What was booked on the day and is in no file. A file of the next day may still have it, and closes
    it."""
    ledger, report = reading.ledger, reading.report
    now = ledger.clock.now()
    begins = datetime.combine(report.day, clock_time(), now.tzinfo)
    j = t.journals.c
    filed = sa.exists().where(tr.settled_events.c.event == j.reference)
    booked = sa.select(j.reference, j.id, j.at).where(j.source == "gateway", ~filed).order_by(j.id)
    with ledger.write() as conn:
        on_day = booked.where(j.at >= begins, j.at < begins + timedelta(days=1))
        for event, journal_id, at in conn.execute(on_day).all():
            report.missing += 1
            told = {"event": event, "journal": journal_id, "at": at.isoformat(), "file_day": str(report.day)}
            report.new_work_items += work_items.open_in(conn, now, "settlement_missing", event, told)


def _batches(movements: Iterable[Movement]) -> Iterator[list[Movement]]:
    rest = iter(movements)
    while batch := list(islice(rest, _BATCH)):
        yield batch

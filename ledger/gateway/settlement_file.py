"""A day of the gateway's as a file: every movement of money that it has booked, in CSV (UTF-8).

yuefu-settlement,1,2026-11-03,2,400800
kind,number,refund_number,reference,amount_fen,at
capture,S12-1,,GC-S12-1,410800,2026-11-03T10:00:05+08:00
refund,R7-2,P3,GR-P3,10000,2026-11-03T11:20:00+08:00

The first line has the day, the number of rows and their net amount (captures less refunds and
charge-backs), so that a file cut short is noticed before anything is done with it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final, Literal

from ledger.errors import BadSettlementFile

MovementKind = Literal["capture", "refund", "chargeback"]
KINDS: dict[str, MovementKind] = {"capture": "capture", "refund": "refund", "chargeback": "chargeback"}
_FIRST_DAY: Final = date(2000, 1, 1)
_MARK, _VERSION = "yuefu-settlement", "1"
_COLUMNS = ["kind", "number", "refund_number", "reference", "amount_fen", "at"]
_NUMBER = re.compile(r"[A-Za-z0-9_-]{1,64}")
_REFERENCE = re.compile(r"[^\x00-\x1f\x7f]{0,128}")
_LARGEST_FEN = 10**12


@dataclass(frozen=True)
class Movement:
    """Money that the gateway moved. `amount_fen` is positive; `kind` says which way it went."""

    kind: MovementKind
    number: str  # the ledger's charge number
    refund_number: str  # the ledger's, of a refund; else ""
    reference: str  # the gateway's own
    amount_fen: int
    at: datetime

    @property
    def net_fen(self) -> int:
        return self.amount_fen if self.kind == "capture" else -self.amount_fen


@dataclass(frozen=True)
class Head:
    """What the file says of itself."""

    day: date
    rows: int
    net_fen: int


def write(day: date, movements: Sequence[Movement]) -> str:
    """The file's text."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow([_MARK, _VERSION, day.isoformat(), len(movements), sum(each.net_fen for each in movements)])
    out.writerow(_COLUMNS)
    for each in movements:
        row = [each.kind, each.number, each.refund_number, each.reference, each.amount_fen]
        out.writerow([*row, each.at.isoformat()])
    return text.getvalue()


def check(path: Path) -> Head:
    """Read all of it, without acting on anything. Raises BadSettlementFile; OSError when it cannot be
    read."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = _lines(file)
        head = _head(next(lines, (1, []))[1])
        if next(lines, (2, []))[1] != _COLUMNS:
            raise BadSettlementFile(line=2, reason="columns")
        rows = net_fen = 0
        for number, line in lines:
            movement = _movement(number, line)
            rows, net_fen = rows + 1, net_fen + movement.net_fen
    if (rows, net_fen) != (head.rows, head.net_fen):
        raise BadSettlementFile(line=1, reason="total", rows=rows, net_fen=net_fen)
    return head


def movements(path: Path) -> Iterator[Movement]:
    """The rows of a file that `check` has passed, one at a time: the file may be large."""
    with path.open(encoding="utf-8", newline="") as file:
        for number, line in _lines(file):
            if number > 2:
                yield _movement(number, line)


def _lines(file: io.TextIOBase) -> Iterator[tuple[int, list[str]]]:
    number = 0
    try:
        for number, line in enumerate(csv.reader(file, strict=True), 1):
            yield number, line
    except (csv.Error, UnicodeDecodeError):
        raise BadSettlementFile(line=number + 1, reason="not_csv") from None


def _head(line: list[str]) -> Head:
    if line[:2] != [_MARK, _VERSION] or len(line) != 5:
        raise BadSettlementFile(line=1, reason="head")
    try:
        head = Head(date.fromisoformat(line[2]), int(line[3]), int(line[4]))
    except ValueError:
        raise BadSettlementFile(line=1, reason="head") from None
    if head.day < _FIRST_DAY:  # the days around it are looked at too, and a date has a first one
        raise BadSettlementFile(line=1, reason="head")
    return head


def _movement(number: int, line: list[str]) -> Movement:
    """Raises BadSettlementFile with the name of the first bad column."""
    if len(line) != len(_COLUMNS):
        raise BadSettlementFile(line=number, reason="columns")
    kind, charge, refund, reference, amount, at = line
    if kind not in KINDS:
        raise BadSettlementFile(line=number, reason="kind")
    if not _NUMBER.fullmatch(charge):
        raise BadSettlementFile(line=number, reason="number")
    if bool(_NUMBER.fullmatch(refund)) != (kind == "refund") or (refund and kind != "refund"):
        raise BadSettlementFile(line=number, reason="refund_number")
    if not _REFERENCE.fullmatch(reference):
        raise BadSettlementFile(line=number, reason="reference")
    if not (amount.isascii() and amount.isdigit() and len(amount) <= 13 and 0 < int(amount) <= _LARGEST_FEN):
        raise BadSettlementFile(line=number, reason="amount_fen")
    return Movement(KINDS[kind], charge, refund, reference, int(amount), _instant(number, at))


def _instant(number: int, text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadSettlementFile(line=number, reason="at") from None
    if at.tzinfo is None:
        raise BadSettlementFile(line=number, reason="at")
    return at

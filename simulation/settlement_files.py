"""The gateway's settlement files of a world, day by day, with faults; and what reading each must find.

A file may leave a movement out (the next one has it), tell one twice, tell another amount of what is booked
already, or tell of a charge that is nobody's. What the gateway really moved is never lost for good.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from simulation.gateway import Movement

_FAULTS = ("none",) * 12 + ("left_out", "twice", "other_amount", "not_ours")


@dataclass(frozen=True)
class DayFile:
    day: date
    rows: tuple[Movement, ...]
    wrong: frozenset[tuple[str, str]] = frozenset()  # (event, reference) of rows that tell another amount

    @property
    def text(self) -> str:
        net = sum(row.fen if row.kind == "capture" else -row.fen for row in self.rows)
        lines = [f"yuefu-settlement,1,{self.day},{len(self.rows)},{net}"]
        lines.append("kind,number,refund_number,reference,amount_fen,at")
        for row in self.rows:
            at = row.at.isoformat()
            lines.append(f"{row.kind},{row.number},{row.refund_number},{row.reference},{row.fen},{at}")
        return "\n".join(lines) + "\n"


@dataclass
class SettlementFiles:
    """Files that wait to be read, and what the ledger was told by those that it has read."""

    unread: deque[DayFile] = field(default_factory=deque)
    told: dict[str, tuple[date, str]] = field(default_factory=dict)  # by event: the file that had it first
    work_items: set[tuple[str, str]] = field(default_factory=set)  # (kind, key) that reading must leave open
    _written_to: date = date.min
    _moved: int = 0  # of the gateway's movements: how many are in files
    _left_out: list[Movement] = field(default_factory=list)

    def write(
        self, moved: list[Movement], today: date, booked: Mapping[str, int], dice: random.Random | None
    ) -> None:
        """Write the files of all days that are over and have movements; without `dice` none has a fault."""
        days: dict[date, list[Movement]] = {}
        over = [row for row in moved[self._moved :] if row.at.date() < today]
        self._moved += len(over)
        for row in over:
            days.setdefault(max(row.at.date(), self._written_to), []).append(row)
        if self._left_out and not days and dice is None:
            days[today - timedelta(days=1)] = []
        for day in sorted(days):
            self._written_to = day + timedelta(days=1)
            rows, self._left_out = [*self._left_out, *days[day]], []
            self.unread.append(self._with_faults(day, rows, booked, dice))

    def _with_faults(
        self, day: date, rows: list[Movement], booked: Mapping[str, int], dice: random.Random | None
    ) -> DayFile:
        kept: list[Movement] = []
        wrong: set[tuple[str, str]] = set()
        for number, row in enumerate(rows):
            fault = dice.choice(_FAULTS) if dice is not None else "none"
            if fault == "left_out":
                self._left_out.append(row)
                continue
            if fault == "other_amount" and row.at.date() == day and row.event in booked:
                row = replace(row, fen=row.fen + 1)
                wrong.add((row.event, row.reference))
            kept.append(row)
            if fault == "twice":
                kept.append(replace(row, reference=f"{row.reference}-again"))
            if fault == "not_ours":
                kept.append(replace(row, kind="capture", number=f"X{day}-{number}", refund_number=""))
        return DayFile(day, tuple(kept), frozenset(wrong))

    def expected(self, file: DayFile, booked: Mapping[str, int], booked_on: Mapping[str, date]) -> list[int]:
        """What reading it finds: matched, missing, extra, another amount. `booked` once it was read."""
        matched = extra = differs = 0
        told = dict(self.told)
        seen: set[str] = set()
        for row in file.rows:
            this = (file.day, row.reference)
            key = f"{row.event}:{file.day}:{row.reference}"
            if row.event not in booked or row.event in seen or told.get(row.event, this) != this:
                extra += 1
                self.work_items.add(("settlement_extra", key))
            elif (row.event, row.reference) in file.wrong:
                differs += 1
                self.work_items.add(("settlement_differs", key))
            else:
                matched += 1
            seen.add(row.event)
            told.setdefault(row.event, this)
        missing = sum(1 for event, day in booked_on.items() if day == file.day and event not in told)
        return [matched, missing, extra, differs]

    def read(self, file: DayFile) -> None:
        """The ledger has taken it in."""
        if self.unread and self.unread[0] is file:
            self.unread.popleft()
        for row in file.rows:
            self.told.setdefault(row.event, (file.day, row.reference))

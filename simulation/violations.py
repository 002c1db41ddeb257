"""What a world has found wrong."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class Violation(Exception):
    """An invariant does not hold. `check` names it and stays the same while the steps are shrunk."""

    def __init__(self, check: str, detail: str) -> None:
        self.check = check
        super().__init__(f"{check}: {detail}")


def expect(holds: bool, check: str, *detail: Any) -> None:
    """Raises Violation unless it `holds`."""
    if not holds:
        raise Violation(check, ", ".join(str(part) for part in detail))


def expect_equal(have: Any, want: Any, check: str, *detail: Any) -> None:
    """Raises Violation that shows both unless the ledger has what the model wants."""
    if have != want:
        raise Violation(check, ", ".join([*map(str, detail), f"ledger {have!r}", f"model {want!r}"]))


def expect_none(found: Iterable[Any], check: str) -> None:
    """Raises Violation with everything that was found."""
    rows = list(found)
    if rows:
        raise Violation(check, "; ".join(str(row) for row in rows[:5]))

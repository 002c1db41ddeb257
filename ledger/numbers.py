"""The numbers by which people and the gateway know things, and the ids under them: "S12" is settlement 12."""

from __future__ import annotations

import re

_WRITTEN = re.compile("([A-Z])([1-9][0-9]{0,17})")  # so that no database finds it too large


def charge_of(settlement: str) -> str:
    """The one charge "S12-1" of settlement "S12": after a failure the next try is a new settlement."""
    return f"{settlement}-1"


def id_of(number: str, prefix: str) -> int | None:
    """The id in `number`, or None where it is no such number: "S012", "S1²" and "P12" are none of "S"."""
    written = _WRITTEN.fullmatch(number)
    return int(written[2]) if written and written[1] == prefix else None

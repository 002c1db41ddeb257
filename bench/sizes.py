"""How much is measured, and what is said of it."""

from __future__ import annotations

import sys
from typing import Literal

#: "short" takes at most a quarter of an hour; "full" measures at the sizes that the targets name.
Size = Literal["short", "full"]


class NotMeasured(Exception):
    """A part cannot be measured here; the message is the reason."""


def say(line: str) -> None:
    """What is being done, on stderr: the last line of stdout is the result."""
    print(line, file=sys.stderr, flush=True)

"""The same question for the third time in a row: its answer did not help, so a person is offered beside it."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile
from typing import Any

from actions import words
from actions.turn import Turn

_TIMES = 3  # neither before nor again at the fourth: it was offered
_PERSON = {"title": words.QUESTION_TITLES["talk_to_human"], "payload": "/talk_to_human"}
_QUESTIONS = frozenset(words.QUESTION_TITLES) - {"talk_to_human"}


def offer(turn: Turn) -> None:
    """Adds the button to the last bubble, unless a person was called already."""
    if turn.pressed or not turn.bubbles or _times(turn) != _TIMES or turn.ticket is not None:
        return
    last = turn.bubbles[-1]
    turn.bubbles[-1] = replace(last, buttons=[*(last.buttons or []), _PERSON])


def _times(turn: Turn) -> int:
    """How often in a row it was asked, this time included; what is no question is not counted."""
    asked = _understood(turn.message)
    if asked not in _QUESTIONS:
        return 0
    said = [each for each in turn.events_of_link if each.get("event") == "user"]
    understood = (_understood(each.get("parse_data") or {}) for each in reversed(said))
    return len(list(takewhile(lambda each: each == asked, (name for name in understood if name != "notice"))))


def _understood(message: dict[str, Any]) -> str:
    return str((message.get("intent") or {}).get("name") or "")

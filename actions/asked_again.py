"""The same question for the third time in a row: a person is offered beside its answer."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

from actions import handover, words
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
    asked = str((turn.message.get("intent") or {}).get("name") or "")  # whose action answers
    if asked not in _QUESTIONS:
        return 0
    answered = (name for name in reversed(handover.tried(turn)) if name != "action_notice")
    return 1 + len(list(takewhile(lambda name: name == f"action_{asked}", answered)))

"""A message that asked two things: after the answer to the first, a button for the second."""

from __future__ import annotations

from dataclasses import replace

from actions import words
from actions.turn import Turn


def offer(turn: Turn) -> None:
    """Adds the button to the last bubble, where its answer is not there already."""
    second = str(turn.message.get("second_question") or "")
    title = words.QUESTION_TITLES.get(second)
    if title is None or turn.follow_up or not turn.bubbles:
        return
    last = turn.bubbles[-1]
    button = {"title": f"您还问了：{title}", "payload": f"/{second}"}
    turn.bubbles[-1] = replace(last, buttons=[*(last.buttons or []), button])

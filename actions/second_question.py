"""A message that asked two or three things: after the answer to the first, a button for each other one."""

from __future__ import annotations

from dataclasses import replace

from actions import words
from actions.turn import Turn


def offer(turn: Turn) -> None:
    """Adds the buttons to the last bubble; each carries the other question, which is offered after it."""
    others = [each for each in _others(turn) if each in words.QUESTION_TITLES and each != turn.intent]
    if turn.follow_up or not turn.bubbles or not others:
        return
    last = turn.bubbles[-1]
    buttons = [
        {"title": f"您还问了：{words.QUESTION_TITLES[each]}", "payload": f"/{each}"} for each in others
    ]
    then = {each: {"then": other} for each in others for other in others if other != each}
    values = {**then, **(last.values or {})}
    turn.bubbles[-1] = replace(last, buttons=[*(last.buttons or []), *buttons], values=values or None)


def _others(turn: Turn) -> list[str]:
    """Of typed words what else they asked, at most two; of a pressed button what it carries."""
    if turn.pressed:
        return [str(turn.values.get("then") or "")]
    return [str(turn.message.get(name) or "") for name in ("second_question", "third_question")]

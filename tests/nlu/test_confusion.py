"""Which intents are taken for which."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from nlu.confusion import confusion, draw, worst
from nlu.report import Question, Understood

ROOT = Path(__file__).parents[2]


def asked(*accepted: str) -> Question:
    """A question with these labels."""
    return Question("?", frozenset(accepted))


def taken_for(predicted: str) -> Understood:
    """An answer of the model."""
    return Understood(predicted, 0.9, "", "")


def test_a_right_answer_counts_once_and_a_wrong_one_for_each_label() -> None:
    questions = [asked("refund", "query_bill"), asked("refund", "query_bill"), asked("refund"), asked()]
    understood = [taken_for(name) for name in ("query_bill", "overdue", "overdue", "refund")]
    assert confusion(questions, understood) == {
        ("query_bill", "query_bill"): 1,
        ("query_bill", "overdue"): 1,
        ("refund", "overdue"): 2,
    }


def test_the_worst_pairs_come_first_and_no_right_answers() -> None:
    pairs = Counter({("a", "a"): 9, ("b", "a"): 2, ("a", "c"): 2, ("c", "a"): 3, ("c", "b"): 1})
    assert worst(pairs, most=3) == [("c", "a", 3), ("a", "c", 2), ("b", "a", 2)]


def test_the_picture_has_a_row_for_what_was_expected_and_a_column_for_what_was_predicted(
    tmp_path: Path,
) -> None:
    from matplotlib.image import imread

    few, more = tmp_path / "few.png", tmp_path / "more.png"
    draw(Counter({("refund", "refund"): 3}), few)
    draw(Counter({("refund", "refund"): 3, ("refund", "overdue"): 1, ("refund", "nlu_fallback"): 1}), more)
    height, width = imread(few).shape[:2]
    taller, wider = imread(more).shape[:2]
    assert taller == height and wider > width
    never = tmp_path / "never.png"  # a column for what was expected and never predicted, too
    draw(Counter({("refund", "overdue"): 1, ("refund", "nlu_fallback"): 1}), never)
    assert imread(never).shape == imread(more).shape


def test_right_is_blue_and_wrong_is_orange(tmp_path: Path) -> None:
    from matplotlib.image import imread

    def colours(expected: str, predicted: str) -> tuple[bool, bool]:
        draw(Counter({(expected, predicted): 1}), tmp_path / "one.png")
        red, _, blue, _ = (imread(tmp_path / "one.png")[..., channel] for channel in range(4))
        return bool((blue - red > 0.3).any()), bool((red - blue > 0.3).any())

    assert colours("refund", "refund") == (True, False)
    assert colours("refund", "overdue") == (False, True)


def test_nothing_is_drawn_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="label"):
        draw(Counter(), tmp_path / "none.png")


def test_the_drawing_library_is_loaded_for_a_drawing_alone() -> None:
    code = "import sys, nlu.report; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0

"""Ratios and their targets."""

from __future__ import annotations

import pytest

from bench.__main__ import main, missed
from bench.timing import Times, in_turns, target


def test_a_ratio_reaches_its_target_from_one_side_only() -> None:
    assert target(2.9, 3.0)["reached"] and not target(3.1, 3.0)["reached"]
    assert target(3.1, 3.0, at_most=False)["reached"] and not target(2.9, 3.0, at_most=False)["reached"]


def test_what_missed_its_target_is_named_wherever_it_stands() -> None:
    told = {
        "ledger": {"sqlite": {"settle_all": {"reached": False}, "quote": {"reached": True}}},
        "size": "short",
    }
    assert missed(told) == ["ledger.sqlite.settle_all"]


def test_acts_take_turns_and_the_first_round_does_not_count() -> None:
    done: list[str] = []
    times = in_turns({"a": lambda: done.append("a"), "b": lambda: done.append("b")}, rounds=2)
    assert done == ["a", "b", "a", "b", "b", "a"]
    assert {name: len(each.seconds) for name, each in times.items()} == {"a": 2, "b": 2}


def test_what_is_told_are_the_middle_and_the_lower_quarter() -> None:
    times = Times([0.001, 0.002, 0.003, 0.004, 0.5, 0.6, 0.7])
    assert (times.median_s, times.quick_s, times.median_ms) == (0.004, 0.0025, 4.0)


def test_a_part_that_cannot_be_measured_yet_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--only=runtime"])
    assert stopped.value.code == 2
    assert "ONLY=runtime cannot be measured yet; there is: ledger" in capsys.readouterr().err

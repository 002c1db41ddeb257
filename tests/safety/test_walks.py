"""Whatever is said, pressed, waited for or answered by the gateway moves no money by mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.actions import walk
from tests.safety.walks import all_walked


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seeded")
    walk.seed(folder)
    return folder


@pytest.mark.slow
def test_nothing_breaks_within_three_moves(seeded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expect_nothing_broken(seeded, 3, capsys)


@pytest.mark.long
def test_nothing_breaks_within_five_moves(seeded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expect_nothing_broken(seeded, 5, capsys)


def expect_nothing_broken(seeded: Path, depth: int, capsys: pytest.CaptureFixture[str]) -> None:
    walks = dict(all_walked(seeded, depth))
    points = sum(seen.points for seen in walks.values())
    steps = sum(seen.steps for seen in walks.values())
    with capsys.disabled():
        print(f"\ndepth {depth}: {points:,} points and {steps:,} steps from {len(walks)} customers")
    assert [each for seen in walks.values() for each in seen.broken] == []
    assert all(seen.points > 10 * depth for seen in walks.values()), walks

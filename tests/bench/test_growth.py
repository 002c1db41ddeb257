"""What is grown for the measurement of it: thinner data, copied conversations; not how fast anything is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from bench import growth
from bench.growth import sentences
from scripts.console import ROOT


def intents(data: Path) -> dict[str, int]:
    """How many sentences each has."""
    told: dict[str, int] = {}
    for file in (data / "nlu").glob("*.yml"):
        for each in yaml.safe_load(file.read_text("utf-8"))["nlu"]:
            if "intent" in each:
                told[each["intent"]] = len(each["examples"].splitlines())
    return told


@pytest.mark.parametrize("count", [500, 2_000])
def test_thinner_data_are_as_long_as_asked_and_every_intent_keeps_its_share(
    tmp_path: Path, count: int
) -> None:
    assert sentences.thin(tmp_path / "data", count) == count
    all_of_them, kept = intents(ROOT / "data"), intents(tmp_path / "data")
    share = count / sum(all_of_them.values())
    assert sum(kept.values()) == count
    for intent, number in all_of_them.items():
        assert abs(kept[intent] - number * share) <= 1, intent


def test_no_more_sentences_than_there_are(tmp_path: Path) -> None:
    there = sum(intents(ROOT / "data").values())
    assert sentences.thin(tmp_path / "data", there + 1) == there
    assert intents(tmp_path / "data") == intents(ROOT / "data")


def test_what_grew_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "FOLDER", tmp_path)
    picture = growth.draw("turns", {"turns": [10, 100], "ms": [8.1, 8.3], "took_s": 3})
    assert re.match(rb"\x89PNG", picture.read_bytes()) and picture.name == "growth-turns.png"

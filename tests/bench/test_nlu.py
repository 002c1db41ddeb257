"""What is told of understanding's speed; how fast it is, is not the point here."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import nlu
from bench.sizes import NotMeasured
from scripts.build import MODEL


@pytest.mark.slow
def test_every_question_is_timed_once_a_round() -> None:
    told = nlu.parse(MODEL, 1)
    questions = Path(nlu.QUESTIONS).read_text("utf-8").strip().splitlines()[1:]
    assert told["parses"] == len(questions)
    assert 0 < told["p50_ms"] <= told["p99_ms"]


def test_a_model_that_cannot_be_loaded_is_not_measured(tmp_path: Path) -> None:
    with pytest.raises(NotMeasured, match="There is no model at"):
        nlu.parse(tmp_path / "none.tar.gz", 1)


def test_both_limits_must_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nlu, "train", lambda _folder: 80.0)
    monkeypatch.setattr(nlu, "parse", lambda _model, _rounds: {"p50_ms": 1.0, "p99_ms": 11.0, "parses": 1})
    told = nlu.measure("short")
    assert (told["training"]["reached"], told["parse"]["reached"]) == (True, False)

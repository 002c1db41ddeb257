"""What `make mutants` reads out of a run, on a run of six made-up mutants."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from scripts import mutants
from scripts.console import Failure
from scripts.mutants import TOPICS, Counts, Survivor

ORIGINAL = """import math


def area(side, *, twice=False):
    # a comment
    whole = side * side
    return whole * 2 if twice else whole


class Shape:
    def edge(self, side):
        return side + 1
"""
CHANGED = """import math


def area(side, *, twice=False):
    return _mutants(side, twice=twice)

def x_area__mutmut_orig(side, *, twice=False):
    # a comment
    whole = side * side
    return whole * 2 if twice else whole

def x_area__mutmut_1(side, *, twice=True):
    # a comment
    whole = side * side
    return whole * 2 if twice else whole

def x_area__mutmut_2(side, *, twice=False):
    # a comment
    whole = side / side
    return whole * 2 if twice else whole


class Shape:
    def edge(self, side):
        return _mutants(self, side)

    def xǁShapeǁedge__mutmut_orig(self, side):
        return side + 1

    def xǁShapeǁedge__mutmut_1(self, side):
        return side - 1
"""
KILLED, SURVIVED, NO_TESTS, TIMED_OUT, NOT_TRIED = 1, 0, 33, -24, None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A topic's folder after a run, without its results."""
    for name, text in (("ledger", ORIGINAL), ("mutants/ledger", CHANGED)):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "shape.py").write_text(text, "utf-8")
    return tmp_path


def ended(folder: Path, **codes: int | None) -> None:
    """Writes down how the mutants of `shape` ended."""
    told = {"exit_code_by_key": {f"ledger.shape.{name}": code for name, code in codes.items()}}
    (folder / "mutants" / "ledger" / "shape.py.meta").write_text(json.dumps(told), "utf-8")


def test_endings_are_counted(folder: Path) -> None:
    codes = {"x_area__mutmut_1": KILLED, "x_area__mutmut_2": TIMED_OUT, "xǁShapeǁedge__mutmut_1": 3}
    ended(folder, **codes)
    assert mutants.results(folder, "shape", folder) == (Counts(killed=2, timeout=1), [])


def test_survivors_are_listed_by_line_with_the_change(folder: Path) -> None:
    codes = {"xǁShapeǁedge__mutmut_1": SURVIVED, "x_area__mutmut_1": -11, "x_area__mutmut_2": NO_TESTS}
    ended(folder, **codes)
    counts, survivors = mutants.results(folder, "shape", folder)
    assert counts == Counts(survived=3)
    assert survivors == [
        Survivor("ledger/shape.py", 4, "def area(side, *, twice=False):", "def area(side, *, twice=True):"),
        Survivor("ledger/shape.py", 6, "whole = side * side", "whole = side / side"),
        Survivor("ledger/shape.py", 12, "return side + 1", "return side - 1"),
    ]
    assert survivors[1].text() == "ledger/shape.py:6\n  - whole = side * side\n  + whole = side / side"


def test_a_run_that_was_stopped_counts_for_nothing(folder: Path) -> None:
    ended(folder, x_area__mutmut_1=KILLED, x_area__mutmut_2=NOT_TRIED)
    with pytest.raises(Failure, match="Not every mutant of"):
        mutants.results(folder, "shape", folder)


@pytest.mark.parametrize(("weakest", "status"), [(Counts(16, 3, 1), 0), (Counts(16, 4, 0), 1)])
def test_the_weakest_topic_decides(weakest: Counts, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    strong = Counts(killed=999, survived=1)
    done = mutants.report({"a": strong, "b": weakest}, {"ledger/a.py": strong, "ledger/b.py": weakest})
    out, err = capsys.readouterr()
    assert done == status and ("Less than 85 % were killed: b." in err) == bool(status)
    told = json.loads(out.splitlines()[-1])
    assert told["mutants"] == 1_020 and told["killed"] == 999 + 16
    assert (told["survived"], told["timeout"]) == (1 + weakest.survived, weakest.timeout)
    assert told["by_topic"]["b"]["killed_pct"] == (85.0 if status == 0 else 80.0)
    assert told["by_module"]["ledger/a.py"] == {
        "mutants": 1000,
        "killed": 999,
        "survived": 1,
        "timeout": 0,
        "killed_pct": 99.9,
    }


def test_nothing_is_not_enough() -> None:
    assert Counts().killed_pct == 0.0


def test_the_log_tells_how_far_a_run_is(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("Running stats")
    assert mutants.progress(log) == ""
    log.write_text("⠹ 9/980  🎉 8 🫥 0  ⏰ 0  🤔 0  🙁 1\r⠹ 10/980  🎉 9 🫥 0  ⏰ 0  🤔 0  🙁 1")
    assert mutants.progress(log) == " (10/980)"


@pytest.mark.parametrize("name", list(TOPICS))
def test_each_topic_names_modules_and_tests_that_there_are(name: str) -> None:
    topic = TOPICS[name]
    assert all((mutants.ROOT / "ledger" / f"{module}.py").is_file() for module in topic.modules)
    assert all((mutants.ROOT / "tests" / "ledger" / f"test_{test}.py").is_file() for test in topic.tests)
    told = tomllib.loads(mutants.settings(topic))["tool"]["mutmut"]
    assert told["only_mutate"] == [f"ledger/{module}.py" for module in topic.modules]


def test_decorated_functions_are_changed_too() -> None:
    ending = "class A:\n    @property\n    def b(self): return 1\n"
    code = "import functools\n\n@functools.cache\n@second(\n  1,\n)\ndef double(x):\n    return x * 2\n\n"
    assert mutants.decorated_later(code + ending) == (
        "import functools\n\n\n\n\n\ndef double(x):\n    return x * 2\n"
        f"double = second(1)(double)\ndouble = functools.cache(double)\n\n{ending}"
    )
    assert mutants.decorated_later("x = 1\n") == "x = 1\n"


def test_the_copy_takes_the_settings_and_leaves_the_tree_alone(tmp_path: Path) -> None:
    before = (mutants.ROOT / "pyproject.toml").read_text("utf-8")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "left_over").touch()
    mutants.copy(TOPICS["quotes"], tmp_path / "run")
    assert sorted(each.name for each in (tmp_path / "run").iterdir()) == sorted(mutants.COPIED)
    assert "[tool.mutmut]" in (tmp_path / "run" / "pyproject.toml").read_text("utf-8")
    assert (mutants.ROOT / "pyproject.toml").read_text("utf-8") == before


def test_the_most_exact_tests_run_first(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(
        "import pytest\n" + mutants._IN_ORDER.format(order=["test_b.py", "test_a.py"])
    )
    for name in ("a", "b"):
        (tmp_path / f"test_{name}.py").write_text(f"def test_{name}(): pass\n")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--collect-only",
        "-p",
        "no:cacheprovider",
        str(tmp_path),
    ]
    shown = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert [line for line in shown.splitlines() if "::" in line] == ["test_b.py::test_b", "test_a.py::test_a"]

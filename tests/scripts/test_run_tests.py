"""Totals over runners: real pytest and node runs, and runners that crash."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from scripts import build, run_tests
from scripts.run_tests import Counts, Suite

PYTHON_TESTS = """
import pytest
def test_a(): pass
def test_b(): assert 1 == 2
@pytest.fixture
def broken(): raise OSError
def test_c(broken): pass
@pytest.mark.skip
def test_d(): pass
"""
NODE_TESTS = """
import test from 'node:test';
test('a', () => {}); test('b', () => { throw new Error('no') }); test('c', {skip: true}, () => {});
"""


def pytest_suite(folder: Path, source: str) -> Suite:
    """A suite of one file in a folder of its own."""
    (folder / "test_it.py").write_text(source)
    (folder / "pytest.ini").write_text("[pytest]\n")
    report = folder / "report.xml"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        f"--junitxml={report}",
        "-p",
        "no:cacheprovider",
        "test_it.py",
    ]
    return Suite("python", command, dict(os.environ), report, folder)


def test_pytest_is_counted(tmp_path: Path) -> None:
    assert run_tests.run_all([pytest_suite(tmp_path, PYTHON_TESTS)]) == Counts(passed=1, failed=2, skipped=1)


def test_a_module_that_cannot_be_imported_is_a_failure(tmp_path: Path) -> None:
    assert run_tests.run_all([pytest_suite(tmp_path, "import no_such_module")]).failed == 1


def test_an_empty_run_is_a_failure(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run_tests.run_all([pytest_suite(tmp_path, "")]) == Counts(failed=1)
    assert "it ran no test" in capfd.readouterr().err


def test_a_runner_that_fails_after_green_tests_is_a_failure(tmp_path: Path) -> None:
    suite = pytest_suite(tmp_path, "import atexit, os\natexit.register(os._exit, 9)\ndef test_a(): pass")
    assert run_tests.run_all([suite]) == Counts(passed=1, failed=1)


def test_a_runner_that_hangs_is_stopped(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    suite = Suite("sleep", ["sleep", "60"], dict(os.environ), tmp_path / "no.xml", tmp_path, timeout_s=0.5)
    assert run_tests.run_all([suite]) == Counts(failed=1)
    assert "it did not end" in capfd.readouterr().err


def test_of_two_suites_at_once_each_line_says_whose_it_is(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    suites = []
    for name, other in (("one", "two"), ("two", "one")):
        (tmp_path / name).mkdir()
        waits = f"""
import pathlib, time
def test_a():
    pathlib.Path({str(tmp_path / name)!r}, "here").touch()
    while not pathlib.Path({str(tmp_path / other)!r}, "here").exists(): time.sleep(0.01)
"""
        suites.append(replace(pytest_suite(tmp_path / name, waits), name=name, timeout_s=30))
    assert run_tests.run_all(suites) == Counts(passed=2)
    lines = capfd.readouterr().err.splitlines()
    assert {line[:7] for line in lines if "1 passed" in line and "====" not in line} == {"one   |", "two   |"}


def test_a_signal_ends_what_runs(tmp_path: Path) -> None:
    """As an interrupt of the terminal does: its exception is raised where the runner waits."""
    (tmp_path / "one").mkdir()
    stays = "import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(60)"
    suite = Suite("one", [sys.executable, "-c", stays], dict(os.environ), tmp_path / "no.xml", tmp_path)

    def interrupt() -> None:
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            time.sleep(0.01)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        run_tests.run_all([suite])
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_node_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    web = tmp_path / "web"
    (web / "tests").mkdir(parents=True)
    for name in ("one", "two"):
        (web / "tests" / f"{name}.test.mjs").write_text(NODE_TESTS)
    (web / "package.json").write_text(
        '{"scripts": {"test": "node --test tests/one.test.mjs tests/two.test.mjs"}}'
    )
    monkeypatch.setattr(build, "WEB", web)
    monkeypatch.setattr(run_tests, "LOGS", tmp_path)
    suite = run_tests.web_suite()
    assert suite is not None and run_tests.run_all([suite]) == Counts(passed=2, failed=2, skipped=2)


@pytest.mark.parametrize(
    ("counts", "line"),
    [
        (Counts(3, 0, 0), "3 passed, 0 failed"),
        (Counts(3, 1, 2) + Counts(1, 0, 1), "4 passed, 1 failed, 3 skipped"),
    ],
)
def test_the_line_of_totals(counts: Counts, line: str) -> None:
    assert counts.line() == line

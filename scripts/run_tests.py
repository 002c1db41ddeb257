"""`make test`: every test of every runner that the project has, and one line of totals at the end.

`--only=bot|service|web` runs one of the suites. `make test-long` (`--long`) runs those tests of the service
that are marked as taking longer than `make test` may, and only those.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts import build, setup
from scripts.console import ROOT, Failure, end_group, run_program, say, shown
from scripts.environments import BOT, LOGS, SERVICE, Environment

SUITE_TIMEOUT_S = 3600.0
BOT_TESTS = ("channels", "nlu")
SERVICE_TESTS = (
    "profiles", "deploy", "scripts", "ledger", "simulation", "bench", "actions", "safety", "demo", "api",
    "conversations", "soak", "browser",
)  # fmt: skip
LONG_TIMEOUT_S = 4 * 3600.0


@dataclass(frozen=True)
class Suite:
    """One runner's command, where it runs, and the JUnit file that it writes."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    report: Path
    cwd: Path = ROOT
    timeout_s: float = SUITE_TIMEOUT_S


@dataclass(frozen=True)
class Counts:
    """How many test cases ended in which way."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def line(self) -> str:
        """The line of totals."""
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


def count(report: Path) -> Counts:
    """Counts a JUnit file's test cases; a missing or broken file counts as nothing."""
    try:
        cases = list(ElementTree.parse(report).iter("testcase"))
    except (OSError, ElementTree.ParseError):
        return Counts()
    failed = sum(1 for case in cases if case.find("failure") is not None or case.find("error") is not None)
    skipped = sum(1 for case in cases if case.find("skipped") is not None)
    return Counts(len(cases) - failed - skipped, failed, skipped)


def pytest_suite(environment: Environment, names: Sequence[str]) -> Suite | None:
    """pytest over the folders of these names that hold tests; None when there are none."""
    folders = [f"tests/{name}" for name in names if any((ROOT / "tests" / name).glob("**/test_*.py"))]
    if not folders:
        return None
    report = LOGS / f"test-{environment.name}.xml"
    command = [str(environment.python), "-m", "pytest", "--durations=5", f"--junitxml={report}", *folders]
    return Suite(f"{environment.name}: {' '.join(folders)}", command, build.rasa_environment(), report)


def long_suite() -> Suite:
    """The service's tests that are marked `long`."""
    report = LOGS / "test-long.xml"
    command = [str(SERVICE.python), "-m", "pytest", "-m", "long", "--durations=0", f"--junitxml={report}"]
    folders = [f"tests/{name}" for name in SERVICE_TESTS]
    env = build.rasa_environment()
    return Suite("long tests of the service", [*command, *folders], env, report, timeout_s=LONG_TIMEOUT_S)


def web_suite() -> Suite | None:
    """The widget's own `npm test`; node's runner is asked for a JUnit file beside what it prints."""
    if not any((build.WEB / "tests").glob("**/*.test.*")):
        return None
    report = LOGS / "test-web.xml"
    options = ["--test-reporter=spec", "--test-reporter-destination=stdout"]
    options += ["--test-reporter=junit", f"--test-reporter-destination={report}"]
    env = {**os.environ, **build.node_environment(), "NODE_OPTIONS": " ".join(options)}
    return Suite("web: npm test", ["npm", "test", "--silent"], env, report, build.WEB)


def run(suite: Suite) -> Counts:
    """Runs a suite with its output on the terminal; a crash, a hang or an empty run counts as one failure."""
    say(f"\n==== {suite.name}")
    if suite.report.exists():
        suite.report.unlink()
    started = time.monotonic()
    process = subprocess.Popen(
        list(suite.command),
        cwd=str(suite.cwd),
        env=dict(suite.env),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        status: int | None = process.wait(timeout=suite.timeout_s)
    except subprocess.TimeoutExpired:
        status = None
    finally:
        end_group(process)
    counts = count(suite.report)
    trouble = trouble_of(status, counts, suite.timeout_s)
    if trouble:
        say(f"==== {suite.name}: {trouble}")
        counts += Counts(failed=1)
    say(f"==== {suite.name}: {counts.line()} in {time.monotonic() - started:.0f} s")
    return counts


def trouble_of(status: int | None, counts: Counts, timeout_s: float = SUITE_TIMEOUT_S) -> str:
    """What went wrong with the runner itself; empty when its own counts tell everything."""
    if status is None:
        return f"it did not end within {timeout_s / 60:.0f} minutes and was stopped"
    if counts == Counts():
        return f"it ran no test (exit status {status})"
    if status != 0 and counts.failed == 0:
        return f"the runner failed with exit status {status}"
    return ""


def main() -> int:
    """Returns 0 only when something ran and nothing failed."""
    parser = argparse.ArgumentParser(prog="make test")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    only: str = given.only
    if given.long:
        setup.set_up(["service"], dev=True)
        total = run(long_suite())
        print(total.line(), flush=True)
        return 1 if total.failed else 0
    needed = {"bot": ["bot", "model"], "service": [*setup.ALL, "browser"], "web": ["web"]}
    if only and only not in needed:
        raise Failure(f"ONLY is one of {', '.join(needed)}, not {only[:20]!r}.")
    setup.set_up(needed[only] if only else [*setup.ALL, "browser"], dev=True)
    suites = {
        "web": web_suite(),
        "bot": pytest_suite(BOT, BOT_TESTS),
        "service": pytest_suite(SERVICE, SERVICE_TESTS),
    }
    total = Counts()
    for name, suite in suites.items():
        if suite is not None and only in ("", name):
            total += run(suite)
    if total == Counts():
        raise Failure(f"No test was found below {shown(ROOT / 'tests')}.")
    print(total.line(), flush=True)
    return 1 if total.failed else 0


if __name__ == "__main__":
    run_program(main)

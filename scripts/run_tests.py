"""`make test`: every test of every runner that the project has, and one line of totals at the end.

Two suites run at once, for most of what a test does is to wait; each line says whose it is.
`--only=bot|service|web` runs one part of them. `make test-long` (`--long`) runs those tests of the service
that are marked as taking longer than `make test` may, and only those.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import threading
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from scripts import build, setup
from scripts.console import ROOT, Failure, end_group, run_program, say
from scripts.environments import BOT, LOGS, SERVICE, Environment

SUITE_TIMEOUT_S = 3600.0
AT_ONCE = 2
BOT_TESTS = ("channels", "nlu")
BOOKS_TESTS = ("profiles", "deploy", "scripts", "ledger", "simulation", "bench")
TALK_TESTS = ("actions", "safety", "demo", "api", "conversations", "soak", "browser")
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


def pytest_suite(name: str, environment: Environment, tests: Sequence[str]) -> Suite:
    """pytest over the folders of these names."""
    folders = [f"tests/{each}" for each in tests]
    report = LOGS / f"test-{name}.xml"
    command = [str(environment.python), "-m", "pytest", "--durations=5", f"--junitxml={report}", *folders]
    return Suite(name, command, build.rasa_environment(), report)


def long_suite() -> Suite:
    """The service's tests that are marked `long`."""
    report = LOGS / "test-long.xml"
    command = [str(SERVICE.python), "-m", "pytest", "-m", "long", "--durations=0", f"--junitxml={report}"]
    folders = [f"tests/{name}" for name in (*BOOKS_TESTS, *TALK_TESTS)]
    return Suite("long", [*command, *folders], build.rasa_environment(), report, timeout_s=LONG_TIMEOUT_S)


def web_suite() -> Suite:
    """The widget's own `npm test`; node's runner is asked for a JUnit file beside what it prints."""
    report = LOGS / "test-web.xml"
    options = ["--test-reporter=spec", "--test-reporter-destination=stdout"]
    options += ["--test-reporter=junit", f"--test-reporter-destination={report}"]
    env = {**os.environ, **build.node_environment(), "NODE_OPTIONS": " ".join(options)}
    return Suite("web", ["npm", "test", "--silent"], env, report, build.WEB)


def run_all(suites: Sequence[Suite]) -> Counts:
    """Runs the suites, so many at once, in their order."""
    running: list[subprocess.Popen[bytes]] = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            return sum(pool.map(lambda suite: run(suite, running), suites), Counts())
        except BaseException:  # a signal: what was not begun is not, and the pool waits for what was
            pool.shutdown(wait=False, cancel_futures=True)
            for process in list(running):
                end_group(process)
            raise


def run(suite: Suite, running: list[subprocess.Popen[bytes]]) -> Counts:
    """Runs a suite with its output on the terminal; a crash, a hang or an empty run counts as one failure.

    `running`: the process is in it while it runs.
    """
    say(f"==== {suite.name}: {' '.join(suite.command[1:])}")
    if suite.report.exists():
        suite.report.unlink()
    started = time.monotonic()
    process = subprocess.Popen(
        list(suite.command),
        cwd=str(suite.cwd),
        env={**suite.env, "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    assert process.stdout is not None
    teller = threading.Thread(target=tell, args=(suite.name, process.stdout))
    teller.start()
    running.append(process)
    try:
        status: int | None = process.wait(timeout=suite.timeout_s)
    except subprocess.TimeoutExpired:
        status = None
    finally:
        end_group(process)
        running.remove(process)
    teller.join()
    counts = count(suite.report)
    trouble = trouble_of(status, counts, suite.timeout_s)
    if trouble:
        say(f"==== {suite.name}: {trouble}")
        counts += Counts(failed=1)
    say(f"==== {suite.name}: {counts.line()} in {time.monotonic() - started:.0f} s")
    return counts


def tell(name: str, output: IO[bytes]) -> None:
    """Shows each line of a suite with its name, as soon as it is there."""
    for line in output:
        say(f"{name:5} | {line.decode(errors='replace').rstrip()}")


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
        total = run_all([long_suite()])
        print(total.line(), flush=True)
        return 1 if total.failed else 0
    needed = {"bot": ["bot", "model"], "service": [*setup.ALL, "browser"], "web": ["web"]}
    if only and only not in needed:
        raise Failure(f"ONLY is one of {', '.join(needed)}, not {only[:20]!r}.")
    setup.set_up(needed[only] if only else [*setup.ALL, "browser"], dev=True)
    suites = {
        "service": [
            pytest_suite("books", SERVICE, BOOKS_TESTS),
            pytest_suite("talk", SERVICE, TALK_TESTS),
        ],
        "bot": [pytest_suite("bot", BOT, BOT_TESTS)],
        "web": [web_suite()],
    }
    total = run_all([suite for part, its in suites.items() if only in ("", part) for suite in its])
    print(total.line(), flush=True)
    return 1 if total.failed else 0


if __name__ == "__main__":
    run_program(main)

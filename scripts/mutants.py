"""`make mutants`: changes the ledger's code in thousands of small ways and counts what its tests notice.

A change ("mutant") that makes a test fail, or run without end, is killed; one that no test notices survives.
Everything happens in a copy below .run/mutants, one topic after the other, with the tests of that topic only,
on SQLite. Type annotations, docstrings, properties, what a module holds outside its functions, and words for
the log are not changed. Fails when less than LEAST_PCT of a topic's mutants are killed.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import re
import shutil
import tempfile
import time
from dataclasses import asdict, dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Union

from scripts import setup
from scripts.console import ROOT, Failure, run_logged, run_program, say, shown
from scripts.environments import MUTANTS

RUNS = ROOT / ".run" / "mutants"
LEAST_PCT = 85.0
PROCESSES = 2
COPIED = ("ledger", "migrations", "tests", "alembic.ini", "pyproject.toml")
Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]

# What pytest, or the signal that ended it, says of a mutant.
_KILLED = (1, 3)
_TIMED_OUT = (24, -24, 36, 152, 255)
_PROGRESS = re.compile(r"(\d+/\d+)  \S+ \d+ ")


@dataclass(frozen=True)
class Topic:
    """Modules of the ledger, and the files of tests/ledger about what they do, the most exact ones first."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


TOPICS: dict[str, Topic] = {
    "schedule": Topic(
        ("schedule", "money", "plans", "billing", "accrual"),
        ("schedule", "money", "plan_rows", "bill_rows", "bills", "penalties"),
    ),
    "allocation": Topic(
        ("allocation", "items", "booking", "plans_due"),
        ("allocation", "plan_rows", "repayments", "debits", "unknown_outcome"),
    ),
    "quotes": Topic(("quotes", "guards"), ("quotes", "quote_lines", "guards", "closing")),
    "settlement": Topic(
        ("settlement", "charges", "open_charges", "outcomes", "ending"),
        ("charge_states", "gateway_words", "settlement", "settle_and_close", "quotes"),
    ),
}


@dataclass(frozen=True)
class Counts:
    """How many mutants ended in which way."""

    killed: int = 0
    survived: int = 0
    timeout: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.killed + other.killed, self.survived + other.survived, self.timeout + other.timeout
        )

    @property
    def mutants(self) -> int:
        return self.killed + self.survived + self.timeout

    @property
    def killed_pct(self) -> float:
        """The share that was noticed, by a failing test or by one that did not end; 0 of nothing."""
        return round(100.0 * (self.killed + self.timeout) / self.mutants, 1) if self.mutants else 0.0

    def told(self) -> dict[str, float]:
        """As it is in the JSON."""
        return {"mutants": self.mutants, **asdict(self), "killed_pct": self.killed_pct}


@dataclass(frozen=True)
class Survivor:
    """Where the code was changed without a test noticing it, and how."""

    path: str
    line: int
    before: str
    after: str

    def text(self) -> str:
        return f"{self.path}:{self.line}\n  - {self.before}\n  + {self.after}"


# Most mutants end at the first test that looks closely.
_IN_ORDER = """

def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order = {order}
    items.sort(key=lambda item: order.index(item.path.name))
"""


def settings(topic: Topic) -> str:
    """The lines of pyproject.toml that say what is changed and which tests are run."""
    values = {
        "source_paths": ["ledger"],
        "only_mutate": [f"ledger/{name}.py" for name in topic.modules],
        "do_not_mutate_patterns": [r"\b_log[.]"],
        "also_copy": [name for name in COPIED if name not in ("ledger", "tests")],
        "pytest_add_cli_args": [
            "-k",
            "not postgresql",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:unraisableexception",
        ],
        "pytest_add_cli_args_test_selection": [f"tests/ledger/test_{name}.py" for name in topic.tests],
        "timeout_multiplier": 15.0,
        "timeout_constant": 5.0,
    }
    lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    return "\n".join(["", "[tool.mutmut]", *lines, ""])


def copy(topic: Topic, folder: Path) -> None:
    """A fresh copy of what the tests need, with the settings."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / name, folder / name)
    with (folder / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(settings(topic))
    with (folder / "tests" / "conftest.py").open("a", encoding="utf-8") as file:
        file.write(_IN_ORDER.format(order=[f"test_{name}.py" for name in topic.tests]))
    for module in topic.modules:
        path = folder / "ledger" / f"{module}.py"
        path.write_text(decorated_later(path.read_text("utf-8")), "utf-8")


def decorated_later(code: str) -> str:
    """The same module with its functions decorated after they are defined: decorated ones are not changed."""
    lines = code.splitlines()
    for function in reversed([each for each in ast.parse(code).body if isinstance(each, ast.FunctionDef)]):
        for each in function.decorator_list:  # the last one, nearest to the function, ends up first
            lines.insert(function.end_lineno or 0, f"{function.name} = {ast.unparse(each)}({function.name})")
            lines[each.lineno - 1 : each.end_lineno] = [""] * ((each.end_lineno or 0) - each.lineno + 1)
    return "\n".join(lines) + "\n"


def run(name: str, folder: Path) -> None:
    """Makes and tries every mutant of a topic. Raises Failure when the unchanged code fails its tests."""
    log = folder / "mutants.log"
    command = [
        "nice",
        "-n",
        "10",
        str(MUTANTS.folder / "bin" / "mutmut"),
        "run",
        f"--max-children={PROCESSES}",
    ]
    shared = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="yuefu-mutants-", dir=shared) as databases:
        env = {**os.environ, "PYTEST_DEBUG_TEMPROOT": databases}
        run_logged(f"Changing {name}", command, log, env=env, cwd=folder, progress=lambda: progress(log))


def progress(log: Path) -> str:
    """How many mutants of how many were tried, by the log's end; empty before the first."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 4000))
        counts = _PROGRESS.findall(file.read().decode("utf-8", "replace"))
    return f" ({counts[-1]})" if counts else ""


def results(folder: Path, module: str, root: Path = ROOT) -> tuple[Counts, list[Survivor]]:
    """What became of a module's mutants, by its lines below `root`. Raises Failure if one was not tried."""
    path = f"ledger/{module}.py"
    made = folder / "mutants" / path
    codes: dict[str, int] = json.loads(Path(f"{made}.meta").read_text("utf-8"))["exit_code_by_key"]
    survived = [name for name, code in codes.items() if code not in _KILLED + _TIMED_OUT]
    if any(codes[name] in (None, 2) for name in survived):
        raise Failure(f"Not every mutant of {path} was tried: look into {shown(folder / 'mutants.log')}.")
    counts = Counts(
        killed=sum(code in _KILLED for code in codes.values()),
        survived=len(survived),
        timeout=sum(code in _TIMED_OUT for code in codes.values()),
    )
    if not survived:
        return counts, []
    original = (root / path).read_text("utf-8")
    changed = made.read_text("utf-8")
    return counts, sorted(
        (survivor(path, original, changed, name) for name in survived), key=lambda found: found.line
    )


def survivor(path: str, original: str, changed: str, name: str) -> Survivor:
    """Finds the first line in which the mutant `ledger.x.x_function__mutmut_3` differs from the function.

    `changed` holds the function as `x_function__mutmut_orig` beside its mutants; methods are `xǁClassǁname`.
    """
    mutant = name.rsplit(".", 1)[-1]
    function = mutant.split("__mutmut_")[0]
    owner, _, plain = function[2:].rpartition("ǁ")
    made = functions(changed)
    before, after = (
        [line.replace(each, plain) for line in source(changed, made[owner, each])]
        for each in (f"{function}__mutmut_orig", mutant)
    )
    offset = next(at for at, (old, new) in enumerate(zip_longest(before, after)) if old != new)
    line = functions(original)[owner, plain].lineno + offset
    return Survivor(path, line, *("".join(lines[offset : offset + 1]).strip() for lines in (before, after)))


def functions(code: str) -> dict[tuple[str, str], Function]:
    """Functions and methods of a module by class ("" outside) and name."""
    found: dict[tuple[str, str], Function] = {}
    for statement in ast.parse(code).body:
        owner, inside = "", [statement]
        if isinstance(statement, ast.ClassDef):
            owner, inside = statement.name, statement.body
        for each in inside:
            if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)):
                found[owner, each.name] = each
    return found


def source(code: str, function: Function) -> list[str]:
    """The function's lines."""
    return code.splitlines()[function.lineno - 1 : function.end_lineno]


def main() -> int:
    """Returns 0 only when enough of each topic's mutants are killed."""
    parser = argparse.ArgumentParser(prog="make mutants")
    parser.add_argument("--only", default="")
    only: str = parser.parse_args().only
    if only and only not in TOPICS:
        raise Failure(f"ONLY is one of {', '.join(TOPICS)}, not {only[:20]!r}.")
    setup.set_up(["mutants"], dev=True)
    by_topic: dict[str, Counts] = {}
    by_module: dict[str, Counts] = {}
    for name in [only] if only else TOPICS:
        topic, started = TOPICS[name], time.monotonic()
        say(f"{name}: {', '.join(topic.modules)}")
        copy(topic, RUNS / name)
        run(name, RUNS / name)
        by_topic[name] = Counts()
        for module in topic.modules:
            counts, survivors = results(RUNS / name, module)
            by_module[f"ledger/{module}.py"] = counts
            by_topic[name] += counts
            for each in survivors:
                print(each.text())
        say(f"{name}: {by_topic[name].killed_pct} % in {time.monotonic() - started:.0f} s")
    return report(by_topic, by_module)


def report(by_topic: dict[str, Counts], by_module: dict[str, Counts]) -> int:
    """Prints the table and the JSON; returns the exit status."""
    row = "{:26} {:>8} {:>8} {:>8} {:>9} {:>8}"
    print(row.format("", "mutants", "killed", "timeout", "survived", "killed %"))
    for name, counts in [*by_module.items(), *by_topic.items()]:
        figures = (counts.mutants, counts.killed, counts.timeout, counts.survived, counts.killed_pct)
        print(row.format(name, *figures))
    total = sum(by_topic.values(), Counts())
    told = {
        **total.told(),
        "by_topic": {name: counts.told() for name, counts in by_topic.items()},
        "by_module": {name: counts.told() for name, counts in by_module.items()},
    }
    weak = [name for name, counts in by_topic.items() if counts.killed_pct < LEAST_PCT]
    if weak:
        say(f"Less than {LEAST_PCT:.0f} % were killed: {', '.join(weak)}.")
    print(json.dumps(told), flush=True)
    return 1 if weak else 0


if __name__ == "__main__":
    run_program(main)

"""The threat model says nothing that no test shows."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from scripts.console import ROOT

PAGE = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/.]+?)(?:::(\w+))?`", PAGE)))
SECRET = re.compile(r"--?[\w-]*(?:secret|password|token)[\w-]*[= ]", re.IGNORECASE)


@cache
def named_in(path: Path) -> set[str]:
    return set(re.findall(r"^(?:async )?def (test_\w+)", path.read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_each_test_that_is_named_is_there(path: str, name: str) -> None:
    assert name in named_in(ROOT / path) if name else named_in(ROOT / path)


def test_every_line_names_one() -> None:
    rows = [
        line
        for line in PAGE.splitlines()
        if line.startswith("|") and not re.match(r"\| (---|They|It) ", line)
    ]
    assert len(rows) > 30
    assert [row for row in rows if not re.search(r"`tests/[^`]+` \|$", row)] == []


def test_no_secret_is_on_a_command_line() -> None:
    """No option takes one, and no command of ours is given one."""
    listed = subprocess.run(
        ["git", "ls-files", "*.py", "*.sh", "*.yml", "Makefile"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.split():
        if name.startswith(("tests/", "data/", "web/", "requirements/")):
            continue
        for line in (ROOT / name).read_text("utf-8").splitlines():
            if "add_argument" in line or "command" in line or line.startswith("\t"):
                assert not SECRET.search(line), f"{name}: {line.strip()}"

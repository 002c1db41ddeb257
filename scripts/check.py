"""`make check`: requirements, lint, format and types; every finding is shown, and one is enough to fail."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from scripts import build, setup
from scripts.console import ROOT, Failure, run_program, say
from scripts.environments import BOT, SERVICE

SERVICE_CODE = (
    "profiles",
    "ledger",
    "actions",
    "demo",
    "scripts",
    "migrations",
    "simulation",
    "bench",
    "soak",
)
BOT_CODE = ("profiles", "channels", "nlu")


def show(what: str, command: Sequence[str], env: Mapping[str, str] | None = None, cwd: Path = ROOT) -> bool:
    """Runs one check with its output on the terminal; says what failed and returns whether it passed."""
    status = subprocess.run(list(command), cwd=str(cwd), env=env, check=False).returncode
    if status != 0:
        say(f"FAILED: {what}")
    return status == 0


def folders(names: Sequence[str]) -> list[str]:
    """The folders of these names that hold Python."""
    return [name for name in names if any((ROOT / name).glob("**/*.py"))]


def python_checks() -> list[bool]:
    """Requirements, ruff and mypy: the bot's code is typed against the bot's own libraries."""
    tool = str(SERVICE.folder / "bin")
    passed = [
        show("requirements", [str(SERVICE.python), "-m", "scripts.requirements", "--check"]),
        show("lint", [f"{tool}/ruff", "check", "--quiet", "."]),
        show(
            "format (`.venv-service/bin/ruff format`)", [f"{tool}/ruff", "format", "--check", "--quiet", "."]
        ),
    ]
    service, bot = folders(SERVICE_CODE), folders(BOT_CODE)
    if service:
        passed.append(show("types", [f"{tool}/mypy", *service]))
    if bot:
        other = ["--python-executable", str(BOT.python), "--python-version", "3.10"]
        cache = ["--cache-dir", ".stamps/mypy-bot"]
        passed.append(show("types of the bot's code", [f"{tool}/mypy", *other, *cache, *bot]))
    return passed


def main() -> int:
    """Returns 0 when everything passed."""
    setup.set_up(["bot", "service", "web"], dev=True)
    passed = python_checks()
    if (build.WEB / "tsconfig.json").exists():
        env = {**os.environ, **build.node_environment()}
        passed.append(show("types of the widget", ["npx", "--no-install", "tsc", "--noEmit"], env, build.WEB))
    if not all(passed):
        raise Failure(f"{passed.count(False)} of {len(passed)} checks failed.")
    say(f"{len(passed)} checks passed.")
    return 0


if __name__ == "__main__":
    run_program(main)

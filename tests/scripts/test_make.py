"""What a person writes after `make` reaches the program as it was written."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Program = Callable[[Path, str], Path]
ODD = 'it\'s 100% 好的 $HOME "q" `id` $(touch pwned) $(shell touch pwned) -- ; # x \\ y'


def make(project: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Runs make as from a clean shell."""
    return subprocess.run(
        ["make", *words],
        cwd=project,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(project), **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def fake_service(project: Path, program: Program) -> Path:
    """A service environment whose Python shows its arguments, one a line."""
    program(
        project / ".venv-service" / "bin" / "python", 'for word in "$@"; do printf "<%s>\\n" "$word"; done'
    )
    return project


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["token", "CUSTOMER=c-owing", "ACR=payment"], ["token", "--customer=c-owing", "--acr=payment"]),
        (["token", "CUSTOMER=anon"], ["token", "--customer=anon"]),
        (["gateway", "MODE=late", "CUSTOMER=c-owing"], ["gateway", "--mode=late", "--customer=c-owing"]),
        (["clock", "ADVANCE=1d"], ["clock", "--advance=1d"]),
        (["ledger", "CUSTOMER=c clean"], ["ledger", "--customer=c clean"]),
        (["ticket", "LIST=1"], ["ticket", "--list"]),
        (["ticket", "ID=3", "TAKE=1"], ["ticket", "--id=3", "--take"]),
        (["ticket", "ID=3", "CLOSE=1"], ["ticket", "--id=3", "--close"]),
        (["ticket", "ID=3", "REPLY=-好"], ["ticket", "--id=3", "--reply=-好"]),
        (["ticket", "ID=3", f"REPLY={ODD}"], ["ticket", "--id=3", f"--reply={ODD}"]),
    ],
)
def test_arguments_arrive_as_written(fake_service: Path, words: list[str], told: list[str]) -> None:
    done = make(fake_service, *words)
    assert done.stdout.splitlines() == [f"<{word}>" for word in ["-m", "demo.control", *told]]
    assert (done.returncode, done.stderr) == (0, "")
    assert not (fake_service / "pwned").exists()


def test_without_an_environment_the_control_says_that_no_demo_runs(project: Path) -> None:
    done = make(project, "ledger", "CUSTOMER=c-owing")
    assert done.returncode != 0 and done.stdout == ""
    assert done.stderr.splitlines()[0] == (
        "No demo is running here: start one with `make demo` in another terminal."
    )


def test_the_control_passes_on_a_refusal(project: Path, program: Program) -> None:
    program(project / ".venv-service" / "bin" / "python", "echo no such customer >&2; exit 3")
    done = make(project, "ledger", "CUSTOMER=c-owing")
    assert done.returncode == 2 and done.stdout == "" and done.stderr.startswith("no such customer\n")


@pytest.mark.parametrize(
    ("command", "known"),
    [("test", "bot, service, web"), ("mutants", "schedule, allocation, quotes, settlement")],
)
def test_only_one_of_the_known_parts_can_be_run(project: Path, command: str, known: str) -> None:
    done = make(project, command, f"ONLY={ODD}")
    assert done.stderr.splitlines()[0] == f"ONLY is one of {known}, not {ODD[:20]!r}."
    assert (done.returncode, done.stdout) == (2, "") and not (project / "pwned").exists()


def test_nlu_report_asks_for_its_files(project: Path) -> None:
    done = make(project, "nlu-report", "FILE=a.tsv")
    assert done.returncode != 0 and "make nlu-report FILE=questions.tsv OUT=predictions.tsv" in done.stderr


def test_help_names_every_command(project: Path) -> None:
    told = make(project).stdout
    for name in ("demo", "test", "setup", "check", "train", "shell", "token", "gateway", "clock", "ledger"):
        assert f"make {name}" in told


def test_a_broken_python3_shim_is_passed_over(project: Path, program: Program) -> None:
    program(project / "bin" / "python3", "echo pyenv: version 3.10 is not installed >&2; exit 127")
    path = f"{project / 'bin'}:/usr/bin:/bin"
    done = subprocess.run(
        ["sh", "scripts/py.sh", "-c", "print('it runs')"],
        cwd=project,
        env={"PATH": path, "HOME": str(project)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "it runs\n"


def test_clean_does_not_touch_a_running_demo(project: Path) -> None:
    (project / ".run").mkdir()
    (project / ".run" / "demo.json").write_text("{}")
    assert make(project, "clean").returncode != 0
    assert (project / ".run" / "demo.json").exists()

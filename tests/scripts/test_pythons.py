"""The finder believes only what runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import environments, pythons
from scripts.console import Failure

Program = Callable[[Path, str], Path]
BROKEN_SHIM = 'echo "pyenv: version `3.10` is not installed" >&2; exit 127'


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing on it: its bin folder is all of PATH, its home is empty."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin-of-nobody")
    monkeypatch.delenv("PYENV_ROOT", raising=False)
    (tmp_path / "bin").mkdir()
    return tmp_path


def test_pyenv_root_is_searched_newest_first(
    machine: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = machine / "elsewhere"
    for patch in (9, 13):
        program(root / "versions" / f"3.10.{patch}" / "bin" / "python", f"echo CPython 3 10 {patch}")
    monkeypatch.setenv("PYENV_ROOT", str(root))
    found = pythons.find_python([(3, 10)], None)
    assert found is not None and found.version == (3, 10, 13)


def test_python_version_names_the_exact_one(
    machine: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    for patch in (9, 13):
        program(
            machine / ".pyenv" / "versions" / f"3.10.{patch}" / "bin" / "python", f"echo CPython 3 10 {patch}"
        )
    (machine / ".python-version").write_text("3.10.9\n")
    monkeypatch.setattr(pythons, "ROOT", machine)
    found = pythons.find_python([(3, 10)], None)
    assert found is not None and found.version == (3, 10, 9)


def test_pyenv_is_found_by_its_shims_on_path(
    machine: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = machine / "opt" / "pyenv"
    program(root / "shims" / "python3.10", BROKEN_SHIM)
    program(root / "versions" / "3.10.4" / "bin" / "python", "echo CPython 3 10 4")
    monkeypatch.setenv("PATH", str(root / "shims"))
    found = pythons.find_python([(3, 10)], None)
    assert found is not None and found.path == str(root / "versions" / "3.10.4" / "bin" / "python")


def test_a_broken_shim_is_passed_over_for_the_next_on_path(
    machine: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(machine / "shims" / "python3.10", BROKEN_SHIM)
    good = program(machine / "bin" / "python3.10", "echo CPython 3 10 1")
    monkeypatch.setenv("PATH", f"{machine / 'shims'}:{machine / 'bin'}")
    found = pythons.find_python([(3, 10)], None)
    assert found is not None and found.path == str(good)


def test_a_name_that_lies_about_its_version_is_not_taken(machine: Path, program: Program) -> None:
    program(machine / "bin" / "python3.10", "echo CPython 3 11 2")
    program(machine / "bin" / "python3", "echo PyPy 3 10 2")
    assert pythons.find_python([(3, 10)], None) is None


def test_uv_is_asked_for_what_it_manages(machine: Path, program: Program) -> None:
    managed = program(machine / "managed" / "python3.10", "echo CPython 3 10 19")
    uv = program(machine / "bin" / "uv", f'case "$*" in *find*3.10) echo {managed};; *) exit 2;; esac')
    found = pythons.find_python([(3, 10)], str(uv))
    assert found is not None and found.path == str(managed)


def test_the_service_takes_the_best_of_three(machine: Path, program: Program) -> None:
    program(machine / "bin" / "python3.11", "echo CPython 3 11 2")
    program(machine / "bin" / "python3.13", "echo CPython 3 13 0")
    found = pythons.find_python(environments.SERVICE.minors, None)
    assert found is not None and found.version == (3, 13, 0)


def test_a_uv_that_does_not_run_or_is_too_old_is_passed_over(
    machine: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(machine / "shims" / "uv", "echo uv 9.9.9; exit 127")
    program(machine / "old" / "uv", "echo uv 0.1.44")
    good = program(machine / "bin" / "uv", "echo 'uv 0.9.1 (abc 2025-01-01)'")
    monkeypatch.setenv("PATH", f"{machine / 'shims'}:{machine / 'old'}:{machine / 'bin'}")
    assert pythons.find_uv() == str(good)


def test_a_uv_inside_a_pyenv_version_is_found(machine: Path, program: Program) -> None:
    program(machine / "bin" / "uv", BROKEN_SHIM)
    good = program(machine / ".pyenv" / "versions" / "3.11.7" / "bin" / "uv", "echo uv 0.9.1")
    assert pythons.find_uv() == str(good)


def test_no_uv_is_said_in_one_sentence(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pythons, "ROOT", machine)
    with pytest.raises(Failure, match="run `make setup` first"):
        pythons.need_uv()

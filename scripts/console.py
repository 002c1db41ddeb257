"""What a person at the terminal sees: one line a step, one sentence a failure, the details in a log."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Callable, Mapping, NoReturn, Sequence

ROOT = Path(__file__).resolve().parent.parent
HEARTBEAT_S = 15.0
STOP_GRACE_S = 5.0
WATCH_S = 0.5


class Failure(Exception):
    """Something the person must know, said in one sentence; shown without a traceback."""


class Stopped(BaseException):
    """A signal asked the program to stop. `signum` is that signal."""

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.signum = signum


def say(text: str) -> None:
    """Progress goes to stderr: stdout is for answers alone."""
    print(text, file=sys.stderr, flush=True)


def _stop(signum: int, _frame: FrameType | None) -> NoReturn:
    raise Stopped(signum)


def run_program(main: Callable[[], int]) -> NoReturn:
    """Runs `main` and exits with what it returns: 1 after a Failure, 128 + signal when stopped."""
    _stop_with_make()
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, _stop)
    try:
        status = main()
    except Failure as failure:
        say(str(failure))
        status = 1
    except Stopped as stopped:
        status = 128 + stopped.signum
    sys.exit(status)


def _stop_with_make() -> None:
    """A `make` that is killed cannot pass anything on: its program notices that it has another parent."""
    if not os.environ.get("MAKELEVEL"):
        return
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(WATCH_S)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def run_logged(
    what: str,
    command: Sequence[str],
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
    progress: Callable[[], str] = str,
) -> None:
    """Runs a step with its output in `log` (truncated first), with a sign of life and `progress` every 15 s.

    The step gets a process group of its own, so that stopping this program stops everything below it.
    Raises Failure with the step's last words and the log's path.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with log.open("wb") as out:
        try:
            process = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=str(cwd),
                env=dict(env) if env is not None else None,
                start_new_session=True,
            )
        except OSError as error:
            raise Failure(f"{what} failed: {command[0]} cannot be run ({error.strerror}).") from error
        try:
            while True:
                try:
                    status = process.wait(timeout=HEARTBEAT_S)
                    break
                except subprocess.TimeoutExpired:
                    say(f"      … {time.monotonic() - started:.0f} s{progress()}")
        except BaseException:
            end_group(process)
            raise
    if status != 0:
        raise Failure(f"{what} failed: {last_words(log)} The log is {shown(log)}.")


def group_alive(process: subprocess.Popen[bytes]) -> bool:
    """Whether anything of the process's own group is left (the process itself is reaped first)."""
    process.poll()
    try:
        os.killpg(process.pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def end_group(process: subprocess.Popen[bytes], grace_s: float = STOP_GRACE_S) -> None:
    """Ends a process started with its own session, and everything it started: asked first, then killed."""
    for signum in (signal.SIGTERM, signal.SIGKILL):
        if not group_alive(process):
            return
        try:
            os.killpg(process.pid, signum)
        except (ProcessLookupError, PermissionError):
            return
        until = time.monotonic() + grace_s
        while group_alive(process) and time.monotonic() < until:
            time.sleep(0.05)


def last_words(log: Path) -> str:
    """The last line of a log that says something, as the end of a sentence."""
    try:
        tail = log.read_bytes()[-8000:].decode("utf-8", "replace")
    except OSError:
        return "it left no log."
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line).strip() for line in tail.splitlines()]
    told = [line for line in lines if re.search(r"\w", line)]
    if not told:
        return "it said nothing."
    worded = [line for line in told if re.match(r"(?i)(\w+\.)*\w*(error|exception|failure)\b", line)]
    words = (worded or told)[-1]
    return words[:300] if words.endswith((".", "!", "?", "。")) else words[:300] + "."


def shown(path: Path) -> str:
    """A path as the person would type it from the project's folder."""
    try:
        return str(path.relative_to(ROOT))
    except ValueError:
        return str(path)

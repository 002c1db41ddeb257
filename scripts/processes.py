"""The demo's programs as processes: started together, waited for, and ended so that nothing stays behind."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.console import ROOT, STOP_GRACE_S, Failure, end_group, last_words, shown

POLL_S = 0.25
PROBE_TIMEOUT_S = 5.0


@dataclass(frozen=True)
class Program:
    """A program that runs: its name for people, its process (leader of its own group), log and address."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    url: str

    def last_words(self) -> str:
        """Why it ended, as far as its log tells, and where the log is."""
        return f"{last_words(self.log)} Its log is {shown(self.log)}."


class Household:
    """All programs of one demo. Leaving the context ends them; so does the death of this process."""

    def __init__(self, leftovers: Sequence[Path], grace_s: float = STOP_GRACE_S) -> None:
        self._leftovers = leftovers
        self._grace_s = grace_s
        self.programs: list[Program] = []

    def __enter__(self) -> Household:
        command = [sys.executable, "-m", "scripts.guardian", *map(str, self._leftovers)]
        self._guardian = subprocess.Popen(
            command, stdin=subprocess.PIPE, cwd=str(ROOT), start_new_session=True, bufsize=0
        )
        return self

    def __exit__(self, *_: object) -> None:
        for program in self.programs:  # both are asked before either is waited for
            if program.process.poll() is None:
                program.process.terminate()
        for program in self.programs:
            end_group(program.process, self._grace_s)
        for path in self._leftovers:
            if path.exists():
                path.unlink()
        self._tell("done")
        self._guardian.wait()

    def start(
        self, name: str, command: Sequence[str], env: Mapping[str, str], log: Path, url: str
    ) -> Program:
        """Starts a program with its output in `log` (begun anew). Raises Failure when it cannot be run."""
        with log.open("wb") as out:
            try:
                process = subprocess.Popen(
                    list(command),
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    cwd=str(ROOT),
                    env=dict(env),
                    start_new_session=True,
                    preexec_fn=self._announce,
                )
            except OSError as error:
                raise Failure(f"The {name} cannot be started: {command[0]}: {error.strerror}.") from error
        program = Program(name, process, log, url)
        self.programs.append(program)
        return program

    def _announce(self) -> None:
        """In the program's process, before it begins: who starts it may be killed the moment afterwards."""
        self._tell(str(os.getpid()))

    def _tell(self, line: str) -> None:
        assert self._guardian.stdin is not None
        try:
            self._guardian.stdin.write(f"{line}\n".encode())
        except BrokenPipeError:
            return

    def check(self) -> None:
        """Raises Failure when a program has ended by itself."""
        for program in self.programs:
            status = program.process.poll()
            if status is not None and status < 0:
                raise Failure(
                    f"The {program.name} was ended by signal {-status}. Its log is {shown(program.log)}."
                )
            if status is not None:
                raise Failure(f"The {program.name} stopped: {program.last_words()}")

    def wait_ready(self, timeout_s: float, on_ready: Callable[[Program], None]) -> None:
        """Waits until every program answers /readyz with 200. Raises Failure when one ends or is too late."""
        waiting = list(self.programs)
        until = time.monotonic() + timeout_s
        answer = ""
        while waiting:
            self.check()
            for program in list(waiting):
                ready, answer = probe(f"{program.url}/readyz")
                if ready:
                    waiting.remove(program)
                    on_ready(program)
            if waiting and time.monotonic() > until:
                late = waiting[0]
                told = f" (it answers: {answer})" if answer else ""
                raise Failure(
                    f"The {late.name} is not ready after {timeout_s:.0f} s{told}. Is the machine busy?"
                    f" Its log ends: {late.last_words()}"
                )
            time.sleep(POLL_S if waiting else 0)


def probe(url: str) -> tuple[bool, str]:
    """Whether a GET answers 200, and what it says otherwise (empty when nobody answers)."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback is never proxied
    try:
        with opener.open(url, timeout=PROBE_TIMEOUT_S) as response:
            return response.status == 200, ""
    except urllib.error.HTTPError as error:
        return False, error.read(300).decode("utf-8", "replace").strip()
    except (OSError, ValueError):
        return False, ""


def free_port() -> int:
    """A port of the loopback interface that nobody uses now."""
    with socket.socket() as probe_socket:
        probe_socket.bind(("127.0.0.1", 0))
        port: int = probe_socket.getsockname()[1]
        return port


def require_free(port: int) -> None:
    """Raises Failure with the way out when the port is in use or may not be used."""
    with socket.socket() as probe_socket:
        probe_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe_socket.bind(("127.0.0.1", port))
        except PermissionError as error:
            raise Failure(
                f"Port {port} is reserved: choose one above 1023, `make demo PORT=5005`."
            ) from error
        except OSError as error:
            raise Failure(
                f"Port {port} is in use: stop what uses it, or choose another, `make demo PORT={port + 1}`."
            ) from error


def write_private(path: Path, told: Mapping[str, object]) -> None:
    """Writes JSON that only this user may read, at once."""
    draft = path.with_name(path.name + ".new")
    if draft.exists():
        draft.unlink()
    handle = os.open(str(draft), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        json.dump(told, out, indent=1)
    os.replace(str(draft), str(path))

"""The demo's programs: nothing stays behind, whoever dies first, and each trouble is one sentence."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import demo, processes
from scripts.console import Failure
from scripts.processes import Household
from tests.scripts.conftest import ROOT, alive

RunModule = Callable[..., "subprocess.CompletedProcess[str]"]
# A program that does not mind SIGTERM, with a child of the same kind; writes both pids.
STUBBORN = "trap '' TERM; sleep 300 & echo $! >>{pids}; echo $$ >>{pids}; while :; do sleep 1; done"
SERVER = """
import http.server, sys, time
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        ready = time.monotonic() - started > float(sys.argv[2])
        self.send_response(200 if ready else 503); self.end_headers(); self.wfile.write(b'loading')
    def log_message(self, *words): pass
started = time.monotonic()
http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
"""


def pids_in(path: Path, number: int = 2) -> list[int]:
    """Waits until a program has written this many pids."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if path.exists() and len(path.read_text().split()) >= number:
            return [int(word) for word in path.read_text().split()]
        time.sleep(0.02)
    raise AssertionError("the program did not start")


def wait_until_gone(pids: list[int], timeout_s: float) -> bool:
    """Whether all of these processes end in time."""
    until = time.monotonic() + timeout_s
    while time.monotonic() < until and any(alive(pid) for pid in pids):
        time.sleep(0.05)
    return not any(alive(pid) for pid in pids)


def start_server(household: Household, folder: Path, ready_after_s: float) -> None:
    """Starts a server that answers 503 and then 200 on /readyz."""
    port = processes.free_port()
    command = [sys.executable, "-c", SERVER, str(port), str(ready_after_s)]
    household.start("service", command, os.environ, folder / "service.log", f"http://127.0.0.1:{port}")


def test_leaving_ends_every_process_and_removes_the_state(tmp_path: Path) -> None:
    pids, state = tmp_path / "pids", tmp_path / "demo.json"
    state.write_text("{}")
    with Household([state], grace_s=0.5) as household:
        command = ["/bin/sh", "-c", STUBBORN.format(pids=pids)]
        household.start("bot", command, os.environ, tmp_path / "bot.log", "http://127.0.0.1:1")
        started = pids_in(pids)
    assert not any(alive(pid) for pid in started)
    assert not state.exists()


def test_a_killed_supervisor_takes_its_programs_along(tmp_path: Path) -> None:
    pids, state = tmp_path / "pids", tmp_path / "demo.json"
    state.write_text("{}")
    script = (
        "import os, sys, time; from pathlib import Path; from scripts.processes import Household\n"
        "with Household([Path(sys.argv[1])]) as house:\n"
        "    house.start('bot', ['/bin/sh', '-c', sys.argv[2]], os.environ, Path(sys.argv[3]), 'http://x')\n"
        "    time.sleep(300)\n"
    )
    words = [str(state), STUBBORN.format(pids=pids), str(tmp_path / "bot.log")]
    supervisor = subprocess.Popen([sys.executable, "-c", script, *words], cwd=ROOT)
    started = pids_in(pids)
    supervisor.send_signal(signal.SIGKILL)
    supervisor.wait()
    assert wait_until_gone(started, timeout_s=60)
    assert not state.exists()


def test_killed_the_moment_it_has_started_a_program_it_takes_it_along(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    script = (
        "import os, signal, sys; from pathlib import Path; from scripts import processes\n"
        "start = processes.subprocess.Popen\n"
        "def killed(*words, **more):\n"
        "    start(*words, **more)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "with processes.Household([]) as house:\n"
        "    processes.subprocess.Popen = killed\n"
        "    house.start('bot', ['/bin/sh', '-c', sys.argv[1]], os.environ, Path(sys.argv[2]), 'http://x')\n"
    )
    words = [STUBBORN.format(pids=pids), str(tmp_path / "bot.log")]
    supervisor = subprocess.run([sys.executable, "-c", script, *words], cwd=ROOT, check=False)
    assert supervisor.returncode == -signal.SIGKILL
    assert wait_until_gone(pids_in(pids), timeout_s=60)


def test_readiness_is_waited_for(tmp_path: Path) -> None:
    told: list[str] = []
    with Household([]) as household:
        start_server(household, tmp_path, ready_after_s=0.6)
        household.wait_ready(10, lambda program: told.append(program.name))
    assert told == ["service"]


def test_never_ready_is_one_sentence_with_its_answer(tmp_path: Path) -> None:
    with (
        Household([]) as household,
        pytest.raises(Failure, match=r"not ready after 1 s \(it answers: loading\)"),
    ):
        start_server(household, tmp_path, ready_after_s=60)
        household.wait_ready(1, lambda program: None)


def test_a_program_that_ends_by_itself_is_told_with_its_last_words(tmp_path: Path) -> None:
    with Household([]) as household:
        command = ["/bin/sh", "-c", "echo 'ModelNotFound: no model'; exit 1"]
        program = household.start("bot", command, os.environ, tmp_path / "bot.log", "http://127.0.0.1:1")
        program.process.wait()
        with pytest.raises(Failure) as caught:
            household.wait_ready(5, lambda program: None)
    assert str(caught.value) == (
        f"The bot stopped: ModelNotFound: no model. Its log is {tmp_path / 'bot.log'}."
    )


def test_a_killed_program_is_told_as_such(tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    with Household([]) as household:
        program = household.start("bot", ["sleep", "60"], os.environ, log, "http://127.0.0.1:1")
        program.process.kill()
        program.process.wait()
        with pytest.raises(Failure, match=f"^The bot was ended by signal 9. Its log is {log}.$"):
            household.check()


def test_a_killed_make_takes_its_program_along(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    program = (
        "import os, sys, time; from pathlib import Path; from scripts.console import run_program\n"
        "Path(sys.argv[1]).write_text(str(os.getpid()))\n"
        "run_program(lambda: time.sleep(300) or 0)\n"
    )
    (tmp_path / "it.py").write_text(program)
    (tmp_path / "Makefile").write_text(f"it:\n\texec {sys.executable} {tmp_path}/it.py {pid}\n")
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    make = subprocess.Popen(["make", "-C", str(tmp_path)], env=env, stdout=subprocess.DEVNULL)
    started = pids_in(pid, 1)
    make.kill()
    make.wait()
    assert wait_until_gone(started, timeout_s=5)


def test_a_program_that_cannot_be_run_is_told(tmp_path: Path) -> None:
    with Household([]) as household, pytest.raises(Failure, match="The bot cannot be started: /no/rasa"):
        household.start("bot", ["/no/rasa"], os.environ, tmp_path / "bot.log", "http://127.0.0.1:1")


def test_a_taken_port_is_told_before_anything_is_set_up(project: Path, run_module: RunModule) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        done = run_module(project, "scripts.demo", PORT=str(port))
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.strip() == (
        f"Port {port} is in use: stop what uses it, or choose another, `make demo PORT={port + 1}`."
    )


@pytest.mark.parametrize("port", ["http", "0", "70000", "-1", "５００５"])
def test_a_port_that_is_none_is_told(project: Path, run_module: RunModule, port: str) -> None:
    done = run_module(project, "scripts.demo", PORT=port, PYTHONUTF8="1")
    assert done.returncode == 1 and done.stderr.strip().startswith("PORT must be a number from 1 to 65535")


def test_a_second_demo_is_told_where_the_first_is(project: Path, run_module: RunModule) -> None:
    (project / ".run").mkdir()
    told = {"pid": 4242, "bot_url": "http://127.0.0.1:5005"}
    (project / ".run" / "demo.json").write_text(json.dumps(told))
    with (project / ".run" / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = run_module(project, "scripts.demo", PORT=str(processes.free_port()))
    assert done.returncode == 1
    assert done.stderr.strip() == (
        "A demo already runs in this folder: open http://127.0.0.1:5005/ or stop it with `kill 4242`."
    )


def test_secrets_are_made_once_private_and_mended_when_damaged(tmp_path: Path) -> None:
    first = demo.load_secrets(tmp_path)
    assert demo.load_secrets(tmp_path) == first
    assert len(set(first.values())) == len(demo.SECRETS)
    path = tmp_path / "secrets.json"
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text('{"action": ""}')
    assert demo.load_secrets(tmp_path).keys() == first.keys()
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_bot_does_not_get_the_staff_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUEFU_STAFF_SECRET", "from the shell")
    keys = {name: f"value of {name}" for name in demo.SECRETS}
    env = demo.environment(tmp_path, 5055, keys, demo.SEEN_BY_BOT)
    assert "YUEFU_STAFF_SECRET" not in env
    assert env["YUEFU_BUTTON_SECRET"] == "value of button"
    assert not any("value of" in word for word in demo.run_bot_command(5005))


def test_a_model_that_rasa_cannot_load_is_told_with_the_way_out(tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    log.write_text(
        "INFO Loading\nERROR rasa.core.agent - Could not load model due to no such part..\nTraceback\n"
    )
    told = demo.model_trouble(log)
    assert str(told) == (
        "The bot cannot load models/yuefu.tar.gz (no such part): remove models/yuefu.tar.gz and run "
        f"`make demo` again, it is then trained anew. Its log is {log}."
    )
    log.write_text("OSError: something else\n")
    assert demo.model_trouble(log) is None

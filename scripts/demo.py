"""`make demo`: sets up, seeds the ledger, runs service and bot, and ends both with itself.

Reads PORT (the bot's, default 5005), RESET=1 (start from the seeded state) and YUEFU_RUN_DIR (default .run).
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts import build, setup
from scripts.console import ROOT, WATCH_S, Failure, Stopped, run_logged, run_program, say, shown
from scripts.environments import BOT, SERVICE
from scripts.processes import Household, Program, free_port, require_free, write_private

READY_TIMEOUT_S = 300.0  # a busy machine has taken two minutes
SECRETS = ("action", "staff", "jwt", "button")
SEEN_BY_BOT = ("action", "jwt", "button")


def run_dir() -> Path:
    """The folder of this demo's state, made if need be; for this user's eyes only."""
    folder = (ROOT / os.environ.get("YUEFU_RUN_DIR", ".run")).resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def chosen_port() -> int:
    """PORT as a number. Raises Failure when it is none."""
    text = os.environ.get("PORT") or "5005"
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise Failure(f"PORT must be a number from 1 to 65535, not {text[:20]!r}.")
    return int(text)


@contextmanager
def only_demo(folder: Path) -> Iterator[None]:
    """Holds the demo's lock; the system drops it with this process. Raises Failure when another demo runs."""
    with (folder / "demo.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Failure(f"A demo already runs in this folder{where_it_runs(folder)}.") from error
        yield


def where_it_runs(folder: Path) -> str:
    """The other demo's address and process, as the rest of a sentence; empty while it is starting."""
    try:
        told = json.loads((folder / "demo.json").read_text("utf-8"))
        return f": open {told['bot_url']}/ or stop it with `kill {int(told['pid'])}`"
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def load_secrets(folder: Path) -> dict[str, str]:
    """The demo's random secrets, made once and kept so that tokens outlive a restart."""
    path = folder / "secrets.json"
    try:
        told = json.loads(path.read_text("utf-8"))
        if all(isinstance(told.get(name), str) and told[name] for name in SECRETS):
            return {name: told[name] for name in SECRETS}
    except (OSError, ValueError, AttributeError):
        pass
    made = {name: secrets.token_urlsafe(32) for name in SECRETS}
    write_private(path, made)
    return made


def environment(folder: Path, port: int, keys: dict[str, str], names: tuple[str, ...]) -> dict[str, str]:
    """The environment of one program: it gets only the secrets in `names`, and none on its command line."""
    ours = build.rasa_environment()
    base = {name: ours[name] for name in ours if not (name.startswith("YUEFU_") and name.endswith("_SECRET"))}
    return {
        **base,
        "PYTHONUNBUFFERED": "1",
        "SANIC_BACKLOG": "4096",  # as in channels/start.py
        "YUEFU_PROFILE": "demo",
        "YUEFU_RUN_DIR": str(folder),
        "YUEFU_CHAT_DB": str(folder / "chat.db"),
        "YUEFU_SERVICE_HOST": "127.0.0.1",
        "YUEFU_SERVICE_PORT": str(port),
        "YUEFU_SERVICE_URL": f"http://127.0.0.1:{port}",
        **{f"YUEFU_{name.upper()}_SECRET": keys[name] for name in names},
    }


def seed(folder: Path, env: dict[str, str], reset: bool) -> None:
    """Brings the demo ledger to the state in which the demo starts. Raises Failure."""
    log = folder / "seed.log"
    command = [str(SERVICE.python), "-m", "demo.seed", *(["--reset"] if reset else [])]
    run_logged("Seeding the demo ledger", command, log, env=env)
    for line in log.read_text("utf-8", "replace").splitlines():
        say(f"      {line}")


def run_bot_command(port: int, credentials: str = "credentials.yml") -> list[str]:
    """Rasa's own server with the demo's endpoints, and the channels of `credentials`."""
    command = [str(BOT.folder / "bin" / "rasa"), "run", "-i", "127.0.0.1", "--port", str(port)]
    command += ["--model", str(build.MODEL.relative_to(ROOT)), "--endpoints", "demo/endpoints.yml"]
    return [*command, "--credentials", credentials]


def serve(folder: Path, port: int, started: float) -> None:
    """Runs service and bot until a signal stops them; returns then.

    Raises Failure when one of them ends by itself, Stopped when the signal came before both were ready.
    """
    keys = load_secrets(folder)
    service_port = free_port()
    service_env = environment(folder, service_port, keys, SECRETS)
    bot_env = environment(folder, service_port, keys, SEEN_BY_BOT)
    page = {"YUEFU_HOST_PAGE_URL": f"http://127.0.0.1:{port}/"}
    service_env, bot_env = {**service_env, **page}, {**bot_env, **page}
    seed(folder, service_env, reset=os.environ.get("RESET", "") not in ("", "0"))
    require_free(port)
    state = folder / "demo.json"
    bot_url, service_url = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{service_port}"

    def tell(program: Program) -> None:
        say(f"      {program.name} ready, {time.monotonic() - started:.0f} s")

    with Household([state]) as household:
        say("Starting the service and the bot: about 15 seconds")
        command = [str(SERVICE.python), "-m", "actions.server"]
        household.start("service", command, service_env, folder / "service.log", service_url)
        bot = household.start("bot", run_bot_command(port), bot_env, folder / "bot.log", bot_url)
        try:
            household.wait_ready(READY_TIMEOUT_S, tell)
        except Failure as failure:
            raise (model_trouble(bot.log) or failure) from failure
        told = {"pid": os.getpid(), "bot_url": bot_url, "service_url": service_url, "run_dir": str(folder)}
        write_private(state, {**told, "secrets": keys})
        say(f"\nReady in {time.monotonic() - started:.0f} s. Logs: {shown(folder / 'bot.log')}, service.log.")
        print(f"Open {bot_url}/   (Ctrl-C stops the demo)", flush=True)
        try:
            watch(household)
        except Stopped:
            say("Stopping the demo.")


def model_trouble(log: Path) -> Failure | None:
    """The sentence for a model that Rasa says it cannot load; None when its log says nothing of the kind."""
    told = re.search(
        r"Could not load model due to (.*?)\.*$", log.read_text("utf-8", "replace"), re.MULTILINE
    )
    if told is None:
        return None
    model = shown(build.MODEL)
    way_out = f"remove {model} and run `make demo` again, it is then trained anew"
    return Failure(
        f"The bot cannot load {model} ({told.group(1)[:200]}): {way_out}. Its log is {shown(log)}."
    )


def watch(household: Household) -> None:
    """Waits until a signal raises Stopped. Raises Failure when a program ends by itself."""
    while True:
        household.check()
        time.sleep(WATCH_S)


def main() -> int:
    """Returns 0 when the demo was up and was asked to stop."""
    started = time.monotonic()
    port, folder = chosen_port(), run_dir()
    with only_demo(folder):
        require_free(port)
        setup.set_up(setup.ALL)
        os.umask(0o077)  # ledger, conversations and logs are this user's alone
        serve(folder, port, started)
    return 0


if __name__ == "__main__":
    run_program(main)

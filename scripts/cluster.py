"""The production profile on one machine: two bots and two services behind a proxy, PostgreSQL and Redis.

`make cluster` runs it until Ctrl-C. Tests use `Cluster`, which starts, stops, kills and replaces one member.
Everything is reached by this machine alone and is gone afterwards.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Callable, Iterator, Mapping

from scripts import build, setup, stores
from scripts.cluster_members import Addresses, Keys, environment_of
from scripts.console import (
    ROOT,
    STOP_GRACE_S,
    Failure,
    Stopped,
    end_group,
    run_logged,
    run_program,
    say,
    shown,
)
from scripts.demo import chosen_port, watch
from scripts.environments import BOT, SERVICE
from scripts.processes import POLL_S, Household, Program, probe, require_free

READY_TIMEOUT_S = 180.0
DRAINED_S = 30.0  # in which a member that was asked to stop has let go of its customers
CUSTOMERS = 20
BOTS, SERVICES = ("bot-1", "bot-2"), ("service-1", "service-2")
STORES = ("postgres", "redis")
MEMBERS = (*STORES, "gateway", *SERVICES, *BOTS, "proxy")


class Cluster:
    """The members by their names, `MEMBERS`. `folder` holds logs and keys; customers come in at `url`.

    `data`: an empty folder for PostgreSQL, where the place matters; of a short path, for its socket is in it.
    `more`: settings that every member gets beside its own.
    """

    def __init__(
        self,
        folder: Path,
        household: Household,
        port: int = 0,
        customers: int = CUSTOMERS,
        data: Path | None = None,
        more: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.household = household
        self.at = Addresses.free(port)
        self.keys = Keys.random()
        self.data = data or Path(tempfile.mkdtemp(prefix="yuefu-cluster-"))
        self.more = dict(more or {})
        self.customers = customers
        self.members: dict[str, Program] = {}
        self.redis_command, self.redis_url = stores.redis_command(folder, self.at.redis)
        self._generation = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.at.proxy}"

    def postgres_url(self, database: str) -> str:
        """`ledger` or `chat`."""
        return stores.postgres_url(self.data, database)

    def start_all(self, tell: Callable[[str], None] = lambda line: None) -> None:
        """Starts every member and waits until all serve. Raises Failure."""
        for name in STORES:
            self.start(name)
        log = self.folder / "customers.log"
        make = [
            str(SERVICE.python),
            "-m",
            "demo.newcomers",
            stores.postgres_url(self.data),
            str(self.customers),
        ]
        run_logged("Opening the customers' accounts", make, log)
        keys = [str(SERVICE.python), "-m", "demo.login", str(self.folder), "nobody"]
        run_logged("Making the login's keys", keys, self.folder / "login.log")
        for name in MEMBERS:
            if name not in self.members:
                self.start(name)
        for name in (*SERVICES, *BOTS):
            self.wait_ready(name)
            tell(name)
        self.wait_served()

    def start(self, name: str, model: str = "", release: Path | None = None) -> Program:
        """Starts a member that does not run; `wait_ready` says when it serves.

        `model`: of a bot. `release`: the folder of a service's code, where it is another version's.
        """
        command = self._command(name, model)
        env = environment_of(name, self.folder, self.at, self.keys, self.redis_url, self.postgres_url)
        env.update(self.more)
        if release is not None:
            env = {**env, "PYTHONSAFEPATH": "1", "PYTHONPATH": str(release)}
        self._generation += 1
        log = self.folder / f"{name}-{self._generation}.log"
        program = self.household.start(name, command, env, log, self.at.url_of(name))
        self.members[name] = program
        return program

    def stop(self, name: str) -> None:
        """Asks a member to stop, as a deployment does, and waits until it has."""
        program = self._gone(name)
        program.process.terminate()
        try:
            program.process.wait(DRAINED_S)
        except subprocess.TimeoutExpired:
            say(f"The {name} did not stop by itself: {program.last_words()}")
        end_group(program.process, STOP_GRACE_S)

    def kill(self, name: str) -> None:
        """Ends a member as a power cut would."""
        program = self._gone(name)
        program.process.kill()
        program.process.wait()
        end_group(program.process, STOP_GRACE_S)

    def replace(self, name: str, model: str = "") -> None:
        """Takes a bot's place without a gap: a new one is started beside it and serves before the old one is
        asked to stop. Raises Failure when the new one does not become ready; the old one stays."""
        old, port = self.members[name], self.at.ports[name]
        self.at.change_port(name)
        new = self.start(name, model)
        try:
            self.wait_ready(name)
        except Failure:
            self.household.programs.remove(new)
            end_group(new.process, STOP_GRACE_S)
            self.members[name], self.at.ports[name] = old, port
            raise
        self.members[name] = old
        self.stop(name)
        self.members[name] = new

    def wait_ready(self, name: str, timeout_s: float = READY_TIMEOUT_S) -> None:
        """Waits until a service or a bot says so itself. Raises Failure."""
        program, until = self.members[name], time.monotonic() + timeout_s
        while not probe(f"{program.url}/readyz")[0]:
            if program.process.poll() is not None or time.monotonic() > until:
                raise Failure(f"The {name} is not ready: {program.last_words()}")
            time.sleep(POLL_S)

    def wait_served(self, timeout_s: float = READY_TIMEOUT_S) -> None:
        """Waits until the proxy passes on to a bot: it then answers for itself, that nobody is logged in."""
        until = time.monotonic() + timeout_s
        while "unauthorized" not in probe(f"{self.url}/chat/messages")[1]:
            self.household.check()
            if time.monotonic() > until:
                raise Failure(f"The proxy does not serve: {self.members['proxy'].last_words()}")
            time.sleep(POLL_S)

    def token(self, subject: str, acr: str = "") -> str:
        """A login of ten minutes: of the customer `c-1`, …; `payment` for a strong one."""
        command = [str(SERVICE.python), "-m", "demo.login", str(self.folder), subject, acr]
        done = subprocess.run(command, cwd=str(ROOT), stdout=subprocess.PIPE, check=True)
        return done.stdout.decode().strip()

    def close(self) -> None:
        """After the household has ended its programs: what they kept is removed."""
        shutil.rmtree(str(self.data), ignore_errors=True)

    def _gone(self, name: str) -> Program:
        program = self.members.pop(name)
        self.household.programs.remove(program)
        return program

    def _command(self, name: str, model: str) -> list[str]:
        if name == "postgres":
            return stores.postgres_command(self.data)
        if name == "redis":
            return self.redis_command
        if name == "proxy":
            return [stores.caddy(), "run", "--config", "deploy/Caddyfile", "--adapter", "caddyfile"]
        if name in BOTS:
            return [str(BOT.python), "-m", "channels.start", model or str(build.MODEL)]
        return [str(SERVICE.python), "-m", "demo.gateway_server" if name == "gateway" else "actions.server"]


@contextmanager
def running_cluster(
    folder: Path,
    port: int = 0,
    customers: int = CUSTOMERS,
    data: Path | None = None,
    more: Mapping[str, str] | None = None,
) -> Iterator[Cluster]:
    """A cluster that serves, until the context ends; see `Cluster`. Raises Failure."""
    with Household([]) as household:
        cluster = Cluster(folder, household, port, customers, data, more)
        try:
            cluster.start_all()
            yield cluster
        finally:
            for name in ("proxy", *BOTS, *SERVICES, "gateway"):  # before what they need
                if name in cluster.members:
                    cluster.members[name].process.terminate()
            for name in (*BOTS, *SERVICES):
                if name in cluster.members:
                    end_group(cluster.members[name].process, DRAINED_S)
            cluster.close()


def main() -> int:
    """Returns 0 when the cluster was up and was asked to stop."""
    port, started = chosen_port(), time.monotonic()
    require_free(port)
    setup.set_up(setup.ALL, dev=True)
    os.umask(0o077)
    folder = (ROOT / os.environ.get("YUEFU_RUN_DIR", ".run") / "cluster").resolve()
    shutil.rmtree(str(folder), ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    say("Starting PostgreSQL, Redis, two services, two bots and the proxy: about 40 seconds")
    with running_cluster(folder, port) as cluster:
        token = cluster.token("c-1", "payment")
        said = '{"id": "hello-1", "text": "怎么关掉月付"}'
        say(f"\nReady in {time.monotonic() - started:.0f} s. Logs and the login's key: {shown(folder)}.")
        say(f"Customers: c-1 to c-{CUSTOMERS}. A login of ten minutes for another one is printed by")
        say(f"  .venv-service/bin/python -m demo.login {shown(folder)} c-2 [payment]")
        say("The first one asks:")
        say(f"  curl -H 'Authorization: Bearer {token}' -d '{said}' {cluster.url}/chat/messages\n")
        print(f"Customers come in at {cluster.url}   (Ctrl-C stops all)", flush=True)
        try:
            watch(cluster.household)
        except Stopped:
            say("Stopping the cluster.")
    return 0


if __name__ == "__main__":
    run_program(main)

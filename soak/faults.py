"""What is broken, one after another: how each begins, how its cause ends, and what is put back afterwards.

Each fault calls `stage.press()` when the customers who are about to pay are to press the button.
`strike.mended` holds the moment from which on nothing is in the way of recovering, and what has to be started
anew is done by `strike.afterwards`, once everybody has been answered again.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

import psutil

from scripts.cluster import BOTS, MEMBERS, SERVICES, Cluster
from scripts.console import Failure
from soak.books import Books
from soak.clock import Clock
from soak.crowd import Crowd
from soak.disk import Disk

LASTS_S: Final = 10.0  # what lasts
DOWN_S: Final = 2.0  # until whoever watches over a program starts it again
JUMP_S: Final = 3600
FLOOD_A_SECOND: Final = 40
LOOK_S: Final = 0.2
PRESSED_S: Final = 0.04  # after a press: it is being dealt with
IN_FLIGHT_S: Final = 5.0


class Skipped(Exception):
    """The fault cannot be made here; the message is the reason."""


@dataclass
class Strike:
    """One fault that was made. Times are of the monotonic clock; `notes` go into the report as they are."""

    name: str
    began: float = 0.0
    mended: float = 0.0
    over: float = 0.0
    skipped: str = ""
    notes: dict[str, Any] = field(default_factory=dict)
    afterwards: Callable[[], None] = lambda: None


@dataclass
class Stage:
    """What a fault acts on. `pressed`: set when those who are about to pay press the button."""

    cluster: Cluster
    crowd: Crowd
    clock: Clock
    disk: Disk
    books: Books
    pressed: asyncio.Event = field(default_factory=asyncio.Event)
    restarted: dict[str, int] = field(default_factory=dict)

    def press(self) -> None:
        self.pressed.set()

    async def watch_over(self) -> None:
        """Until it is cancelled: starts a program that has ended by itself, as Docker and Kubernetes do."""
        while True:
            for name in MEMBERS:
                program = self.cluster.members.get(name)
                if program is not None and program.process.poll() is not None:
                    self.restarted[name] = self.restarted.get(name, 0) + 1
                    self.cluster.kill(name)
                    self.cluster.start(name)
            await asyncio.sleep(LOOK_S)


async def bot_killed(stage: Stage, strike: Strike) -> None:
    """A bot dies with customers on its sockets and in the middle of answers."""
    bot = BOTS[0]
    stage.press()
    await asyncio.sleep(PRESSED_S)
    stage.cluster.kill(bot)
    strike.mended = time.monotonic()
    strike.afterwards = lambda: _start(stage.cluster, bot)


async def service_killed(stage: Stage, strike: Strike) -> None:
    """A service dies while it waits for the payment gateway's word on a charge that it has sent."""
    gateway = stage.cluster.members["gateway"].process
    gateway.send_signal(signal.SIGSTOP)
    try:
        stage.press()
        until = time.monotonic() + IN_FLIGHT_S
        while not stage.books.open_charges() and time.monotonic() < until:
            await asyncio.sleep(0.05)
        name = max(SERVICES, key=lambda each: _connections(stage.cluster, each, stage.cluster.at.gateway))
        strike.notes["charges_open_at_the_kill"] = stage.books.open_charges()
        strike.notes["calls_to_the_gateway_cut_off"] = _connections(
            stage.cluster, name, stage.cluster.at.gateway
        )
        stage.cluster.kill(name)
    finally:
        gateway.send_signal(signal.SIGCONT)
    strike.mended = time.monotonic()
    await asyncio.sleep(DOWN_S)
    await asyncio.to_thread(_start, stage.cluster, name)


async def postgres_restarted(stage: Stage, strike: Strike) -> None:
    """The database dies as in a power cut, and is started again."""
    stage.press()
    await asyncio.sleep(PRESSED_S)
    stage.cluster.kill("postgres")
    await asyncio.sleep(DOWN_S)
    stage.cluster.start("postgres")
    await asyncio.to_thread(stage.books.wait_for_database)
    strike.mended = time.monotonic()


async def redis_emptied(stage: Stage, strike: Strike) -> None:
    """Redis dies, and the one that is started in its place knows nothing: no lock, no limit, no socket."""
    stage.press()
    await asyncio.sleep(PRESSED_S)
    stage.cluster.kill("redis")
    await asyncio.sleep(DOWN_S)
    stage.cluster.start("redis")
    strike.mended = time.monotonic()


async def gateway_hangs(stage: Stage, strike: Strike) -> None:
    """The payment gateway takes connections and says nothing."""
    gateway = stage.cluster.members["gateway"].process
    gateway.send_signal(signal.SIGSTOP)
    try:
        stage.press()
        await asyncio.sleep(LASTS_S)
        strike.notes["charges_open_at_its_end"] = stage.books.open_charges()
    finally:
        gateway.send_signal(signal.SIGCONT)
    strike.mended = time.monotonic()


async def disk_full(stage: Stage, strike: Strike) -> None:
    """PostgreSQL's disk has no byte left."""
    if stage.disk.why_not:
        raise Skipped(stage.disk.why_not)
    strike.notes["taken_bytes"] = await asyncio.to_thread(stage.disk.fill)
    try:
        stage.press()
        until = time.monotonic() + LASTS_S
        while time.monotonic() < until:
            await asyncio.sleep(LOOK_S)
            await asyncio.to_thread(stage.disk.keep_full)
    finally:
        stage.disk.empty()
    strike.mended = time.monotonic()


async def clock_jumps(stage: Stage, strike: Strike) -> None:
    """Every program's time of day is an hour later at once."""
    _jump(stage, strike, JUMP_S)


async def clock_jumps_back(stage: Stage, strike: Strike) -> None:
    """Every program's time of day is an hour earlier at once: as right as it was before it jumped."""
    _jump(stage, strike, 0)


async def customer_floods(stage: Stage, strike: Strike) -> None:
    """One customer says far more than the limit lets through."""
    stage.press()
    async with stage.crowd.flooder.busy:
        said = await stage.crowd.flooder.flood(LASTS_S, FLOOD_A_SECOND)
    strike.mended = time.monotonic()
    strike.notes["sent"] = len(said)
    strike.notes["taken"] = sum(bool(each.acknowledged_at) for each in said)
    strike.notes["refused"] = sum(each.tries[-1].outcome == "refused" for each in said)


FAULTS: Final[dict[str, Callable[[Stage, Strike], Awaitable[None]]]] = {
    "bot_killed": bot_killed,
    "service_killed": service_killed,
    "postgres_restarted": postgres_restarted,
    "redis_emptied": redis_emptied,
    "gateway_hangs": gateway_hangs,
    "disk_full": disk_full,
    "clock_jumps": clock_jumps,
    "clock_jumps_back": clock_jumps_back,
    "customer_floods": customer_floods,
}


def _jump(stage: Stage, strike: Strike, ahead_s: int) -> None:
    if stage.clock.why_not:
        raise Skipped(stage.clock.why_not)
    strike.notes["jump_s"] = ahead_s - stage.clock.ahead_s
    stage.clock.set(ahead_s)
    stage.press()
    strike.mended = time.monotonic()


def _start(cluster: Cluster, name: str) -> None:
    cluster.start(name)
    cluster.wait_ready(name)


def _connections(cluster: Cluster, name: str, port: int) -> int:
    """How many connections to `port` a member has open. Raises Failure when the member is gone."""
    try:
        found = psutil.Process(cluster.members[name].process.pid).net_connections()
    except psutil.NoSuchProcess:
        raise Failure(f"The {name} is gone before it was killed.") from None
    return sum(bool(each.raddr) and each.raddr.port == port for each in found)

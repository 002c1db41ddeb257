"""Who runs, and until when: a flow of control can crash or be held up wherever a process could.

The boundaries are those that matter to a ledger: before a transaction begins, before it commits, after it has
committed, and around each call of the gateway. Flows are threads that hand one baton around: exactly one runs
at a time, so a world is the same each time it is run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa

from ledger.database import Ledger

Boundary = Literal["begin", "commit", "committed", "call", "called"]


class Crash(BaseException):
    """The process ended here."""


@dataclass
class Fuse:
    """What befalls a flow: at its `after`th boundary from now it crashes or is held up.

    Nobody is held up inside a transaction, before its commit: others would wait for the lock.
    """

    after: int
    effect: Literal["crash", "pause"]
    only: frozenset[Boundary] = frozenset(("begin", "commit", "committed", "call", "called"))

    def burns_out(self, boundary: Boundary) -> bool:
        """True at the boundary where it happens."""
        if boundary not in self.only or (self.effect == "pause" and boundary == "commit"):
            return False
        self.after -= 1
        return self.after == 0


class Control:
    """Tells the running flow at each boundary whether it goes on."""

    def __init__(self) -> None:
        self.flow: Flow | None = None  # the running one; None: the world's own thread
        self.fuse: Fuse | None = None  # of whatever runs
        self.commits = 0
        self.crashes = 0
        self.pauses = 0

    def reach(self, boundary: Boundary) -> None:
        """Called at each boundary. Raises Crash; returns later where the flow is held up."""
        if boundary == "committed":
            self.commits += 1
        fuse = self.fuse
        if fuse is None or not fuse.burns_out(boundary):
            return
        if fuse.effect == "crash":
            self.fuse = None
            self.crashes += 1
            raise Crash
        assert self.flow is not None, "the world's own thread cannot be held up"
        self.fuse = None
        self.pauses += 1
        self.flow.pause(boundary)


class Flow:
    """One command at work in one process, in a thread that runs only while `resume` waits for it."""

    def __init__(self, control: Control, name: str, work: Callable[[], Any]) -> None:
        self.name = name
        self.at: Boundary | None = None  # where it is held up
        self.result: Any = None
        self.error: BaseException | None = None
        self.ended = False
        self._control = control
        self._work = work
        self._killed = False
        self._go, self._back = threading.Lock(), threading.Lock()  # the baton there, the baton back
        self._go.acquire()
        self._back.acquire()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def resume(self, fuse: Fuse | None = None) -> bool:
        """Let it run until it is held up or ends; true when it has ended. Its failure is in `error`."""
        self._control.flow, self._control.fuse = self, fuse
        self._go.release()
        self._back.acquire()
        self._control.flow = self._control.fuse = None
        if self.ended:
            self._thread.join()
        return self.ended

    def kill(self) -> None:
        """Its process ends where it is held up."""
        self._killed = True
        while not self.ended:
            self.resume()

    def pause(self, at: Boundary) -> None:
        """Called in the flow's own thread: give the baton back."""
        self.at = at
        self._back.release()
        self._go.acquire()
        self.at = None
        if self._killed:
            raise Crash

    def _run(self) -> None:
        self._go.acquire()
        try:
            if self._killed:
                raise Crash
            self.result = self._work()
        except BaseException as error:
            self.error = error
        finally:
            self.ended = True
            self._back.release()


@dataclass(frozen=True)
class FaultyLedger(Ledger):
    """The ledger in one process: each of its transactions has boundaries at which that process may end."""

    control: Control = field(default_factory=Control)

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """See `Ledger.write`."""
        self.control.reach("begin")
        with super().write() as conn:
            yield conn
            self.control.reach("commit")
        self.control.reach("committed")

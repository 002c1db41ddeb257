"""kill -9 of a writing process at random moments: nothing acknowledged is missing, every invariant holds."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
import sqlalchemy as sa

from ledger import audit, journals, open_charges, reconciler
from ledger import tables as t
from ledger.clock import SHANGHAI, FixedClock
from ledger.database import Ledger
from ledger.gateway import simulated_tables as gt
from ledger.gateway.simulated import SimulatedGateway
from tests.ledger import writer
from tests.ledger.writer import Acknowledged

START = datetime(2026, 11, 3, 10, 0, tzinfo=SHANGHAI)
MOST_STEPS = 15
LONGEST_STEP_S = 0.05  # a kill falls anywhere within about one step
PATIENCE_S = 60.0


@contextmanager
def reopened(url: str, folder: Path, now: datetime) -> Iterator[Ledger]:
    ledger = writer.open_ledger(url, folder, now)
    yield ledger
    ledger.engine.dispose()
    assert isinstance(ledger.gateway, SimulatedGateway)
    ledger.gateway.close()


def write_and_kill(url: str, folder: Path, now: datetime, seed: int) -> list[Acknowledged]:
    """Start a writer and kill it at a random moment; all that it acknowledged."""
    chance = random.Random(seed)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.ledger.writer"])
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=writer.write, args=(url, folder, now, seed, theirs), daemon=True)
    process.start()
    theirs.close()
    said = []
    for _ in range(chance.randint(1, MOST_STEPS)):
        assert ours.poll(PATIENCE_S), "the writer is stuck"
        said.append(ours.recv())
    time.sleep(chance.uniform(0, LONGEST_STEP_S))
    process.kill()
    process.join(PATIENCE_S)
    assert process.exitcode == -9
    return [*said, *last_words(ours)]


def last_words(pipe: Connection) -> Iterator[Acknowledged]:
    """What a process that is dead had still put into the pipe."""
    while pipe.poll(0):
        try:
            yield pipe.recv()
        except (EOFError, OSError):  # it was killed in the middle of a word
            return


def missing(ledger: Ledger, said: list[Acknowledged]) -> list[str]:
    """What was acknowledged and is not in the books."""
    found, last = writer.committed(ledger), said[-1]
    wrong = [f"account {id_}" for id_, version in last.versions.items() if found.versions[id_] < version]
    with ledger.read() as conn:
        written = set(conn.scalars(sa.select(t.journals.c.hash)))
        keys = {key.split(":")[0] for key in conn.scalars(sa.select(t.idempotency.c.key))}
    wrong += [f"journal {head}" for head in last.heads.values() if head and head not in written]
    return wrong + [f"command {each.key}" for each in said if each.key and each.key not in keys]


def finish(ledger: Ledger) -> None:
    """Let every charge that the kills have left open come to its end."""
    gateway, clock = ledger.gateway, ledger.clock
    assert isinstance(gateway, SimulatedGateway) and isinstance(clock, FixedClock)
    for customer_id in ("c-1", "c-2", None):
        gateway.set_mode("succeed", customer_id)
    for _ in range(6):
        clock.advance(timedelta(hours=25))
        reconciler.run_once(ledger)


def at_gateway_fen(folder: Path) -> int:
    """What the gateway holds of ours: taken, less what went back."""
    engine = gt.open_engine(folder / "gateway.db")
    taken = sa.select(sa.func.coalesce(sa.func.sum(gt.charges.c.amount_fen), 0))
    with engine.begin() as conn:
        fen = conn.execute(taken.where(gt.charges.c.state == "SUCCEEDED")).scalar_one()
        back = conn.execute(sa.select(sa.func.coalesce(sa.func.sum(gt.refunds.c.amount_fen), 0))).scalar_one()
    engine.dispose()
    return int(fen) - int(back)


def in_books_fen(ledger: Ledger) -> int:
    p = t.postings.c
    found = sa.select(sa.func.coalesce(sa.func.sum(p.amount_fen), 0)).where(p.book == journals.GATEWAY)
    with ledger.read() as conn:
        return int(conn.execute(found).scalar_one())


@pytest.mark.parametrize(
    ("seed", "kills"),
    [(0, 4), *[pytest.param(seed, 20, marks=pytest.mark.long) for seed in range(1, 11)]],
)
def test_a_killed_writer_loses_nothing_it_acknowledged(
    database_url: str, tmp_path: Path, seed: int, kills: int
) -> None:
    now = START
    for kill in range(kills):
        said = write_and_kill(database_url, tmp_path, now, seed * 1_000 + kill)
        now = said[-1].now
        with reopened(database_url, tmp_path, now) as ledger:
            assert missing(ledger, said) == []
            assert audit.audit(ledger) == [], (seed, kill)
    with reopened(database_url, tmp_path, now) as ledger:
        finish(ledger)
        assert audit.audit(ledger) == []
        c = t.charges.c
        with ledger.read() as conn:
            still_open = conn.execute(
                sa.select(c.number, c.state).where(c.state.in_(open_charges.OPEN_STATES))
            )
            assert still_open.all() == []
        assert in_books_fen(ledger) == at_gateway_fen(tmp_path)

"""Brings the demo's ledger to where the demo starts: `python -m demo.seed [--reset]`.

Nothing happens when a seed of less than a day is there that this program would make the same way. Otherwise
the customers' months are lived through again by the ledger's own commands, and one line on stdout says so and
why. A database with a ledger that the demo did not make is refused.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
from datetime import datetime, time, timedelta
from pathlib import Path

import sqlalchemy as sa

from demo.customers import ALL
from demo.story import Step, Story
from ledger import Ledger, jobs, outbox, schema, terms, terms_store
from ledger import support_tables as t
from ledger.clock import SHANGHAI, DemoClock, FixedClock
from ledger.database import open_engine
from ledger.gateway.simulated import SimulatedGateway
from ledger.metadata import metadata

_START = time(10, 0)
_START_DAY = 3
_JOBS_AT = time(0, 5)
_LIFE = timedelta(days=1)
_MADE_BY_DEMO = "made_by_demo"
_SEEDED_AT = "seeded_at"
_FINGERPRINT = "seed_fingerprint"
_ROOT = Path(__file__).resolve().parent.parent


class CannotSeed(Exception):
    """The database must be left alone; the message is a sentence that says why."""


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="demo.seed", description="Seeds the demo's ledger.")
    parser.add_argument("--reset", action="store_true", help="even when a fresh seed is there")
    reset = parser.parse_args(argv).reset
    folder = Path(os.environ.get("YUEFU_RUN_DIR") or ".run")
    folder.mkdir(parents=True, exist_ok=True)
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{folder / 'ledger.db'}"
    try:
        why = why_not_fresh(url, folder) or ("a reset was asked for" if reset else "")
    except CannotSeed as refused:
        print(refused, file=sys.stderr)
        return 2
    if why and _is_read_only(url):
        print(f"The ledger cannot be seeded while it is opened for reading only ({why}).", file=sys.stderr)
        return 2
    if why:
        now = seed(url, folder)
        print(f"Demo ledger seeded ({why}): {len(ALL)} customers, it is now {now:%Y-%m-%d %H:%M} there.")
    return 0


def seed(url: str, folder: Path, now: datetime | None = None) -> datetime:
    """Make the ledger at `url` and the gateway in `folder` anew, and forget the old conversations.

    `now`: real time, from which the demo's month follows. Answers with the demo's time. An SQLite ledger is
    made aside and put in place at the end, so that a seed that is interrupted leaves the old one.
    """
    start = start_of_demo(now or datetime.now(SHANGHAI))
    gateway_path = _aside(folder / "gateway.db")
    sqlite_path = _sqlite_path(url)
    engine = open_engine(f"sqlite:///{_aside(sqlite_path)}" if sqlite_path else url)
    _empty(engine)
    clock = FixedClock(start)
    gateway = SimulatedGateway(gateway_path, clock, silence_s=0)
    versions = terms.load_versions()
    ledger = Ledger(engine, clock, versions, gateway)
    terms_store.publish(ledger, versions)
    live_through(ledger, clock, start)
    _tell_the_past(ledger)
    DemoClock(engine).set(start)
    _sign(engine)
    gateway.close()
    engine.dispose()
    if sqlite_path:
        _put_in_place(sqlite_path)
    _put_in_place(folder / "gateway.db")
    _remove(Path(os.environ.get("YUEFU_CHAT_DB") or folder / "chat.db"))
    return start


def start_of_demo(now: datetime) -> datetime:
    """Ten o'clock on the 3rd of the month that it is in Shanghai."""
    return datetime.combine(now.astimezone(SHANGHAI).date().replace(day=_START_DAY), _START, SHANGHAI)


def live_through(ledger: Ledger, clock: FixedClock, start: datetime) -> None:
    """Every customer's steps in the order of their times, with each night's and each debit's jobs between."""
    steps: list[tuple[datetime, Step]] = []
    for customer in ALL:
        story = Story(customer.customer_id, start.date())
        customer.tell(story)
        steps += story.steps
    first = datetime.combine(min(at for at, _ in steps).date(), _JOBS_AT, SHANGHAI)
    nights = [first + timedelta(days=n) for n in range((start - first).days + 1)]
    runs = [*nights, *jobs.times_between(ledger.rules, first, start), start]
    for at, step in sorted([*steps, *((at, jobs.run) for at in runs)], key=lambda step: step[0]):
        clock.set(at)
        step(ledger)


def _tell_the_past(ledger: Ledger) -> None:
    """What customers were told in those months was told then: it is no news when the demo starts."""
    while items := outbox.claim(ledger, 100, 60):
        outbox.ack(ledger, [item.id for item in items])


def why_not_fresh(url: str, folder: Path) -> str:
    """Why the ledger at `url` must be seeded, or "" when it need not be. Raises CannotSeed."""
    kept = _settings(url)
    if kept is None:
        return "there was none"
    if _SEEDED_AT not in kept:
        return "the last seed was interrupted"
    if datetime.now(SHANGHAI) - datetime.fromisoformat(kept[_SEEDED_AT]) >= _LIFE:
        return "the last one was older than a day"
    if not (folder / "gateway.db").exists():
        return "the gateway's records were gone"
    return "" if kept.get(_FINGERPRINT) == fingerprint() else "the program has changed since the last one"


def _settings(url: str) -> dict[str, str] | None:
    """What the demo noted in its ledger, or None where there is no ledger."""
    path = _sqlite_path(url)
    if path and not path.exists():
        return None
    engine = open_engine(url)
    try:
        tables = set(sa.inspect(engine).get_table_names())
        if not tables & set(metadata.tables):
            return None
        kept: dict[str, str] = {}
        if t.demo_settings.name in tables:
            with engine.connect() as conn:
                kept = {row.name: row.value for row in conn.execute(sa.select(t.demo_settings))}
    finally:
        engine.dispose()
    if _MADE_BY_DEMO not in kept:
        raise CannotSeed(f"{sa.make_url(url)!r} holds a ledger that the demo did not make: it is left alone.")
    return kept


def fingerprint() -> str:
    """Changes with the schema, the product's rules and the customers' stories."""
    made_of = sorted(
        [*_ROOT.glob("migrations/versions/*.py"), *_ROOT.glob("demo/*.py"), _ROOT / "ledger/terms.yml"]
    )
    digest = hashlib.sha256()
    for path in made_of:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _sqlite_path(url: str) -> Path | None:
    """The file of an SQLite database, also of one written as a `file:` URI; None for PostgreSQL."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return None
    return Path((parsed.database or "").removeprefix("file:"))


def _is_read_only(url: str) -> bool:
    return sa.make_url(url).query.get("mode") == "ro"


def _sign(engine: sa.Engine) -> None:
    with engine.begin() as conn:
        t.put_demo_setting(conn, _SEEDED_AT, datetime.now(SHANGHAI).isoformat())
        t.put_demo_setting(conn, _FINGERPRINT, fingerprint())


def _empty(engine: sa.Engine) -> None:
    schema.remove(engine)
    schema.upgrade(engine)
    with engine.begin() as conn:
        t.put_demo_setting(conn, _MADE_BY_DEMO, "1")


def _aside(path: Path) -> Path:
    """Where a new file is made until it takes the place of `path`."""
    aside = path.with_name(f"{path.name}.new")
    _remove(aside)
    return aside


def _put_in_place(path: Path) -> None:
    _remove(path)
    path.with_name(f"{path.name}.new").rename(path)


def _remove(path: Path) -> None:
    """The file and what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())

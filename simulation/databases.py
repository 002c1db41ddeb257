"""Empty ledgers for one world after the other: the schema is made once and copied."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Literal

import sqlalchemy as sa

from ledger.database import open_engine
from ledger.schema import upgrade
from tests.databases import administer, postgresql

Kind = Literal["sqlite", "postgresql"]
PROCESSES = 2
#: Gives an empty ledger, the same engines each time: what they have compiled is kept.
Fresh = Callable[[], Sequence[sa.Engine]]


@contextmanager
def empty_ledgers(kind: Kind, server: sa.URL | None = None) -> Iterator[Fresh]:
    """As many empty ledgers as worlds are run, one at a time; on `server` where one runs already."""
    if kind == "sqlite":
        with _sqlite() as fresh:
            yield fresh
        return
    with (
        nullcontext(server) if server is not None else postgresql() as running,
        _postgresql(running) as fresh,
    ):
        yield fresh


@contextmanager
def _sqlite() -> Iterator[Fresh]:
    """In memory where the machine has such a folder: a world is thrown away anyway."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        folder = Path(name)
        template, used = folder / "template.db", folder / "ledger.db"
        made = open_engine(f"sqlite:///{template}")
        upgrade(made)
        made.dispose()
        engines = [open_engine(f"sqlite:///{used}") for _ in range(PROCESSES)]

        def fresh() -> Sequence[sa.Engine]:
            for engine in engines:
                engine.dispose()
            for old in folder.glob("ledger.db*"):
                old.unlink()
            shutil.copy(template, used)
            return engines

        yield fresh
        for engine in engines:
            engine.dispose()


@contextmanager
def _postgresql(server: sa.URL) -> Iterator[Fresh]:
    template, used = f"world_template_{os.getpid()}", f"world_{os.getpid()}"
    drop = f"DROP DATABASE IF EXISTS {used} WITH (FORCE)"

    def url(name: str) -> str:
        return server.set(database=name).render_as_string(hide_password=False)

    administer(server, f"CREATE DATABASE {template}")
    made = open_engine(url(template))
    upgrade(made)
    made.dispose()
    engines = [open_engine(url(used)) for _ in range(PROCESSES)]

    def fresh() -> Sequence[sa.Engine]:
        for engine in engines:
            engine.dispose()
        administer(server, drop, f"CREATE DATABASE {used} TEMPLATE {template}")
        return engines

    try:
        yield fresh
    finally:
        for engine in engines:
            engine.dispose()
        administer(server, drop, f"DROP DATABASE {template} WITH (FORCE)")
